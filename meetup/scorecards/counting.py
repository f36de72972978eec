"""Counting follow-ups in the database, as they are now or as they were frozen; every count knows its rows.

Everything counts from the first due date. A :class:`Source` says what is counted, so
that the figures of a closed period and those of today come out of the same statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true

from meetup.domain.scoring import half_up
from meetup.followups.models import FollowUp
from meetup.followups.queries import OWED
from meetup.followups.sqltime import local_day
from meetup.issues.models import Issue
from meetup.scorecards.models import Fact, Snapshot
from meetup.work import Work

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Source:
    """What is counted.

    Args:
        of: :class:`FollowUp` as it is now, or :class:`Fact` as it was frozen; their columns have the same names.
        field: the column with the key of the field of work.
        where: the condition that makes the period.
        today: the day that lateness is counted on.
    """

    of: Any
    field: Any
    where: ColumnElement[bool]
    today: date

    def rows(self, *columns: Any) -> Select[Any]:
        """The statement that reads `columns` of what is counted."""
        query = select(*columns).select_from(self.of)
        return (query.join(FollowUp.issue) if self.of is FollowUp else query).where(self.where)


def live(work: Work, since: date | None = None, until: date | None = None) -> Source:
    """What was ordered from `since` to `until` (days of the site's zone, both included), as it is now."""
    parts: list[ColumnElement[bool]] = [FollowUp.id.is_not(None)]
    if since is not None and since.year > 1900:
        # Days at the ends of the calendar have no instant in every zone; nothing happened there.
        parts.append(FollowUp.assigned_at >= datetime.combine(since, time(0), work.zone))
    if until is not None and until.year < 9000:
        parts.append(FollowUp.assigned_at < datetime.combine(until + _DAY, time(0), work.zone))
    return Source(FollowUp, Issue.field_id, and_(*parts), work.now.astimezone(work.zone).date())


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


def counted(work: Work, source: Source, key: Any = None) -> dict[Any, dict[str, int]]:
    """Every count by `key` (a column; None: all together under None), in one statement."""
    of = source.of
    columns = [
        func.coalesce(func.sum(case((test, 1), else_=0)), 0).label(name)
        for name, test in conditions(work, source).items()
    ]
    sums = {"transfers": of.transfers, "extensions": of.extensions, "marks": of.satisfaction}
    columns += [func.coalesce(func.sum(column), 0).label(name) for name, column in sums.items()]
    query = source.rows(*columns)
    if key is not None:
        query = query.add_columns(key.label("key")).group_by(key)
    found: dict[Any, dict[str, int]] = {}
    for row in work.db.execute(query):
        values = {name: int(value) for name, value in row._mapping.items() if name != "key"}
        found[row._mapping["key"] if key is not None else None] = values
    return found


Medians = tuple[Decimal | None, Decimal | None]


def medians(work: Work, source: Source, key: Any = None) -> dict[Any, Medians]:
    """Median days to the first response and to closing, by `key`; three instants of a row are all that is read."""
    of = source.of
    query = source.rows(of.assigned_at, of.first_response_at, of.closed_at).where(
        of.first_response_at.is_not(None) | of.closed_at.is_not(None)
    )
    if key is not None:
        query = query.add_columns(key.label("key"))
    first: dict[Any, list[timedelta]] = {}
    last: dict[Any, list[timedelta]] = {}
    for row in work.db.execute(query):
        one = row._mapping["key"] if key is not None else None
        if row[1] is not None:
            first.setdefault(one, []).append(row[1] - row[0])
        if row[2] is not None:
            last.setdefault(one, []).append(row[2] - row[0])
    return {one: (_days(first.get(one, [])), _days(last.get(one, []))) for one in first.keys() | last.keys()}


def _days(spans: Iterable[timedelta]) -> Decimal | None:
    lengths = [Fraction(span // timedelta(seconds=1)) for span in spans]
    return half_up(Fraction(median(lengths)) / int(_DAY.total_seconds()), 1) if lengths else None
