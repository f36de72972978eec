"""Who came: how many enterprises in a span of days, how many of them for the first time, how many investors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from meetup.domain.scoring import half_up, share
from meetup.enterprises.models import Enterprise
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work


@dataclass(frozen=True)
class TakingPart:
    """Who came in a span of days.

    Args:
        sessions: that were held.
        came: times that an enterprise came to one of them.
        first_time: of these, those of enterprises that had never come before.
        investors: of these, those of investors.
    """

    sessions: int = 0
    came: int = 0
    first_time: int = 0
    investors: int = 0

    @property
    def share_first_time(self) -> Decimal | None:
        """In per cent; None where nobody came."""
        part = share(self.first_time, self.came)
        return None if part is None else half_up(part * 100)


def taking_part(work: Work, since: date, until: date) -> TakingPart:
    """Who came to sessions from `since` to `until`, days of the site's zone, both included. Two statements."""
    first = datetime.combine(since, time(0), work.zone)
    after = datetime.combine(until + timedelta(days=1), time(0), work.zone)
    within = (Session.starts_at >= first, Session.starts_at < after)
    held = select(func.count()).select_from(Session).where(*within, Session.state.in_(("held", "reported")))
    earlier, then = aliased(Registration), aliased(Session)
    known = exists().where(
        earlier.enterprise_id == Registration.enterprise_id,
        earlier.state == "attended",
        then.id == earlier.session_id,
        then.starts_at < Session.starts_at,
    )
    row = work.db.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((known, 0), else_=1)), 0),
            func.coalesce(func.sum(case((Enterprise.kind == "investor", 1), else_=0)), 0),
        )
        .select_from(Registration)
        .join(Session, Session.id == Registration.session_id)
        .join(Enterprise, Enterprise.id == Registration.enterprise_id)
        .where(*within, Registration.state == "attended")
    ).one()
    return TakingPart(work.db.scalar(held) or 0, int(row[0]), int(row[1]), int(row[2]))
