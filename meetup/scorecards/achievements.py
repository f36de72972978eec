"""What a programme has achieved, in five numbers that anyone may ask the definition of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, true, union_all

from meetup.domain.scoring import median_days
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.scorecards.models import Settled
from meetup.scorecards.settled import came_to
from meetup.sessions.models import Session
from meetup.work import Work


@dataclass(frozen=True, kw_only=True)
class Achievements:
    """The numbers of a programme, from its first day to now.

    Args:
        sessions_held: sessions that took place, reported or not.
        issues_raised: issues that came in by any channel; without those taken back and those
            merged into another, so that none is counted twice.
        issues_answered: of these, those with an answer that stands (reopened ones have none).
        issues_confirmed: of these, those whose enterprise said itself that the matter is settled;
            silence is none of them.
        median_days: calendar days from receipt to the answer that stands, one place; None
            while nothing is answered.
    """

    sessions_held: int
    issues_raised: int
    issues_answered: int
    issues_confirmed: int
    median_days: Decimal | None


def achievements(work: Work, programme: Programme | None = None) -> Achievements:
    """What `programme` has achieved, or all programmes together. Reads only: two statements.

    However long it has gone on: what came to an end is read from sums that are kept, and the rest is counted.

    Args:
        work: the unit of work.
        programme: one programme; None: all.
    """
    of_session = true() if programme is None else Session.programme_id == programme.id
    of_issue = true() if programme is None else Issue.programme_id == programme.id
    of_sums = true() if programme is None else Settled.programme_id == programme.id
    held = select(func.count()).select_from(Session).where(of_session, Session.state.in_(("held", "reported")))
    kept = select(Settled.programme_id, Settled.came_to, Settled.tenths, Settled.times).where(of_sums)
    counts: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    rows: Iterable[Any] = work.db.execute(union_all(came_to(work, of_issue, ~Issue.tallied), kept))
    for _key, word, tenths, times in rows:
        counts[word] += times
        if word != "raised":
            lengths[int(tenths)] += times
    return Achievements(
        sessions_held=work.db.scalar(held) or 0,
        issues_raised=counts.total(),
        issues_answered=counts["answered"] + counts["confirmed"],
        issues_confirmed=counts["confirmed"],
        median_days=median_days(lengths),
    )
