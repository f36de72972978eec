"""Who is reminded of a session: those who said that they come, and have not left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.outbox.service import enqueue
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work


def session(work: Work, session: Session, rule: str, *, not_before: datetime) -> int:
    """A reminder to the contact of each confirmed registration; gives how many."""
    coming = work.db.scalars(
        select(Registration)
        .where(Registration.session_id == session.id, Registration.state == "confirmed")
        .options(joinedload(Registration.contact))
        .order_by(Registration.id)
    ).all()
    count = 0
    for one in coming:
        if one.contact.email_dead_at is None:
            enqueue(
                work,
                "session_reminder",
                to=one.contact.email,
                name=one.contact.name,
                locale=one.contact.language,
                subject=one.subject,
                not_before=not_before,
                expires_at=session.starts_at,
                context={
                    "registration": one.id,
                    "starts_at": session.starts_at.isoformat(),
                    "rule": rule,
                },
            )
            count += 1
    return count
