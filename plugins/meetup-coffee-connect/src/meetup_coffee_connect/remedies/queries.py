"""Reading remedies: beside the component criteria of a period, and of the year before for its review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.api import FrozenComponent, FrozenPeriod, Work, frozen_periods
from meetup_coffee_connect.remedies.models import Remedy


@dataclass(frozen=True)
class Treated:
    """A component criterion of a closed period, whether it is weak, and what is done about it."""

    component: FrozenComponent
    weak: bool
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True)
class Progress:
    """A closed period of the year before, and its components that are weak or are worked on."""

    period: FrozenPeriod
    treated: tuple[Treated, ...]


def by_key(work: Work, key: int) -> Remedy:
    """The remedy with this key, its agency at hand.

    Raises:
        NotFound: if there is none.
    """
    found: Remedy = work.get(Remedy, key)
    work.db.refresh(found, ["lead_department"])
    return found


def treated(work: Work, period: FrozenPeriod) -> list[Treated]:
    """Every component criterion of a period with its remedies, in the order of the scorecard."""
    return _treated(work, period, _of(work, [period.key]))


def progress(work: Work, year: int) -> list[Progress]:
    """What became of the remedies for the periods that ended in `year`."""
    periods = frozen_periods(work, year=year)
    rows = _of(work, [one.key for one in periods])
    found = [
        Progress(one, tuple(line for line in _treated(work, one, rows) if line.weak or line.remedies))
        for one in periods
    ]
    # A quarter without remedies is in its year already.
    return [one for one in found if one.period.kind == "year" or any(line.remedies for line in one.treated)]


def _of(work: Work, periods: Iterable[int]) -> Sequence[Remedy]:
    query = select(Remedy).where(Remedy.period_id.in_(list(periods))).options(joinedload(Remedy.lead_department))
    return work.db.scalars(query.order_by(Remedy.due_on, Remedy.id)).all()


def _treated(work: Work, period: FrozenPeriod, rows: Sequence[Remedy]) -> list[Treated]:
    floor = work.settings.coffee_connect_weak
    return [
        Treated(
            one,
            one.percent is not None and one.percent < floor,
            tuple(row for row in rows if row.period_id == period.key and row.component == one.key),
        )
        for one in period.versions[0].cards()[0].components
    ]
