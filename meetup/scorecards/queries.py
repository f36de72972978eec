"""Scorecards: counted in the database, by department, by field, or by the parts of the score.

Everything counts from the first due date. What is not known is None, never zero; a mean of
fewer than five answers is not shown, since it would speak of single enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from meetup.departments.models import Department, Field
from meetup.domain.scoring import LEAST_ANSWERS, WEIGHTS, half_up, rank, share, weighted_mean
from meetup.followups.models import FollowUp
from meetup.followups.queries import OWED
from meetup.followups.sqltime import local_day
from meetup.issues.models import Issue
from meetup.work import Work

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One scorecard.

    Args:
        code: of the department, field or part of the score.
        name: in Vietnamese, with ``name_en`` beside it.
        kind: of the department.
        assigned: follow-ups ordered in the period.
        open: of these, those that still owe an answer.
        closed: closed in any way; ``closed_on_time`` were answered by the first due date.
        late: answered after the first due date; ``overdue_now`` are not answered at all.
        median_days_to_first_response: calendar days from the order, one place.
        reopen_rate: in per cent of those ever answered.
        satisfaction: mean of 1 to 5, from five answers on.
        score: 0 to 100; ``place`` is the rank among its kind.
    """

    code: str
    name: str
    name_en: str = ""
    kind: str = ""
    assigned: int = 0
    open: int = 0
    answered: int = 0
    on_time: int = 0
    late: int = 0
    overdue_now: int = 0
    closed: int = 0
    closed_on_time: int = 0
    confirmed: int = 0
    no_response: int = 0
    median_days_to_first_response: Decimal | None = None
    median_days_to_closing: Decimal | None = None
    transfers: int = 0
    extensions: int = 0
    pass_around: int = 0
    reopened: int = 0
    reopen_rate: Decimal | None = None
    satisfaction: Decimal | None = None
    satisfaction_count: int = 0
    score: Decimal | None = None
    place: int | None = None


def scorecards(
    work: Work, *, by: str = "department", since: date | None = None, until: date | None = None, kind: str | None = None
) -> list[Row]:
    """The scorecards of what was ordered in a period.

    Args:
        by: ``department``, ``field`` or ``criterion`` (the parts of the score, over all departments).
        since: the first day, in the site's zone.
        until: the last day.
        kind: only departments of this kind.
    """
    where = _period(work, since, until)
    if kind is not None:
        of_kind = select(Department.id).where(Department.kind == kind)
        where = and_(where, FollowUp.lead_department_id.in_(of_kind))
    if by == "criterion":
        return _parts(work, where)
    key = FollowUp.lead_department_id if by == "department" else Issue.field_id
    rows = _counted(work, key, where)
    medians = _medians(work, key, where)
    named = _named(work, by, rows)
    found = [_row(named[one], counts, medians.get(one)) for one, counts in rows.items() if one in named]
    return _placed(found)


def total(work: Work, *, since: date | None = None, until: date | None = None) -> Row:
    """Everything in the period as one row."""
    where = _period(work, since, until)
    counts = _counted(work, None, where).get(None, {})
    return _row(Row(code="", name=""), counts, _medians(work, None, where).get(None))


def _period(work: Work, since: date | None, until: date | None) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [FollowUp.id.is_not(None)]
    if since is not None and since.year > 1900:
        # Days at the ends of the calendar have no instant in every zone; nothing happened there.
        parts.append(FollowUp.assigned_at >= datetime.combine(since, time(0), work.zone))
    if until is not None and until.year < 9000:
        parts.append(FollowUp.assigned_at < datetime.combine(until + _DAY, time(0), work.zone))
    return and_(*parts)


def _counted(work: Work, key: Any, where: ColumnElement[bool]) -> dict[Any, Mapping[str, Any]]:
    """Every count by group, in one statement."""
    today = work.now.astimezone(work.zone).date()
    answered = FollowUp.state.in_(("answered", "verified", "closed"))
    punctual = and_(
        FollowUp.answered_at.is_not(None),
        local_day(work.db, FollowUp.answered_at, work.zone, work.now) <= FollowUp.first_due_on,
    )
    closed = FollowUp.state == "closed"
    tests: dict[str, ColumnElement[bool]] = {
        "open": FollowUp.state.in_(OWED),
        "answered": answered,
        "on_time": and_(answered, punctual),
        "overdue_now": and_(FollowUp.state.in_(OWED), FollowUp.first_due_on < today),
        "closed": closed,
        "closed_on_time": and_(closed, punctual),
        "confirmed": and_(closed, FollowUp.closing == "confirmed"),
        "no_response": and_(closed, FollowUp.closing == "no_response"),
        "pass_around": FollowUp.transfers >= 2,
        "reopened": FollowUp.reopenings > 0,
        "ever_answered": FollowUp.answered_at.is_not(None) | (FollowUp.reopenings > 0),
    }
    columns = [func.coalesce(func.sum(case((test, 1), else_=0)), 0).label(name) for name, test in tests.items()]
    columns += [
        func.count().label("assigned"),
        func.coalesce(func.sum(FollowUp.transfers), 0).label("transfers"),
        func.coalesce(func.sum(FollowUp.extensions), 0).label("extensions"),
        func.coalesce(func.sum(FollowUp.satisfaction), 0).label("marks"),
        func.count(FollowUp.satisfaction).label("satisfaction_count"),
    ]
    query = select(*columns).select_from(FollowUp).join(FollowUp.issue).where(where)
    if key is not None:
        query = query.add_columns(key.label("key")).group_by(key)
    found: dict[Any, Mapping[str, Any]] = {}
    for row in work.db.execute(query):
        values = {name: int(value) for name, value in row._mapping.items() if name != "key"}
        found[row._mapping["key"] if key is not None else None] = values
    return found


