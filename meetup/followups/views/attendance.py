"""Who came to a session, for the pages that say so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work


@dataclass(frozen=True)
class Attendance:
    """Who came: enterprises and people, and how many were expected."""

    enterprises: int
    people: int
    expected: int


def attendance(work: Work, session: Session) -> Attendance:
    """Counted in the database."""
    rows = work.db.execute(
        select(Registration.state, func.count(), func.coalesce(func.sum(Registration.seats), 0))
        .where(Registration.session_id == session.id, Registration.state.in_(("attended", "confirmed", "absent")))
        .group_by(Registration.state)
    ).all()
    by_state = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    came = by_state.get("attended", (0, 0))
    return Attendance(came[0], came[1], sum(people for _count, people in by_state.values()))
