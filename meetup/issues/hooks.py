"""How the core's issues take part: their pages, menu entries, panels and mails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request
from markupsafe import Markup

from meetup.access import Actor, can
from meetup.domain.events import Change
from meetup.issues import bulk, queries, views
from meetup.issues.agenda import leave_the_rest
from meetup.issues.letters import NOTICES
from meetup.issues.views.standing import standings
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import Panel
from meetup.registrations.models import Registration
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.web.pages import page
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount


@hookimpl
def meetup_blueprints(mount: Mount) -> Iterable[Blueprint]:
    """The pages about issues."""
    return [views.bp]


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """What was decided on several issues a minute ago, and not taken back."""
    return {"bulk_decisions": bulk.carry_out(work)}


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """An issue does not stay on the agenda of a session that is called off, or was reported without it."""
    if change.name in {"session.cancel", "session.report"}:
        leave_the_rest(work, change.thing)


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """The mails about issues."""
    return NOTICES


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """Published issues for everyone, the inbox and comments for organisers."""
    if area == "public":
        return [Entry(_("Issues and answers"), link("issues.index"), "chat", 30)]
    entries = []
    if can(actor, "issue.triage"):
        entries.append(Entry(_("Issues"), link("issues.queue"), "inbox", 30))
    if can(actor, "comment.moderate"):
        entries.append(Entry(_("Comments"), link("issues.comments"), "chat", 60))
    return entries


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """The latest answers on the front page, and one's own issues on an enterprise's page."""
    if slot == "home":
        latest = queries.latest_answered(work.db)
        if not latest:
            return []
        return [Panel(_("Latest answers"), Markup(page("issues/_latest.html", issues=latest)), 30)]
    if slot == "own" and isinstance(thing, Registration):
        issues = queries.of_registration(work.db, thing.id)
        body = page(
            "issues/_mine.html",
            issues=issues,
            standings=standings(work, issues),
            token=(request.view_args or {}).get("token", ""),
        )
        return [Panel(_("Our issues"), Markup(body), 20)]  # nosec B704
    return []
