"""Counting follow-ups in the database, as they are now or as they were frozen; every count knows its rows.

Everything counts from the first due date. A :class:`Source` says what is counted, so
that the figures of a closed period and those of today come out of the same statements.
What is closed never changes: of all the time, its part is read from sums that are kept
(:mod:`meetup.scorecards.tallies`), in the same statement as the rest is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from meetup.domain.scoring import median_days
from meetup.followups.models import FollowUp
from meetup.followups.queries import OWED
from meetup.followups.sqltime import local_day, local_month, tenths_between
from meetup.issues.models import Issue
from meetup.scorecards.models import Duration, Fact, Snapshot, Tally
from meetup.work import Work

_DAY = timedelta(days=1)
#: No key. Written out: PostgreSQL takes two parameters for two different things to group by.
_NOTHING: ColumnElement[str] = literal_column("''", String)


@dataclass(frozen=True)
class Source:
    """What is counted.

    Args:
        of: :class:`FollowUp` as it is now, or :class:`Fact` as it was frozen; their columns have the same names.
        field: the column with the key of the field of work.
        where: the condition that makes the period.
        today: the day that lateness is counted on.
        kept: whether it is all there is, so that kept sums stand for what they have.
    """

    of: Any
    field: Any
    where: ColumnElement[bool]
    today: date
    kept: bool = False

    def rows(self, *columns: Any) -> Select[Any]:
        """The statement that reads `columns` of what is counted."""
        query = select(*columns).select_from(self.of)
        return (query.join(FollowUp.issue) if self.of is FollowUp else query).where(self.where)

    def fresh(self, *columns: Any) -> Select[Any]:
        """Likewise, without what the kept sums have."""
        query = self.rows(*columns)
        return query.where(~FollowUp.tallied) if self.kept else query

    def key(self, work: Work, by: str) -> Any:
        """What is grouped by, as the kept sums spell it: ``department``, ``field``, ``month``, or nothing at all."""
        if by == "month":
            return local_month(work.db, self.of.assigned_at, work.zone, work.now)
        if not by:
            return _NOTHING
        column = {"department": self.of.lead_department_id, "field": self.field}[by]
        return func.coalesce(cast(column, String(20)), _NOTHING)


def live(work: Work, since: date | None = None, until: date | None = None) -> Source:
    """What was ordered from `since` to `until` (days of the site's zone, both included), as it is now."""
    parts: list[ColumnElement[bool]] = [FollowUp.id.is_not(None)]
    if since is not None and since.year > 1900:
        # Days at the ends of the calendar have no instant in every zone; nothing happened there.
        parts.append(FollowUp.assigned_at >= datetime.combine(since, time(0), work.zone))
    if until is not None and until.year < 9000:
        parts.append(FollowUp.assigned_at < datetime.combine(until + _DAY, time(0), work.zone))
    today = work.now.astimezone(work.zone).date()
    return Source(FollowUp, Issue.field_id, and_(*parts), today, kept=len(parts) == 1)


def frozen(snapshot: Snapshot) -> Source:
    """What was frozen in `snapshot`."""
    return Source(Fact, Fact.field_id, Fact.snapshot_id == snapshot.id, snapshot.counted_on)


def conditions(work: Work, source: Source) -> dict[str, ColumnElement[bool]]:
    """For each count of follow-ups, which of them it counts."""
    of = source.of
    answered = of.state.in_(("answered", "verified", "closed"))
    punctual = and_(
        of.answered_at.is_not(None), local_day(work.db, of.answered_at, work.zone, work.now) <= of.first_due_on
    )
    closed = of.state == "closed"
    overdue = and_(of.state.in_(OWED), of.first_due_on < source.today)
    return {
        "assigned": true(),
        "open": of.state.in_(OWED),
        "answered": answered,
        "on_time": and_(answered, punctual),
        "late": and_(answered, ~punctual),
        "overdue_now": overdue,
        "missed": or_(and_(answered, ~punctual), overdue),
        "closed": closed,
        "closed_on_time": and_(closed, punctual),
        "confirmed": and_(closed, of.closing == "confirmed"),
        "no_response": and_(closed, of.closing == "no_response"),
        "passed_on": of.transfers > 0,
        "pass_around": of.transfers >= 2,
        "extended": of.extensions > 0,
        "reopened": of.reopenings > 0,
        "ever_answered": of.answered_at.is_not(None) | (of.reopenings > 0),
        "satisfaction_count": of.satisfaction.is_not(None),
        "responded": of.first_response_at.is_not(None),
    }


#: Sums over follow-ups that are no counts of them, and the count whose rows stand behind each.
SUMS: Mapping[str, str] = {"transfers": "passed_on", "extensions": "extended", "marks": "satisfaction_count"}

#: What the kept sums have, by the name of the figure; a figure that is not here is zero for what is closed.
KEPT: Mapping[str, str] = {
    **{column.name: column.name for column in Tally.__table__.columns if column.name not in {"by", "key"}},
    "missed": "late",
}

#: Until when a length runs, and the column that says when that was.
UNTIL: Mapping[str, str] = {"response": "first_response_at", "closing": "closed_at"}


def counted(work: Work, source: Source, by: str = "") -> dict[str, dict[str, int]]:
    """Every count, in one statement.

    Args:
        by: ``department``, ``field`` or ``month``: the figures by key; nothing: all together under ``""``.
    """
    of = source.of
    figures = {name: case((test, 1), else_=0) for name, test in conditions(work, source).items()}
    figures |= {"transfers": of.transfers, "extensions": of.extensions, "marks": of.satisfaction}
    key = source.key(work, by)
    query: Any = source.fresh(key.label("key"), *(_total(one).label(name) for name, one in figures.items()))
    # Without a group nothing at all would still be a row of zeros.
    query = query.group_by(key) if by else query.having(func.count() > 0)
    if source.kept:
        own = Tally.key if by else _NOTHING
        kept = [getattr(Tally, KEPT[name]) if name in KEPT else literal(0) for name in figures]
        both = union_all(query, select(own, *kept).where(Tally.by == (by or "department"))).subquery()
        query = select(both.c.key, *(_total(both.c[name]).label(name) for name in figures)).group_by(both.c.key)
    return {
        row.key: {name: int(value) for name, value in row._mapping.items() if name != "key"}
        for row in work.db.execute(query)
    }


def _total(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


#: How often something took so many tenths of a day, by what it took them until.
Lengths = dict[str, Counter[int]]


def lengths(work: Work, source: Source, by: str = "") -> dict[str, Lengths]:
    """How long it took to the first response and to closing, by key as in :func:`counted`, in one statement."""
    of, key = source.of, source.key(work, by)
    parts: list[Any] = []
    for until, name in UNTIL.items():
        instant = getattr(of, name)
        tenths = tenths_between(work.db, of.assigned_at, instant)
        query = source.fresh(
            key.label("key"), literal(until).label("until"), tenths.label("tenths"), func.count().label("times")
        ).where(instant.is_not(None))
        parts.append(query.group_by(key, tenths) if by else query.group_by(tenths))
    if source.kept:
        own = Duration.key if by else _NOTHING
        kept = select(own, Duration.until, Duration.tenths, func.sum(Duration.times))
        kept = kept.where(Duration.by == (by or "department"))
        parts.append(kept.group_by(*([Duration.key] if by else []), Duration.until, Duration.tenths))
    found: dict[str, Lengths] = {}
    for key_, until, tenths_, times in work.db.execute(union_all(*parts)):
        found.setdefault(key_, {}).setdefault(until, Counter())[int(tenths_)] += int(times)
    return found


Medians = tuple[Decimal | None, Decimal | None]


def medians(work: Work, source: Source, by: str = "") -> dict[str, Medians]:
    """Median days to the first response and to closing, by key as in :func:`counted`."""
    return {
        key: (median_days(found.get("response", {})), median_days(found.get("closing", {})))
        for key, found in lengths(work, source, by).items()
    }
