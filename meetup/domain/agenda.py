"""When each item of an agenda begins, and whether the agenda fits its session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from meetup.errors import N_, InvalidInput


def starting_times(starts_at: datetime, minutes: Iterable[int]) -> tuple[datetime, ...]:
    """The instant at which each item begins, one after the other without a pause.

    Args:
        starts_at: the session's start, aware; the answers are in its zone.
        minutes: how long each item takes, in the agenda's order.

    Raises:
        InvalidInput: if an item takes less than no time.
    """
    # Through UTC: two hours after 01:30 are two hours also in the night when clocks change.
    at = starts_at.astimezone(UTC)
    found: list[datetime] = []
    for length in minutes:
        found.append(at.astimezone(starts_at.tzinfo))
        at += timedelta(minutes=_checked(length))
    return tuple(found)


def total(minutes: Iterable[int]) -> int:
    """How many minutes the whole agenda takes.

    Raises:
        InvalidInput: if an item takes less than no time.
    """
    return sum(_checked(length) for length in minutes)


def overflow(starts_at: datetime, ends_at: datetime, minutes: Iterable[int]) -> int:
    """By how many minutes, rounded up, the agenda outlasts its session; 0 when it fits.

    Args:
        starts_at: the session's start, aware.
        ends_at: the session's end, aware.
        minutes: how long each item takes.

    Raises:
        InvalidInput: if an item takes less than no time.
    """
    # Both in UTC: the difference of two times in one zone would ignore a change of clocks.
    room = ends_at.astimezone(UTC) - starts_at.astimezone(UTC)
    over = timedelta(minutes=total(minutes)) - room
    return max(-(-over // timedelta(minutes=1)), 0)


def _checked(length: int) -> int:
    if length < 0:
        raise InvalidInput("minutes", N_("An item cannot take less than no time."), N_("Give its minutes."))
    return length
