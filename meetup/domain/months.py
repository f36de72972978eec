"""A month as a calendar on a wall: weeks from Monday to Sunday, the days beside it too."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

#: The years that a page of a calendar may be asked for.
FIRST, LAST = 2000, 2199


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year.

    Raises:
        ValueError: if there is no such month between :data:`FIRST` and :data:`LAST`.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (FIRST <= self.year <= LAST and 1 <= self.month <= 12):
            raise ValueError(f"no month {self.year}-{self.month}")

    @classmethod
    def read(cls, text: str) -> Month | None:
        """``2026-11`` as a month; None if it is none."""
        year, _dash, month = text.partition("-")
        if not (len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
            return None
        try:
            return cls(int(year), int(month))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    def plus(self, count: int) -> Month | None:
        """The month so many later, or earlier for a negative count; None beyond the calendar's years."""
        year, month = divmod(self.year * 12 + self.month - 1 + count, 12)
        return Month(year, month + 1) if FIRST <= year <= LAST else None

    def weeks(self) -> Sequence[Sequence[date]]:
        """Whole weeks from Monday on that hold the month."""
        return Calendar(0).monthdatescalendar(self.year, self.month)
