"""The demo's time: a story of autumn 2026, moved by whole weeks so that its next session is always ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

#: The Saturday of the story's session to come.
TOLD_FOR = date(2026, 11, 28)


class StoryTime:
    """Turns the story's dates into this run's.

    Args:
        now: the present, aware; the session to come is on a Saturday three to nine days after it.
    """

    def __init__(self, now: datetime) -> None:
        today = now.astimezone(ZONE).date()
        coming = today + timedelta(days=3)
        coming += timedelta(days=(5 - coming.weekday()) % 7)
        self.now = now
        self.shift = coming - TOLD_FOR

    def on(self, day: int, month: int, hour: int = 9, minute: int = 0) -> datetime:
        """An instant of the story, in UTC."""
        told = date(2026, month, day) + self.shift
        return datetime.combine(told, time(hour, minute), ZONE).astimezone(UTC)

    def day(self, day: int, month: int) -> date:
        """A day of the story."""
        return date(2026, month, day) + self.shift
