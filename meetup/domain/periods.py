"""Periods of the scorecard: quarters, years and others; once closed they are frozen.

A closed period is never opened again. What was wrong in it is corrected by a new
version, with a reason, and the version before stays to be read.
"""

from __future__ import annotations

from datetime import date, timedelta

from meetup.domain.faults import EMPTY, FILL_IN
from meetup.domain.machine import START, Machine
from meetup.errors import N_, Fault

PERIOD = Machine(
    "scorecard_period",
    {
        (START, "open"): "open",
        ("open", "close"): "closed",
        ("closed", "correct"): "closed",
    },
)

#: No period is longer, in days.
LONGEST = 3 * 366

_FIRST_YEAR, _LAST_YEAR = 1990, 2200


def quarter(year: int, number: int) -> tuple[date, date]:
    """The first and the last day of a quarter, numbered from 1."""
    first = date(year, 3 * number - 2, 1)
    after = date(year + (number == 4), 3 * number % 12 + 1, 1)
    return first, after - timedelta(days=1)


def year(number: int) -> tuple[date, date]:
    """The first and the last day of a year."""
    return date(number, 1, 1), date(number, 12, 31)


def kind_of(starts_on: date, ends_on: date) -> str:
    """``year``, ``quarter`` or ``own``."""
    if (starts_on, ends_on) == year(starts_on.year):
        return "year"
    return "quarter" if (starts_on, ends_on) == quarter(starts_on.year, quarter_of(starts_on)) else "own"


def quarter_of(day: date) -> int:
    """The number of the quarter that `day` lies in."""
    return (day.month - 1) // 3 + 1


def before(starts_on: date, ends_on: date) -> tuple[date, date]:
    """The same span one earlier: the quarter or year before, else as many days before the first."""
    kind = kind_of(starts_on, ends_on)
    if kind == "year":
        return year(starts_on.year - 1)
    if kind == "quarter":
        number = quarter_of(starts_on)
        return quarter(starts_on.year, number - 1) if number > 1 else quarter(starts_on.year - 1, 4)
    return starts_on - (ends_on - starts_on) - timedelta(days=1), starts_on - timedelta(days=1)


def check_period(starts_on: date | None, ends_on: date | None) -> list[Fault]:
    """What is wrong with a period's days; empty when nothing is."""
    faults = []
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is None:
            faults.append(Fault(name, EMPTY, FILL_IN))
        elif not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            faults.append(Fault(name, N_("This day is too far away.")))
    if faults or starts_on is None or ends_on is None:
        return faults
    if ends_on < starts_on:
        return [Fault("ends_on", N_("The end is before the beginning."))]
    if (ends_on - starts_on).days > LONGEST:
        return [Fault("ends_on", N_("A period is three years long at most."))]
    return []


def check_close(ends_on: date, today: date) -> list[Fault]:
    """What keeps a period from being closed; it is closed after its last day."""
    if today > ends_on:
        return []
    return [
        Fault(
            "period",
            N_("A period is closed when its last day, %(day)s, is over."),
            N_("Wait until then."),
            day=f"{ends_on:%d/%m/%Y}",
        )
    ]
