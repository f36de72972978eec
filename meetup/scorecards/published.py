"""Closed periods as plain values, for plugins and programs: what was frozen of them, version by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from meetup.scorecards import words
from meetup.scorecards.content import Results, unpack
from meetup.scorecards.models import Period, Snapshot
from meetup.scorecards.queries import Card
from meetup.work import Work


@dataclass(frozen=True)
class FrozenComponent:
    """A component criterion as it was frozen.

    Args:
        key: its name.
        label: what it is called, an English msgid.
        criterion: the msgid of what it is a part of.
        percent: its value, 0 to 100 with two places; None: not known.
        weight: in hundredths.
    """

    key: str
    label: str
    criterion: str
    percent: Decimal | None
    weight: int


@dataclass(frozen=True)
class FrozenCard:
    """The index of one department, one field, or of all together.

    Args:
        by: ``whole``, ``department`` or ``field``.
        code: of the department or field; empty for all together, and for what has no field.
        score: 0 to 100; None: nothing is known.
        place: the rank among its kind.
        counts: every count by name.
    """

    by: str
    code: str
    name: str
    name_en: str
    score: Decimal | None
    place: int | None
    counts: Mapping[str, int]
    components: tuple[FrozenComponent, ...]


@dataclass(frozen=True)
class FrozenVersion:
    """What a period said when it was closed (number 1), or corrected.

    Args:
        made_at: aware, in UTC.
        counted_on: the day that lateness was counted on.
        reason: of the correction; empty for the first.
        digest: the SHA-256 of everything in it, as it stands in the activity log.
        content: what was frozen; read :meth:`cards`.
    """

    number: int
    made_at: datetime
    counted_on: date
    reason: str
    digest: str
    weights: Mapping[str, int]
    content: Mapping[str, Any]

    def cards(self) -> tuple[FrozenCard, ...]:
        """All together first, then departments and fields, the best first."""
        found: Results = unpack(self.content, self.weights)
        return (
            _card("whole", found.whole),
            *(_card("department", one) for one in found.departments),
            *(_card("field", one) for one in found.fields),
        )


@dataclass(frozen=True)
class FrozenPeriod:
    """A closed period.

    Args:
        key: its key in addresses; ``link("scorecards.results", quarter=f"p{key}")`` shows it.
        name: what organisers called it; empty for a quarter or year that is called by its days.
        kind: ``year``, ``quarter`` or ``own``.
        versions: the newest first; never empty.
    """

    key: int
    name: str
    name_en: str
    kind: str
    starts_on: date
    ends_on: date
    versions: tuple[FrozenVersion, ...]


def frozen_periods(work: Work, *, key: int | None = None, year: int | None = None) -> list[FrozenPeriod]:
    """Every closed period, the newest first: two statements.

    Args:
        key: this one alone.
        year: only those that end in this year.
    """
    query = select(Period).where(Period.state == "closed").order_by(Period.ends_on.desc(), Period.starts_on, Period.id)
    if key is not None:
        query = query.where(Period.id == key)
    if year is not None:
        query = query.where(Period.ends_on.between(date(year, 1, 1), date(year, 12, 31)))
    periods = work.db.scalars(query).all()
    kept: dict[int, list[Snapshot]] = {one.id: [] for one in periods}
    rows = select(Snapshot).where(Snapshot.period_id.in_(kept)).order_by(Snapshot.number.desc())
    for row in work.db.scalars(rows) if kept else ():
        kept[row.period_id].append(row)
    return [_period(one, kept[one.id]) for one in periods if kept[one.id]]


def _period(period: Period, kept: Sequence[Snapshot]) -> FrozenPeriod:
    versions = tuple(
        FrozenVersion(
            one.number,
            one.made_at,
            one.counted_on,
            one.reason,
            one.digest,
            {name: int(value) for name, value in one.weights.items()},
            one.content,
        )
        for one in kept
    )
    return FrozenPeriod(period.id, period.name, period.name_en, period.kind, period.starts_on, period.ends_on, versions)


def _card(by: str, card: Card) -> FrozenCard:
    row = card.row
    components = tuple(
        FrozenComponent(
            line.component.key,
            words.COMPONENTS[line.component.key],
            words.CRITERIA[line.component.criterion],
            line.percent,
            line.weight,
        )
        for line in card.sum.lines
    )
    code = "" if by == "whole" else row.code
    return FrozenCard(by, code, row.name, row.name_en, row.score, row.place, dict(card.counts), components)
