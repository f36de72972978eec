"""When registration is open follows from the clock; the times of a session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from meetup.domain.sessions import check_times, registration_open, registration_status

START = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
OPENS = START - timedelta(days=14)
CLOSES = START - timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "now", "status"),
    [
        ("draft", OPENS, "not_published"),
        ("published", OPENS - TICK, "not_yet"),
        ("published", OPENS, "open"),
        ("published", CLOSES - TICK, "open"),
        ("published", CLOSES, "closed"),
        ("published", START, "closed"),
        ("cancelled", OPENS, "cancelled"),
        ("held", OPENS, "held"),
        ("reported", OPENS, "held"),
    ],
)
def test_registration_follows_from_the_clock(state: str, now: datetime, status: str) -> None:
    assert registration_status(state, now, OPENS, CLOSES, START) == status
    assert registration_open(state, now, OPENS, CLOSES, START) is (status == "open")


def test_without_a_window_it_is_open_from_publication_until_the_start() -> None:
    assert registration_open("published", datetime(2020, 1, 1, tzinfo=UTC), None, None, START)
    assert registration_open("published", START - TICK, None, None, START)
    assert not registration_open("published", START, None, None, START)
    # A closing time that a reschedule left behind the start does not outlast the start.
    assert not registration_open("published", START, None, START + timedelta(days=2), START)


def test_good_times_have_no_fault() -> None:
    assert check_times(START, START + timedelta(hours=2), OPENS, CLOSES, now=OPENS) == []
    assert check_times(START, START + timedelta(hours=2), None, START) == []


def test_each_wrong_time_is_named() -> None:
    def fields(*args: datetime | None, now: datetime | None = None) -> list[str]:
        return [fault.field for fault in check_times(*args, now=now)]  # type: ignore[arg-type]

    end = START + timedelta(hours=2)
    assert fields(START, START) == ["ends_at"]
    assert fields(START, end, START) == ["registration_opens_at"]
    assert fields(START, end, None, START + TICK) == ["registration_closes_at"]
    assert fields(START, end, CLOSES, CLOSES) == ["registration_closes_at"]
    assert fields(START, end, now=START) == ["starts_at"]
    with pytest.raises(ValueError, match="zone"):
        check_times(START.replace(tzinfo=None), end)
