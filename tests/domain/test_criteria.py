"""The scorecard's tree and its periods: laws that hold for any counts, weights and days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.criteria import COMPONENTS, CRITERIA, STANDARD, add_up, take_weights
from meetup.domain.periods import before, check_close, check_period, kind_of, quarter, quarter_of, year
from meetup.errors import InvalidInput

COUNTS = {
    "assigned": 5, "answered": 2, "on_time": 1, "overdue_now": 2, "closed": 2, "closed_on_time": 1,
    "confirmed": 1, "ever_answered": 3, "reopened": 1, "extended": 1, "pass_around": 1,
    "marks": 22, "satisfaction_count": 5,
}  # fmt: skip


@st.composite
def counts(draw: Any) -> dict[str, int]:
    """Counts as follow-ups can have them."""
    part = lambda whole: draw(st.integers(0, whole))  # noqa: E731
    assigned = draw(st.integers(0, 60))
    ever = part(assigned)
    answered = part(ever)
    closed = part(answered)
    marked = part(closed)
    return {
        "assigned": assigned,
        "ever_answered": ever,
        "answered": answered,
        "on_time": part(answered),
        "overdue_now": part(assigned - answered),
        "closed": closed,
        "closed_on_time": part(closed),
        "confirmed": part(closed),
        "reopened": part(ever),
        "extended": part(assigned),
        "pass_around": part(assigned),
        "satisfaction_count": marked,
        "marks": sum(draw(st.integers(1, 5)) for _one in range(marked)),
    }


@st.composite
def weights(draw: Any) -> dict[str, int]:
    """Weights that sum to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(COMPONENTS) - 1, max_size=len(COMPONENTS) - 1)))
    return {key: high - low for key, low, high in zip(COMPONENTS, [0, *cuts], [*cuts, 100], strict=True)}


def test_the_arithmetic_as_one_does_it_by_hand() -> None:
    found = add_up(COUNTS)
    lines = {line.component.key: line for line in found.lines}
    assert (lines["on_time"].part, lines["on_time"].whole, lines["on_time"].percent) == (1, 4, Decimal("25.00"))
    assert (lines["satisfaction"].part, lines["satisfaction"].whole) == (17, 20)
    assert lines["no_pass_around"].points == Decimal("12.00")
    assert found.score == Decimal("51.50")  # 40·1/4 + 25·1/2 + 20·17/20 + 15·4/5
    assert found.weight == 100
    few = add_up({**COUNTS, "satisfaction_count": 4, "marks": 18})
    assert few.weight == 80
    assert few.score == Decimal("43.13")


@given(counts(), weights())
def test_a_score_is_the_weighted_mean_of_what_is_known(counted: dict[str, int], weighed: dict[str, int]) -> None:
    found = add_up(counted, weighed)
    known = [line for line in found.lines if line.value is not None]
    assert all(0 <= line.value <= 1 for line in known)
    assert found.weight == sum(line.weight for line in known)
    if found.exact is None:
        assert found.weight == 0
    else:
        assert found.exact == sum((line.value * line.weight for line in known), Fraction(0)) / found.weight
        assert 0 <= found.exact <= 1
        assert min(line.value for line in known if line.weight) <= found.exact


@given(counts(), weights())
def test_a_criterion_weighs_what_its_components_weigh(counted: dict[str, int], weighed: dict[str, int]) -> None:
    found = add_up(counted, weighed)
    assert tuple(group.key for group in found.groups) == CRITERIA
    assert sum(group.weight for group in found.groups) == 100
    total, weight = Fraction(0), 0
    for group in found.groups:
        counting = sum(line.weight for line in group.lines if line.value is not None)
        if group.value is not None:
            total, weight = total + group.value * counting, weight + counting
    assert found.exact == (total / weight if weight else None)


@given(counts(), st.sampled_from(sorted(COMPONENTS)))
def test_all_the_weight_on_one_component_makes_it_the_score(counted: dict[str, int], key: str) -> None:
    found = add_up(counted, {key: 100})
    (line,) = [line for line in found.lines if line.component.key == key]
    assert found.exact == line.value


@given(st.dictionaries(st.sampled_from(sorted(COMPONENTS)), st.none() | st.integers(-10, 110)))
def test_weights_are_kept_only_if_they_sum_to_a_hundred(given_ones: dict[str, int | None]) -> None:
    values = [value or 0 for value in given_ones.values()]
    if sum(values) == 100 and all(0 <= value <= 100 for value in values):
        taken = take_weights(given_ones)
        assert taken.keys() == COMPONENTS.keys()
        assert sum(taken.values()) == 100
    else:
        with pytest.raises(InvalidInput):
            take_weights(given_ones)


def test_the_standard_weights() -> None:
    assert take_weights(STANDARD) == dict(STANDARD)
    with pytest.raises(InvalidInput, match="no part of the score"):
        add_up(COUNTS, {"beauty": 100})


@given(st.dates(date(1991, 1, 1), date(2199, 12, 31)))
def test_every_day_lies_in_one_quarter_and_one_year(day: date) -> None:
    first, last = quarter(day.year, quarter_of(day))
    assert first <= day <= last
    assert kind_of(first, last) == "quarter"
    assert kind_of(*year(day.year)) == "year"
    assert before(first, last)[1] == first - timedelta(days=1)
    assert kind_of(*before(first, last)) == "quarter"
    assert kind_of(*before(*year(day.year))) == "year"


@given(st.dates(date(1995, 1, 1), date(2199, 1, 1)), st.integers(0, 1000))
def test_the_span_before_is_as_long_and_touches(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    earlier = before(first, last)
    assert earlier[1] == first - timedelta(days=1)
    if kind_of(first, last) == "own":
        assert earlier[1] - earlier[0] == last - first


def test_a_period_has_its_days_in_order_and_is_closed_after_them() -> None:
    assert not check_period(date(2026, 7, 1), date(2026, 9, 30))
    assert [fault.field for fault in check_period(None, None)] == ["starts_on", "ends_on"]
    assert check_period(date(2026, 9, 30), date(2026, 7, 1))
    assert check_period(date(2020, 1, 1), date(2026, 1, 1))
    assert check_period(date(1, 1, 1), date(2026, 1, 1))
    assert check_close(date(2026, 9, 30), date(2026, 9, 30))
    assert not check_close(date(2026, 9, 30), date(2026, 10, 1))
