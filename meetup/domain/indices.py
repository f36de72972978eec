"""How official indices are computed: DDCI's normalising and weighing, the PAR Index's share of points.

Kept apart from the scorecard on purpose: the programme's own follow-up data may
be *an input* to such an index, labelled as such, and is never called one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from meetup.domain.scoring import LEAST_ANSWERS, check_weights, half_up, weighted_mean

Key = TypeVar("Key")

#: Where everyone stands when all values are equal.
MIDDLE = Decimal("5.50")


@dataclass(frozen=True)
class Normalised:
    """A value on the scale from 1 to 10.

    Args:
        value: rounded half up to two places; None: not known, which is not zero.
        is_flat: all known values were equal, so that it is the mid-point and says nothing.
    """

    value: Decimal | None
    is_flat: bool = False


def normalise(values: Mapping[Key, Decimal | int | None], *, negative: bool = False) -> dict[Key, Normalised]:
    """The values of one indicator over all assessed units, from 1 to 10 (DDCI).

    Positive: ``1 + 9·(x − min)/(max − min)``; negative: ``11 −`` that. Where all are equal: 5.5, flagged.

    Args:
        values: unit → value; None where there is none.
        negative: less is better, as with days of delay.
    """
    known = [Fraction(value) for value in values.values() if value is not None]
    low, high = min(known, default=Fraction(0)), max(known, default=Fraction(0))

    def one(value: Decimal | int | None) -> Normalised:
        if value is None:
            return Normalised(None)
        if low == high:
            return Normalised(MIDDLE, is_flat=True)
        found = 1 + 9 * (Fraction(value) - low) / (high - low)
        return Normalised(half_up(11 - found if negative else found))

    return {key: one(value) for key, value in values.items()}


def component_total(components: Mapping[str, Decimal | None], weights: Mapping[str, Decimal | int]) -> Decimal | None:
    """The index of one unit: weighted mean of its components (1 to 10) times ten, half up to two places.

    Raises:
        InvalidInput: if the weights do not sum to 100.
    """
    check_weights(weights)
    mean = weighted_mean(components, weights)
    return None if mean is None else half_up(mean * 10)


def share_of_points(rows: Iterable[tuple[Decimal | int | None, Decimal | int]]) -> Decimal | None:
    """PAR Index: points of the most that could be had, in per cent; what does not apply leaves both sums.

    Args:
        rows: (points, most); points None: not applicable.
    """
    applied = [(Fraction(points), Fraction(most)) for points, most in rows if points is not None]
    whole = sum((most for _, most in applied), Fraction(0))
    return half_up(sum((points for points, _ in applied), Fraction(0)) / whole * 100) if whole else None


def unless_few(value: Decimal | None, answers: int) -> Decimal | None:
    """`value` if it rests on five answers or more; fewer could be recognised."""
    return value if answers >= LEAST_ANSWERS else None
