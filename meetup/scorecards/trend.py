"""Which way it goes: what was ordered month by month, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from meetup.scorecards.counting import counted, live
from meetup.work import Work


@dataclass(frozen=True)
class Month:
    """One month: how much was ordered in it, how much of that was closed, how much was or is late."""

    year: int
    month: int
    assigned: int
    closed: int
    late: int


def trend(work: Work, months: int = 12) -> list[Month]:
    """The last months, by when things were ordered; late is what missed its first due date.

    Args:
        months: how many, counted back from the newest with an order in it; without one, a month is left out.
    """
    found = counted(work, live(work), "month")
    if not found:
        return []
    newest = _number(max(found))
    return [
        Month(int(key[:4]), int(key[5:7]), figures["assigned"], figures["closed"], figures["missed"])
        for key, figures in sorted(found.items())
        if newest - _number(key) < months
    ]


def _number(key: str) -> int:
    """Months since the year 0, of ``2026-11``."""
    return int(key[:4]) * 12 + int(key[5:7])
