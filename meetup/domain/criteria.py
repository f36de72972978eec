"""The scorecard's tree: criteria, their components, what each is counted from, and how weights make a score of them.

Every component is a fraction of whole numbers, kept as its terms, so that a page can
show the sum as it was done. Weights are given to components and sum to 100; a criterion
weighs what its components weigh. What is not known leaves both sums and is never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from meetup.domain.scoring import LEAST_ANSWERS, WEIGHTS, check_weights, half_up, weighted_mean
from meetup.errors import N_, Fault, InvalidInput

#: A sum of counts: (name of the count, how often it is taken).
Terms = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Component:
    """A component criterion (tiêu chí thành phần).

    Args:
        key: its name in weights and addresses.
        criterion: the criterion that it is a part of.
        part: what is put above the line.
        whole: what is put below it; nothing there: not known.
        least: fewer of the last count of `whole` than this say nothing.
    """

    key: str
    criterion: str
    part: Terms
    whole: Terms
    least: int = 1


#: Every component that can be weighed, in the order of the page.
COMPONENTS: Mapping[str, Component] = MappingProxyType(
    {
        one.key: one
        for one in (
            Component("on_time", "timeliness", (("on_time", 1),), (("answered", 1), ("overdue_now", 1))),
            Component("closed_on_time", "timeliness", (("closed_on_time", 1),), (("closed", 1),)),
            Component("no_extension", "timeliness", (("assigned", 1), ("extended", -1)), (("assigned", 1),)),
            Component("confirmed", "outcome", (("confirmed", 1),), (("closed", 1),)),
            Component("not_reopened", "outcome", (("ever_answered", 1), ("reopened", -1)), (("ever_answered", 1),)),
            # A mean of 1 to 5, stretched to 0 to 1: (sum − n) / 4n.
            Component(
                "satisfaction",
                "satisfaction",
                (("marks", 1), ("satisfaction_count", -1)),
                (("satisfaction_count", 4),),
                LEAST_ANSWERS,
            ),
            Component("no_pass_around", "responsibility", (("assigned", 1), ("pass_around", -1)), (("assigned", 1),)),
        )
    }
)

#: The criteria, in the order of the page.
CRITERIA: tuple[str, ...] = tuple(dict.fromkeys(one.criterion for one in COMPONENTS.values()))

#: What holds until an organiser sets weights of a period.
STANDARD: Mapping[str, int] = MappingProxyType({key: WEIGHTS.get(key, 0) for key in COMPONENTS})


@dataclass(frozen=True)
class Line:
    """One component as it was counted: ``part`` of ``whole``, and what it weighs.

    ``value`` is from 0 to 1; None: not known.
    """

    component: Component
    part: int
    whole: int
    value: Fraction | None
    weight: int

    @property
    def percent(self) -> Decimal | None:
        """The value in per cent, two places."""
        return None if self.value is None else half_up(self.value * 100)

    @property
    def points(self) -> Decimal | None:
        """The value times the weight: what it brings of the weights that count."""
        return None if self.value is None else half_up(self.value * self.weight)


@dataclass(frozen=True)
class Group:
    """A criterion: its lines, the weights that count, and its value from 0 to 1 (None: nothing is known)."""

    key: str
    lines: tuple[Line, ...]
    weight: int
    value: Fraction | None

    @property
    def percent(self) -> Decimal | None:
        """The value in per cent, two places."""
        return None if self.value is None else half_up(self.value * 100)


@dataclass(frozen=True)
class Sum:
    """A score with everything that it was made of.

    Args:
        groups: the criteria with their components.
        weight: the sum of the weights of what is known.
        exact: the score from 0 to 1; None: nothing is known.
    """

    groups: tuple[Group, ...]
    weight: int
    exact: Fraction | None

    @property
    def lines(self) -> tuple[Line, ...]:
        """The components of all criteria."""
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def score(self) -> Decimal | None:
        """The score from 0 to 100, two places."""
        return None if self.exact is None else half_up(self.exact * 100)


def add_up(counts: Mapping[str, int], weights: Mapping[str, int] = STANDARD) -> Sum:
    """The score of `counts`, with its arithmetic.

    Args:
        counts: whole numbers by name, as :data:`COMPONENTS` asks for them; one that is missing counts 0.
        weights: component → hundredths; they sum to 100, and what is left out weighs nothing.

    Raises:
        InvalidInput: if the weights do not sum to 100, one is negative, or one is of no component.
    """
    check_weights(weights, known=COMPONENTS)
    lines = [_line(one, counts, weights.get(one.key, 0)) for one in COMPONENTS.values()]
    groups = []
    for key in CRITERIA:
        own = tuple(line for line in lines if line.component.criterion == key)
        groups.append(Group(key, own, sum(line.weight for line in own), _mean(own)))
    known = sum(line.weight for line in lines if line.value is not None)
    return Sum(tuple(groups), known, _mean(lines))


def _line(component: Component, counts: Mapping[str, int], weight: int) -> Line:
    part = sum(counts.get(name, 0) * times for name, times in component.part)
    whole = sum(counts.get(name, 0) * times for name, times in component.whole)
    enough = counts.get(component.whole[-1][0], 0) >= component.least if component.least > 1 else whole > 0
    return Line(component, part, whole, Fraction(part, whole) if enough and whole else None, weight)


def _mean(lines: tuple[Line, ...] | list[Line]) -> Fraction | None:
    return weighted_mean(
        {line.component.key: line.value for line in lines}, {line.component.key: line.weight for line in lines}
    )


def take_weights(given: Mapping[str, int | None]) -> dict[str, int]:
    """Weights as they are kept: one for every component, what is left out is 0.

    Raises:
        InvalidInput: at the component, if a weight is not from 0 to 100; at ``weights``, if they do not sum to 100.
    """
    faults = [
        Fault(key, N_("A weight is a whole number from 0 to 100."))
        for key, value in given.items()
        if value is not None and not 0 <= value <= 100
    ]
    if faults:
        raise InvalidInput.many(faults)
    weights = {key: given.get(key) or 0 for key in COMPONENTS}
    check_weights(weights, known=COMPONENTS)
    return weights
