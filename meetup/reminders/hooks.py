"""How the core's reminders take part: planned when a thing changes, sent when they fall due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint

from meetup.access import Actor, can
from meetup.config import Setting
from meetup.domain.events import Change
from meetup.domain.machine import START
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.reminders import digests, letters, service, views
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.work import Work


@hookimpl
def meetup_settings() -> list[Setting]:
    """Where the chair is told of what is late."""
    return [
        Setting("CHAIR_EMAIL", str, "", "Where the chair is told of what is long overdue; empty: the organiser."),
    ]


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """What has changed has other reminders now."""
    if change.machine == "follow_up":
        service.plan_follow_up(work, change.thing)
    elif change.machine == "session":
        service.plan_session(work, change.thing)
        if change.before == "published" and change.after != "published":
            service.drop_registrations(work, change.thing)
    elif change.machine == "registration":
        service.plan_registration(work, change.thing, fresh=change.before == START)


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Reminders whose instant has come; then, some of what a changed rule has to plan anew."""
    counts = service.send_due(work)
    again = service.replan_some(work)
    return {**counts, "replanned": again} if again else counts


@hookimpl
def meetup_notices() -> list[Notice]:
    """The reminders of sessions and replies, and the digest."""
    return [*letters.NOTICES, *letters.AWAITED, *letters.REPORTS, *digests.NOTICES]


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The pages where the rules are kept."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The way to the rules."""
    if area == "desk" and can(actor, "reminder.manage"):
        return [Entry(_("Reminders"), link("reminders.index"), "bell", 690)]
    return []
