"""The reminders of sessions and replies, looked up just before they leave (rule F5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from meetup.departments.service import calendar
from meetup.errors import N_
from meetup.issues.models import AgendaItem
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Expired, Notice, Prepared, Superseded
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.reminders.plan import UNREPORTED, answer_by
from meetup.sessions.models import Session
from meetup.work import Work


def _found(work: Work, row: Outgoing, states: Iterable[str], why: str) -> tuple[Registration, dict[str, Any]]:
    found = work.db.scalar(whole().where(Registration.id == row.context["registration"]))
    if found is None or found.state not in states:
        raise Superseded(why)
    if found.session.state != "published":
        raise Superseded(N_("the session is off or at another time"))
    token = work.token("registration", found.subject)
    return found, {
        "name": row.recipient_name,
        "registration": found,
        "session": found.session,
        "programme_slug": found.session.programme.slug,
        "enterprise": found.enterprise.name,
        "action_url": work.mount.url("registrations.own", token=token),
    }


def session_reminder(work: Work, row: Outgoing) -> Prepared:
    """Date, time, place, and the way to one's own page."""
    found, context = _found(work, row, ("confirmed",), N_("this registration is no longer confirmed"))
    if found.session.starts_at != datetime.fromisoformat(row.context["starts_at"]):
        raise Superseded(N_("the session is off or at another time"))
    if found.session.starts_at <= work.now:
        raise Expired(N_("the session has begun"))
    return Prepared(context)


def registration_closing(work: Work, row: Outgoing) -> Prepared:
    """Registration closes soon, and neither a yes nor a no has come."""
    found, context = _found(work, row, ("invited", "tentative"), N_("the invitation was answered"))
    closes = found.session.registration_closes_at
    if closes is None or closes != datetime.fromisoformat(row.context["closes_at"]):
        raise Superseded(N_("registration closes at another time"))
    if closes <= work.now:
        raise Expired(N_("registration is closed"))
    return Prepared({**context, "until": closes, "tentative": found.state == "tentative"})


def invitation_unanswered(work: Work, row: Outgoing) -> Prepared:
    """An invitation waits for its answer."""
    found, context = _found(work, row, ("invited",), N_("the invitation was answered"))
    if answer_by(found.session) <= work.now:
        raise Expired(N_("registration is closed"))
    return Prepared({**context, "until": answer_by(found.session), "invited_at": found.created_at})


def offer_lapsing(work: Work, row: Outgoing) -> Prepared:
    """A seat is kept for a few hours more."""
    found, context = _found(work, row, ("offered",), N_("the offer was answered"))
    until = found.offered_until
    if until is None or until != datetime.fromisoformat(row.context["until"]):
        raise Superseded(N_("the offer was answered"))
    if until <= work.now:
        raise Expired(N_("the offer has lapsed"))
    return Prepared({**context, "until": until})


def session_unreported(work: Work, row: Outgoing) -> Prepared:
    """What came of a session is not told yet: how long it has been, what was on the table, and the way on (R28)."""
    session: Session = work.get(Session, row.context["session"])
    if session.state not in UNREPORTED:
        raise Superseded(N_("the report is out, or the session is off"))
    if session.ends_at > work.now:
        raise Superseded(N_("the session is off or at another time"))
    ended_on = session.ends_at.astimezone(ZoneInfo(session.timezone)).date()
    count = select(func.count()).select_from(AgendaItem).where(AgendaItem.session_id == session.id)
    return Prepared(
        {
            "session": session,
            "held": session.state == "held",
            "days": calendar(work).between(ended_on, work.now.astimezone(work.zone).date()),
            "issues": work.db.scalar(count),
            "action_url": work.mount.url("sessions.desk", slug=session.slug),
        }
    )


NOTICES = [Notice("session_reminder", session_reminder, N_("Reminders before a session"), mutable=True)]

#: To the organiser.
REPORTS = [
    Notice("session_unreported", session_unreported, N_("Reminders to publish a session's report"), mutable=True)
]

#: Of replies that are awaited.
AWAITED = [
    Notice("registration_closing", registration_closing, N_("Reminders before registration closes"), mutable=True),
    Notice("invitation_unanswered", invitation_unanswered, N_("Reminders to answer an invitation"), mutable=True),
    Notice("offer_lapsing", offer_lapsing, N_("Reminders that an offered seat lapses"), mutable=True),
]
