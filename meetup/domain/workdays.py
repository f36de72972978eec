"""Working days of a country: the library's holidays, with a table of overrides that wins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

DayKind = Literal["holiday", "workday"]

#: When a working day ends: what comes in later counts as the next working day's.
CLOSING = time(17, 0)

#: What the library lacks: 12729/VPCP-KGVX of 25/12/2025 swapped Friday 02/01/2026 for Saturday 10/01/2026.
VIETNAM_2026_OVERRIDES: Mapping[date, DayKind] = {
    date(2026, 1, 2): "holiday",
    date(2026, 1, 10): "workday",
}


@lru_cache(maxsize=8)
def _country(code: str) -> holidays.HolidayBase:
    return holidays.country_holidays(code)


class WorkCalendar:
    """The working days of a country.

    Args:
        country: ISO 3166 code.
        overrides: day → ``holiday`` or ``workday``; wins over the library.
    """

    def __init__(self, country: str = "VN", overrides: Mapping[date, DayKind] | None = None) -> None:
        self._holidays = _country(country)
        self._overrides = dict(overrides or {})

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is one; worked Saturdays of the country's swaps count."""
        kind = self._overrides.get(day)
        if kind is not None:
            return kind == "workday"
        return bool(self._holidays.is_working_day(day))

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, for a negative count); `day` itself for 0."""
        step = timedelta(days=1 if count >= 0 else -1)
        left = abs(count)
        while left:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        days = (end - start).days
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, days + 1))

    def received_on(self, received_at: datetime, zone: ZoneInfo) -> date:
        """The working day that something received at `received_at` (aware) counts for."""
        local = received_at.astimezone(zone)
        day = local.date()
        if self.is_working_day(day) and local.time() <= CLOSING:
            return day
        return self.add(day, 1)

    def due_date(self, received_at: datetime, days: int, zone: ZoneInfo) -> date:
        """The due date `days` working days after receipt; day 1 is the first working day after it."""
        return self.add(self.received_on(received_at, zone), days)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """17:00 on `day` in `zone`: when a due date is reached."""
    return datetime.combine(day, CLOSING, zone)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Midnight at the end of `day` in `zone`."""
    return datetime.combine(day + timedelta(days=1), time(0), zone)
