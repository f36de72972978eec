"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

#: Monday 2 November 2026, 09:00 in Viet Nam: a working morning far from any public holiday.
START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


class SettableClock:
    """Called, it gives the present as an aware datetime in UTC.

    Args:
        now: where it begins.
    """

    def __init__(self, now: datetime = START) -> None:
        self.now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def travel(self, *, to: datetime | str | None = None, by: timedelta | None = None, **units: float) -> datetime:
        """Move, and give the new present.

        Args:
            to: an aware datetime, or ISO text; a text without an offset is Viet Nam's time.
            by: how far, on from here.
            units: the same as keywords of timedelta: ``travel(days=3, hours=2)``.
        """
        if to is not None:
            moment = datetime.fromisoformat(to) if isinstance(to, str) else to
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
            self.now = moment.astimezone(UTC)
        self.now += (by or timedelta()) + timedelta(**units)
        return self.now


@pytest.fixture
def clock() -> SettableClock:
    """The site's clock: ``clock.now``, ``clock.travel(to="2026-11-20T08:30")``, ``clock.travel(days=3)``."""
    return SettableClock()
