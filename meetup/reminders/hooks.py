"""How the core's reminders take part: planned when a thing changes, sent when they fall due."""

from __future__ import annotations

from collections.abc import Mapping

from meetup.config import Setting
from meetup.domain.events import Change
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.reminders import letters, service
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


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Reminders whose instant has come."""
    return service.send_due(work)


@hookimpl
def meetup_notices() -> list[Notice]:
    """The reminder of a session."""
    return letters.NOTICES
