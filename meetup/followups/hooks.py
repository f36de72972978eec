"""How the core's follow-ups take part: pages, menu, mails, panels, and what silence closes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, request
from markupsafe import Markup

from meetup.access import Actor, can
from meetup.config import Setting
from meetup.domain.events import Change
from meetup.followups import drafting, letters, queries, service
from meetup.followups.models import FollowUp
from meetup.followups.views import bp
from meetup.followups.views.own import panel
from meetup.issues.models import Issue
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import Panel
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.web.pages import page
from meetup.work import Work


@hookimpl
def meetup_settings() -> list[Setting]:
    """What the head of a conclusion notice says."""
    return [
        Setting("PLACE", str, "", "The place that papers are dated from, such as Cà Mau; empty: left open."),
        Setting("AUTHORITY", str, "", "The authority in the head of papers, such as UBND tỉnh Cà Mau."),
    ]


@hookimpl
def meetup_blueprints() -> list[Blueprint]:
    """Department, organiser, secretary, leader, enterprise, feed."""
    return [bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The desks of departments, organiser and leader."""
    if area != "desk":
        return []
    entries = []
    if can(actor, "desk.department"):
        entries.append(Entry(_("Follow-ups"), link("follow_ups.department"), "inbox", 40))
    if actor.has("organizer"):
        entries.append(Entry(_("To verify and decide"), link("follow_ups.organize"), "scale", 45))
    if can(actor, "desk.leader"):
        entries.append(Entry(_("Leader's page"), link("follow_ups.leader"), "chart", 60))
    return entries


@hookimpl
def meetup_notices() -> list[Notice]:
    """The mails about follow-ups."""
    return letters.NOTICES


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """A draft is of no use once the answer is sent otherwise or another department leads."""
    if isinstance(change.thing, FollowUp) and change.action in {"answer", "accept_transfer", "decide_transfer"}:
        drafting.drop_open(work, change.thing)


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """What the enterprise has not answered in time is closed, as without a response."""
    return {"closed_by_silence": service.lapse_unanswered(work)}


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """Follow-ups on an issue's page: for its enterprise, and for the staff."""
    if not isinstance(thing, Issue):
        return []
    if slot == "own.issue":
        return panel(work, thing, str((request.view_args or {}).get("token", "")))
    if slot == "desk.issue":
        rows = queries.of_issue(work.db, thing.id)
        # What waits for a session is concluded there.
        alone = thing.state in {"accepted", "discussed"} and can(work.actor, "issue.conclude", thing)
        url = link("follow_ups.conclude_alone", number=thing.number) if alone else ""
        if rows or url:
            body = Markup(page("follow_ups/panel_desk.html", rows=rows, conclude_url=url))
            return [Panel(_("Follow-ups"), body, 20)]
    return []
