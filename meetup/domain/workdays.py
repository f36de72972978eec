"""Working days of a country: the library's holidays, with a table of overrides that wins.

The library ``holidays`` knows public holidays and the Saturdays worked in exchange;
what a government decides late it does not know yet, so every programme keeps a table
of overrides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from meetup.errors import N_, InvalidInput

if TYPE_CHECKING:
    from holidays import HolidayBase

DayKind = Literal["holiday", "workday"]

#: When a working day ends: what comes in later counts as the next working day's.
CLOSING = time(17, 0)

#: What the library (0.109) lacks. Source: 12729/VPCP-KGVX of 25/12/2025, which swapped
#: Friday 02/01/2026 (off) for Saturday 10/01/2026 (worked).
VIETNAM_2026_OVERRIDES: Mapping[date, DayKind] = {
    date(2026, 1, 2): "holiday",
    date(2026, 1, 10): "workday",
}

_DAY = timedelta(days=1)


def is_known(country: str) -> bool:
    """Whether the library knows the public holidays of `country`, by its two letters."""
    # Imported for the first due date, which is not at the start, or for a country that somebody set.
    import holidays

    return country in holidays.list_supported_countries(include_aliases=False)


def _known(country: str, year: int) -> HolidayBase:
    # Imported for the first due date, which is not at the start.
    import holidays

    try:
        return holidays.country_holidays(country, years=year, expand=False)
    except (NotImplementedError, AttributeError):
        raise InvalidInput(
            "country",
            N_("The public holidays of “%(country)s” are not known."),
            N_("Give a country's two letters, such as VN."),
            country=country,
        ) from None


@lru_cache(maxsize=64)
def _working_days(country: str, year: int) -> frozenset[date]:
    """The working days of one year by the library.

    A frozen set a year, since the library's own objects fill themselves while they are
    read: another thread could find a year begun but not yet filled.
    """
    known = _known(country, year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range(366))
    return frozenset(day for day in days if day.year == year and known.is_working_day(day))


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of one year by the library, days off in exchange among them."""
    return frozenset(_known(country, year))


class WorkCalendar:
    """The working days of a country.

    Args:
        country: ISO 3166-1 code of two letters.
        overrides: day → ``holiday`` or ``workday``; wins over the library.

    Raises:
        InvalidInput: from every method, if the country is not known.
    """

    def __init__(self, country: str = "VN", overrides: Mapping[date, DayKind] | None = None) -> None:
        self.country = country
        self.overrides: Mapping[date, DayKind] = dict(overrides or {})

    @property
    def version(self) -> str:
        """What a computed date rests on, to be kept beside it: country, library, table of overrides."""
        table = ";".join(f"{day.isoformat()}={self.overrides[day]}" for day in sorted(self.overrides))
        return f"{self.country}/{version('holidays')}/{sha256(table.encode()).hexdigest()[:8]}"

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is one; worked Saturdays of the country's swaps count."""
        kind = self.overrides.get(day)
        if kind is not None:
            return kind == "workday"
        return day in _working_days(self.country, day.year)

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is a public holiday, whatever day of the week it is."""
        kind = self.overrides.get(day)
        if kind is not None:
            return kind == "holiday"
        return day in _holidays(self.country, day.year)

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it for a negative count); `day` itself for 0."""
        step = _DAY if count >= 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days left from `start` to `end`: those after `start` up to and with `end`.

        Negative when `end` is earlier: then the working days since it, `start` included.
        """
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def received_on(self, received_at: datetime, zone: ZoneInfo) -> date:
        """The working day that something counts as received on.

        Args:
            received_at: aware.
            zone: the programme's zone.
        """
        local = received_at.astimezone(zone)
        if self.is_working_day(local.date()) and local.time() <= CLOSING:
            return local.date()
        return self.add(local.date(), 1)

    def due_date(self, received_at: datetime, days: int, zone: ZoneInfo) -> date:
        """The last day on time for what has to be done within `days` working days of receipt.

        Day 1 is the first working day after receipt; what is received after 17:00 or on a day
        off counts as received on the next working day.

        Args:
            received_at: aware.
            days: working days allowed.
            zone: the programme's zone.
        """
        return self.add(self.received_on(received_at, zone), days)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """17:00 on `day` in `zone`: the end of the working day, which calendars show as the due time."""
    return datetime.combine(day, CLOSING, zone)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """24:00 of `day` in `zone`: "due 30 November" is until the end of that day (rule G6)."""
    return datetime.combine(day + _DAY, time(0), zone)
