"""From what the clock on the wall shows to an instant (rule A7).

In a night when clocks change, a wall time may not exist or exist twice. Both
are settled where the time is typed, with a message, and never guessed later.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from meetup.errors import N_, InvalidInput


def wall_to_utc(wall: datetime, zone: ZoneInfo, *, field: str = "starts_at", second: bool | None = None) -> datetime:
    """The instant at which the clocks of `zone` show `wall`, in UTC.

    Args:
        wall: naive, as typed.
        zone: an IANA zone.
        field: the field's name for the error.
        second: of a time that exists twice, whether the later one is meant; None: not said.

    Raises:
        InvalidInput: if the time does not exist, or exists twice and `second` does not say which.
        ValueError: if `wall` has a zone already.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no zone of its own")
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == later:
        return first
    shown = f"{wall:%d/%m/%Y %H:%M}"
    # In a gap neither reading comes back as what was typed (PEP 495).
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        raise InvalidInput(
            field,
            N_("%(time)s does not exist in %(zone)s: clocks are put forward over it."),
            N_("Give a time an hour earlier or later."),
            time=shown,
            zone=zone.key,
        )
    if second is None:
        raise InvalidInput(
            field,
            N_("%(time)s exists twice in %(zone)s: clocks are put back over it."),
            N_("Give a time before or after that hour."),
            time=shown,
            zone=zone.key,
        )
    return later if second else first
