"""The one source of time.

Everything that needs to know what time it is takes ``work.now`` or calls the
clock of its mount; nothing else asks the operating system. Tests, ``worker
--at`` and the demo bring their own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: A clock: called without arguments, gives the present as an aware datetime.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present by the operating system, aware, in UTC."""
    return datetime.now(UTC)


def fixed(instant: datetime) -> Clock:
    """A clock that stands still.

    Args:
        instant: an aware datetime in any zone.

    Raises:
        ValueError: if `instant` is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("a clock needs an aware datetime")
    moment = instant.astimezone(UTC)
    return lambda: moment