def _medians(work: Work, key: Any, where: ColumnElement[bool]) -> dict[Any, tuple[Decimal | None, Decimal | None]]:
    """Median days to the first response and to closing, by group; three instants of a row are all that is read."""
    query = (
        select(FollowUp.assigned_at, FollowUp.first_response_at, FollowUp.closed_at)
        .select_from(FollowUp)
        .join(FollowUp.issue)
        .where(where, FollowUp.first_response_at.is_not(None) | FollowUp.closed_at.is_not(None))
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


def _named(work: Work, by: str, rows: Mapping[Any, Any]) -> dict[Any, Row]:
    """The names of what the rows are about, empty scorecards."""
    keys = [one for one in rows if one is not None]
    if by == "department":
        departments = work.db.scalars(select(Department).where(Department.id.in_(keys)))
        return {one.id: Row(code=one.code, name=one.name, name_en=one.name_en, kind=one.kind) for one in departments}
    fields = work.db.scalars(select(Field).where(Field.id.in_(keys)))
    named: dict[Any, Row] = {one.id: Row(code=one.code, name=one.name, name_en=one.name_en) for one in fields}
    if None in rows:
        named[None] = Row(code="", name="")
    return named


def _score_parts(counts: Mapping[str, Any]) -> dict[str, Fraction | None]:
    """What the score is made of, each from 0 to 1; None where nothing is known."""
    few = counts["satisfaction_count"] < LEAST_ANSWERS
    mean = None if few else Fraction(counts["marks"], counts["satisfaction_count"])
    return {
        "on_time": share(counts["on_time"], counts["answered"] + counts["overdue_now"]),
        "confirmed": share(counts["confirmed"], counts["closed"]),
        "satisfaction": None if mean is None else (mean - 1) / 4,
        "no_pass_around": share(counts["assigned"] - counts["pass_around"], counts["assigned"]),
    }


def _row(empty: Row, counts: Mapping[str, Any], medians: tuple[Decimal | None, Decimal | None] | None) -> Row:
    if not counts or not counts["assigned"]:
        return empty
    first, last = medians or (None, None)
    score = weighted_mean(_score_parts(counts), WEIGHTS)
    rate = share(counts["reopened"], counts["ever_answered"])
    few = counts["satisfaction_count"] < LEAST_ANSWERS
    plain = {name: value for name, value in counts.items() if name not in {"marks", "ever_answered"}}
    return replace(
        empty,
        **plain,
        late=counts["answered"] - counts["on_time"],
        median_days_to_first_response=first,
        median_days_to_closing=last,
        reopen_rate=None if rate is None else half_up(rate * 100),
        satisfaction=None if few else half_up(Fraction(counts["marks"], counts["satisfaction_count"])),
        score=None if score is None else half_up(score * 100),
    )


def _placed(rows: list[Row]) -> list[Row]:
    """With their places, departments and localities apart; the best first, those without a score last."""
    places: dict[tuple[str, str], int | None] = {}
    for local in (False, True):
        group = {(one.kind, one.code): one.score for one in rows if (one.kind == "locality") is local}
        places.update(rank(group))
    placed = [replace(one, place=places[one.kind, one.code]) for one in rows]
    return sorted(placed, key=lambda one: (one.kind == "locality", one.place is None, one.place or 0, one.code))


def _parts(work: Work, where: ColumnElement[bool]) -> list[Row]:
    """The parts of the score over all departments: each a row whose score is its own value."""
    counts = _counted(work, None, where).get(None, {})
    whole = _row(Row(code="", name=""), counts, _medians(work, None, where).get(None))
    if not whole.assigned:
        return [Row(code=name, name=name) for name in WEIGHTS]
    parts = _score_parts(counts)
    return [
        replace(whole, code=name, name=name, score=None if part is None else half_up(part * 100), place=None)
        for name, part in parts.items()
    ]
