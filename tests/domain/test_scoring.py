"""The scorecard's arithmetic and the traps of indices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.indices import Normalised, component_total, normalise, share_of_points, unless_few
from meetup.domain.scoring import WEIGHTS, Row, half_up, rank, tally
from meetup.errors import InvalidInput

HCM = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 24)
START = datetime(2026, 9, 7, 2, tzinfo=UTC)
DUE = date(2026, 9, 28)


def row(**values: Any) -> Row:
    return Row(**({"state": "closed", "assigned_at": START, "first_due_on": DUE} | values))


GOOD = row(
    answered_at=START + timedelta(days=14), closed_at=START + timedelta(days=17), closing="confirmed",
    first_response_at=START + timedelta(days=7), satisfaction=5,
)  # fmt: skip
LATE = replace(GOOD, answered_at=datetime(2026, 9, 29, 2, tzinfo=UTC), closing="no_response", satisfaction=None)


def total(*rows: Row, **options: Any) -> Any:
    return tally(rows, today=TODAY, zone=HCM, **options)


def test_nothing_assigned_is_no_score() -> None:
    found = total()
    assert (found.assigned, found.score, found.satisfaction, found.reopen_rate) == (0, None, None, None)
    assert found.median_days_to_closing is None
    assert found.parts == {}


def test_the_figures() -> None:
    overdue = row(state="accepted", transfers=2, extensions=1, first_response_at=START + timedelta(days=1, hours=12))
    found = total(GOOD, LATE, overdue, row(state="assigned", first_due_on=TODAY), row(state="reopened", reopenings=2))
    assert (found.assigned, found.answered, found.closed) == (5, 2, 2)
    assert (found.on_time, found.late, found.overdue_now, found.closed_on_time) == (1, 1, 2, 1)
    assert (found.confirmed, found.no_response) == (1, 1)
    assert (found.transfers, found.extensions, found.pass_around, found.reopened) == (2, 1, 1, 1)
    assert found.reopen_rate == Decimal("33.33")
    assert found.median_days_to_first_response == Decimal("7.0")
    assert found.median_days_to_closing == Decimal("17.0")
    assert (found.satisfaction, found.satisfaction_count) == (None, 1)
    assert found.parts == {
        "on_time": Decimal("25.00"),
        "confirmed": Decimal("50.00"),
        "no_pass_around": Decimal("80.00"),
    }
    # (40·1/4 + 25·1/2 + 15·4/5) / 80
    assert found.score == Decimal("43.13")


def test_an_extension_makes_nothing_punctual_and_the_day_is_of_the_zone() -> None:
    assert total(replace(LATE, extensions=1)).on_time == 0
    # 23:30 on the due day in Cà Mau, and half an hour later.
    last = datetime(2026, 9, 28, 16, 30, tzinfo=UTC)
    assert total(replace(GOOD, answered_at=last)).on_time == 1
    assert total(replace(GOOD, answered_at=last + timedelta(minutes=30))).on_time == 0


def test_five_answers_make_a_mean() -> None:
    assert total(*[GOOD] * 4).satisfaction is None
    marks = [replace(GOOD, satisfaction=mark) for mark in (5, 4, 4, 4, 5, 1, 4)]
    assert total(*marks).satisfaction == Decimal("3.86")
    assert total(*[GOOD] * 5).score == Decimal("100.00")
    assert "satisfaction" not in total(*[GOOD] * 4).parts


def test_weights_sum_to_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert total(GOOD, LATE, weights={"on_time": 100}).score == Decimal("50.00")
    for wrong in ({"on_time": 99}, {"on_time": 110, "confirmed": -10}, {"on_time": 90, "beauty": 10}):
        with pytest.raises(InvalidInput):
            total(GOOD, weights=wrong)


@given(st.lists(st.sampled_from([GOOD, LATE, row(state="accepted"), row(state="answered", answered_at=START)])))
def test_a_score_is_of_a_hundred_and_counts_add_up(rows: list[Row]) -> None:
    found = total(*rows)
    assert found.score is None or 0 <= found.score <= 100
    assert found.on_time + found.late == found.answered
    assert found.answered + found.overdue_now == found.assigned
    assert found.confirmed + found.no_response == found.closed


def test_rounding_is_half_up() -> None:
    assert half_up(Fraction(1, 8)) == Decimal("0.13")
    assert str(half_up(Decimal("2.675"))) == "2.68"
    assert half_up(Decimal("-0.125")) == Decimal("-0.13")
    assert str(half_up(5)) == "5.00"


def test_ties_share_a_rank() -> None:
    scores = {"a": Decimal(90), "b": Decimal(80), "c": Decimal("80.00"), "d": Decimal(70), "e": None}
    assert rank(scores) == {"a": 1, "b": 2, "c": 2, "d": 4, "e": None}
    assert rank({}) == {}


def test_normalising() -> None:
    values = {"a": Decimal(2), "b": 3, "c": Decimal(5), "d": None}
    assert {key: one.value for key, one in normalise(values).items()} == {
        "a": Decimal("1.00"),
        "b": Decimal("4.00"),
        "c": Decimal("10.00"),
        "d": None,
    }
    assert normalise(values, negative=True)["b"] == Normalised(Decimal("7.00"))
    assert normalise({"a": 3, "b": 3, "c": None}) == {
        "a": Normalised(Decimal("5.50"), True),
        "b": Normalised(Decimal("5.50"), True),
        "c": Normalised(None),
    }
    assert normalise({"a": None}) == {"a": Normalised(None)}


def test_the_index_of_a_unit() -> None:
    weights = {"time": 60, "support": 40}
    assert component_total({"time": Decimal(10), "support": Decimal(5)}, weights) == Decimal("80.00")
    assert component_total({"time": None, "support": Decimal(5)}, weights) == Decimal("50.00")
    assert component_total({"time": None, "support": None}, weights) is None
    with pytest.raises(InvalidInput, match="sum to 99"):
        component_total({}, {"time": 99})
    assert share_of_points([(Decimal("1.5"), 2), (None, 5), (0, 1)]) == Decimal("50.00")
    assert share_of_points([(None, 5)]) is None
    assert unless_few(Decimal(4), 4) is None
    assert unless_few(Decimal(4), 5) == 4
