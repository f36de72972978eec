"""What a programme has achieved, in five numbers that anyone may ask the definition of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from sqlalchemy import ColumnElement, and_, case, exists, func, select, true

from meetup.domain.scoring import half_up
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.sessions.models import Session
from meetup.work import Work

_DAY = Fraction(24 * 3600)


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
    """What `programme` has achieved, or all programmes together. Reads only: three statements.

    Args:
        work: the unit of work.
        programme: one programme; None: all.
    """
    of_session = true() if programme is None else Session.programme_id == programme.id
    of_issue = true() if programme is None else Issue.programme_id == programme.id
    held = select(func.count()).select_from(Session).where(of_session, Session.state.in_(("held", "reported")))
    raised = and_(of_issue, Issue.state.not_in(("withdrawn", "merged")))
    answered = and_(Issue.state.in_(("answered", "resolved")), Issue.answered_at.is_not(None))
    counts = work.db.execute(
        select(func.count(), _sum(answered), _sum(and_(answered, _confirmed()))).select_from(Issue).where(raised)
    ).one()
    spans = work.db.execute(select(Issue.received_at, Issue.answered_at).where(raised, answered))
    return Achievements(
        sessions_held=work.db.scalar(held) or 0,
        issues_raised=counts[0],
        issues_answered=int(counts[1]),
        issues_confirmed=int(counts[2]),
        median_days=median_of([answer - receipt for receipt, answer in spans if answer is not None]),
    )


def _sum(test: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((test, 1), else_=0)), 0)


def _confirmed() -> ColumnElement[bool]:
    """At least one follow-up was confirmed, and none is open or was closed by silence."""
    own = FollowUp.issue_id == Issue.id
    return and_(
        exists().where(own, FollowUp.closing == "confirmed"), ~exists().where(own, FollowUp.closing != "confirmed")
    )


def median_of(spans: list[timedelta]) -> Decimal | None:
    """The median of `spans` in calendar days, one place; None of none."""
    seconds = [Fraction(span // timedelta(seconds=1)) for span in spans]
    return half_up(Fraction(median(seconds)) / _DAY, 1) if seconds else None
