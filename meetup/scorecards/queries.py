"""Scorecards: by department, by field, or by the components of the score; as they are now, or as they were frozen.

What is not known is None, never zero; a mean of fewer than five answers is not shown,
since it would speak of single enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from meetup.departments.models import Department, Field
from meetup.domain.criteria import COMPONENTS, STANDARD, Sum, add_up
from meetup.domain.scoring import LEAST_ANSWERS, half_up, rank, share
from meetup.scorecards.counting import Medians, Source, counted, live, medians
from meetup.work import Work


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


_NAMES = {one.name for one in fields(Row)}


@dataclass(frozen=True)
class Card:
    """A scorecard with what its score was made of.

    Args:
        row: its figures.
        counts: every count and sum by name, also those that no figure shows.
        sum: the score's arithmetic.
    """

    row: Row
    counts: Mapping[str, int]
    sum: Sum


def scorecards(
    work: Work, *, by: str = "department", since: date | None = None, until: date | None = None, kind: str | None = None
) -> list[Row]:
    """The scorecards of what was ordered in a period, as it is now.

    Args:
        by: ``department``, ``field`` or ``criterion`` (the components of the score, over all departments).
        since: the first day, in the site's zone.
        until: the last day.
        kind: only departments of this kind.
    """
    source = live(work, since, until)
    if kind is not None:
        of_kind = select(Department.id).where(Department.kind == kind)
        source = replace(source, where=source.where & source.of.lead_department_id.in_(of_kind), kept=False)
    if by == "criterion":
        return components(whole(work, source))
    return [card.row for card in cards(work, source, by)]


def total(work: Work, *, since: date | None = None, until: date | None = None) -> Row:
    """Everything in the period as one row."""
    return whole(work, live(work, since, until)).row


def overall(work: Work) -> Row:
    """Everything there is as one row; asked for once a page."""
    if "scorecards.overall" not in work.memo:
        work.memo["scorecards.overall"] = total(work)
    found: Row = work.memo["scorecards.overall"]
    return found


def cards(work: Work, source: Source, by: str, weights: Mapping[str, int] = STANDARD) -> list[Card]:
    """The scorecards of every department or field with something in `source`, the best first.

    Args:
        source: what is counted.
        by: ``department`` or ``field``.
        weights: component → hundredths.
    """
    groups = counted(work, source, by)
    spans = medians(work, source, by)
    named = _named(work, by, groups)
    found = [make_card(named[one], counts, spans.get(one), weights) for one, counts in groups.items() if one in named]
    return placed(found)


def whole(work: Work, source: Source, weights: Mapping[str, int] = STANDARD) -> Card:
    """Everything in `source` as one scorecard."""
    counts = counted(work, source).get("", {})
    return make_card(Row(code="", name=""), counts, medians(work, source).get(""), weights)


def components(card: Card) -> list[Row]:
    """A scorecard by the components that weigh something: each a row whose score is its own value."""
    return [
        replace(card.row, code=line.component.key, name=line.component.key, name_en="", score=line.percent, place=None)
        for line in card.sum.lines
        if line.weight
    ]


def _named(work: Work, by: str, rows: Iterable[str]) -> dict[str, Row]:
    """The names of what the rows are about, empty scorecards."""
    keys = [int(one) for one in rows if one]
    if by == "department":
        departments = work.db.scalars(select(Department).where(Department.id.in_(keys)))
        return {
            str(one.id): Row(code=one.code, name=one.name, name_en=one.name_en, kind=one.kind) for one in departments
        }
    known = work.db.scalars(select(Field).where(Field.id.in_(keys)))
    named = {str(one.id): Row(code=one.code, name=one.name, name_en=one.name_en) for one in known}
    if "" in rows:
        named[""] = Row(code="", name="")
    return named


def make_card(
    empty: Row, counts: Mapping[str, int], spans: Medians | None, weights: Mapping[str, int] = STANDARD
) -> Card:
    """A scorecard out of its counts; `empty` has the names."""
    made = add_up({name: counts.get(name, 0) for name in _needed()}, weights)
    if not counts or not counts["assigned"]:
        return Card(empty, counts, made)
    first, last = spans or (None, None)
    rate = share(counts["reopened"], counts["ever_answered"])
    few = counts["satisfaction_count"] < LEAST_ANSWERS
    figures: dict[str, Any] = {name: value for name, value in counts.items() if name in _NAMES}
    row = replace(
        empty,
        **figures,
        median_days_to_first_response=first,
        median_days_to_closing=last,
        reopen_rate=None if rate is None else half_up(rate * 100),
        satisfaction=None if few else half_up(Fraction(counts["marks"], counts["satisfaction_count"])),
        score=made.score,
    )
    return Card(row, counts, made)


def _needed() -> set[str]:
    return {name for one in COMPONENTS.values() for name, _times in (*one.part, *one.whole)}


def placed(found: list[Card]) -> list[Card]:
    """With their places, departments and localities apart; the best first, those without a score last."""
    places: dict[tuple[str, str], int | None] = {}
    for local in (False, True):
        group = {(one.row.kind, one.row.code): one.row.score for one in found if (one.row.kind == "locality") is local}
        places.update(rank(group))
    ordered = [replace(one, row=replace(one.row, place=places[one.row.kind, one.row.code])) for one in found]
    return sorted(
        ordered, key=lambda one: (one.row.kind == "locality", one.row.place is None, one.row.place or 0, one.row.code)
    )
