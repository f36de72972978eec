"""Whether a programme's goals are reached: each goal that names a measure is held against what was counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from meetup.domain.criteria import COMPONENTS
from meetup.programmes.models import Programme
from meetup.scorecards.content import Results

#: Measures besides the components: how each is read, and whether the target is the most that is allowed.
_FIGURES: Mapping[str, tuple[Callable[[Results], Any], bool]] = {
    "sessions": (lambda found: found.people.sessions, False),
    "came": (lambda found: found.people.came, False),
    "share_first_time": (lambda found: found.people.share_first_time, False),
    "satisfaction_mean": (lambda found: found.whole.row.satisfaction, False),
    "score": (lambda found: found.whole.row.score, False),
    "days_to_first_response": (lambda found: found.whole.row.median_days_to_first_response, True),
    "days_to_closing": (lambda found: found.whole.row.median_days_to_closing, True),
}

#: Everything that a goal can be measured by: components in per cent, and other figures.
MEASURES = (*COMPONENTS, *_FIGURES)


@dataclass(frozen=True)
class Goal:
    """A goal and what became of it.

    Args:
        name: as the programme says it.
        target: the value aimed at; None: none that is a number.
        unit: behind it.
        reached: None where nothing measures it, or nothing is known.
    """

    programme: Programme
    name: str
    target: Decimal | None
    unit: str
    value: Decimal | int | None
    at_most: bool
    reached: bool | None


def goals(programmes: Iterable[Programme], found: Results) -> list[Goal]:
    """The goals of `programmes`, each with what `found` says of it."""
    return [
        _goal(programme, one, found)
        for programme in programmes
        for one in programme.goals or []
        if isinstance(one, dict) and one.get("name")
    ]


def _goal(programme: Programme, goal: Mapping[str, Any], found: Results) -> Goal:
    measure = str(goal.get("measure", ""))
    target = _number(goal.get("target"))
    value: Any = None
    at_most = False
    if measure in COMPONENTS:
        value = next(line.percent for line in found.whole.sum.lines if line.component.key == measure)
    elif measure in _FIGURES:
        read, at_most = _FIGURES[measure]
        value = read(found)
    reached = None
    if value is not None and target is not None:
        reached = value <= target if at_most else value >= target
    return Goal(programme, str(goal["name"]), target, str(goal.get("unit", "")), value, at_most, reached)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip().replace(",", ".")
    digits = text.removeprefix("-").replace(".", "", 1)
    return Decimal(text) if digits.isascii() and digits.isdigit() and len(text) < 20 else None
