"""The reminder of a session, looked up just before it leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.errors import N_
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Expired, Notice, Prepared, Superseded
from meetup.registrations.models import Registration
from meetup.work import Work


def session_reminder(work: Work, row: Outgoing) -> Prepared:
    """Date, time, place, and the way to one's own page."""
    found = work.db.scalar(
        select(Registration)
        .where(Registration.id == row.context["registration"])
        .options(joinedload(Registration.session), joinedload(Registration.enterprise))
    )
    if found is None or found.state != "confirmed":
        raise Superseded(N_("this registration is no longer confirmed"))
    session = found.session
    if session.state != "published" or session.starts_at != datetime.fromisoformat(row.context["starts_at"]):
        raise Superseded(N_("the session is off or at another time"))
    if session.starts_at <= work.now:
        raise Expired(N_("the session has begun"))
    token = work.token("registration", found.subject)
    return Prepared(
        {
            "name": row.recipient_name,
            "registration": found,
            "session": session,
            "enterprise": found.enterprise.name,
            "action_url": work.mount.url("registrations.own", token=token),
        }
    )


NOTICES = [Notice("session_reminder", session_reminder, N_("Reminders before a session"), mutable=True)]
