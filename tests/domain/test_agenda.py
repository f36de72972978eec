"""When items begin, and whether they fit."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetup.domain.agenda import overflow, starting_times, total
from meetup.errors import InvalidInput

START = datetime(2026, 11, 28, 7, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_items_follow_one_another() -> None:
    assert [f"{at:%H:%M}" for at in starting_times(START, [10, 20, 0, 5])] == ["07:00", "07:10", "07:30", "07:30"]
    assert starting_times(START, []) == ()
    assert total([10, 20, 5]) == 35


def test_overflow() -> None:
    end = START + timedelta(minutes=30)
    assert overflow(START, end, [10, 20]) == 0
    assert overflow(START, end, [10, 25]) == 5
    assert overflow(START, end - timedelta(seconds=1), [30]) == 1


def test_an_item_takes_time() -> None:
    for call in (lambda: total([-1]), lambda: starting_times(START, [-1])):
        with pytest.raises(InvalidInput):
            call()


def test_the_night_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    assert [at.isoformat() for at in starting_times(start, [60, 60])] == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]
    assert overflow(start, datetime(2026, 10, 25, 3, 30, tzinfo=berlin), [120]) == 0
