"""How the core's registrations take part: the hooks that this feature implements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint

from meetup.domain.events import Change
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.registrations import notices, views
from meetup.registrations.letters import NOTICES
from meetup.registrations.seats import lapse_offers, move_waiting_list
from meetup.sessions.models import Session
from meetup.work import Work


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The pages about registrations."""
    return [views.bp]


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """The mails about registrations."""
    return NOTICES


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """A session that moves, changes or is called off concerns everyone who registered."""
    session = change.thing
    if not isinstance(session, Session):
        return
    if change.action == "cancel":
        notices.session_cancelled(work, session)
    elif change.action == "update" and session.state == "published":
        told = change.details
        if told.get("visible"):
            notices.session_changed(
                work,
                session,
                rescheduled=bool(told.get("rescheduled")),
                significant=bool(told.get("significant")),
                details={"before": told["starts_at"]} if "starts_at" in told else {},
            )
        if told.get("more_seats"):
            move_waiting_list(work, session)


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Offers whose time is over go to the next in line."""
    return {"offers_lapsed": lapse_offers(work)}
