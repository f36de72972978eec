"""Months on a wall."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.months import FIRST, LAST, Month

MONTHS = st.builds(Month, st.integers(FIRST, LAST), st.integers(1, 12))


@given(MONTHS)
def test_weeks_are_whole_and_hold_the_month(shown: Month) -> None:
    days = [day for week in shown.weeks() for day in week]
    assert days[0].weekday() == 0
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) % 7 == 0
    own = [day for day in days if day.month == shown.month]
    assert own[0] == date(shown.year, shown.month, 1)
    assert own[-1] + timedelta(days=1) == (own[0] + timedelta(days=32)).replace(day=1)
    assert len(days) - len(own) < 14


@given(MONTHS, st.integers(-5000, 5000))
def test_forth_and_back(shown: Month, count: int) -> None:
    there = shown.plus(count)
    if there is not None:
        assert there.plus(-count) == shown
        assert (there > shown) == (count > 0)
    assert Month.read(str(shown)) == shown


@given(st.text(max_size=9))
def test_anything_else_is_no_month(text: str) -> None:
    found = Month.read(text)
    assert found is None or str(found) == text


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "1999-12", "2200-01", "2026-1", "٢٠٢٦-11", "-026-11", ""])
def test_what_is_none(text: str) -> None:
    assert Month.read(text) is None
