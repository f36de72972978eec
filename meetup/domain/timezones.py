"""VTIMEZONE components, exact and always the same for the same years (RFC 5545 §3.6.5, rule A7).

The transitions are read from the IANA database through ``zoneinfo`` and written
out one by one, since a rule for them can be wrong in a year to come while a list of
known instants cannot. Each is a STANDARD or DAYLIGHT of its own: ical.js (2.2, and so
Thunderbird) passes over the DTSTART of one that has RDATE, and over all but the first
value of RDATE. Written here and not by icalendar (7.3), whose onset of summer time is
stated in the new offset instead of the old.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vDDDTypes, vUTCOffset

_STEP = timedelta(days=7)


class _Phase(NamedTuple):
    """What a zone's clocks do: distance from UTC, and its name."""

    offset: timedelta
    name: str


class _Change(NamedTuple):
    """The instant (UTC) from which a phase holds, and the phase before it."""

    at: datetime
    before: _Phase
    after: _Phase


def _phase(zone: ZoneInfo, instant: datetime) -> _Phase:
    local = instant.astimezone(zone)
    return _Phase(local.utcoffset() or timedelta(0), local.tzname() or zone.key)


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterable[_Change]:
    """Every change of `zone` after `start` and up to `end` (both UTC), to the second."""
    at, now = start, _phase(zone, start)
    while at < end:
        ahead = min(at + _STEP, end)
        # No zone changes twice within a week: the shortest phase, Morocco's Ramadan, lasts about five.
        later = _phase(zone, ahead)
        if later != now:
            low, high = at, ahead
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _phase(zone, middle) == now else (low, middle)
            later = _phase(zone, high)
            yield _Change(high, now, later)
            ahead, now = high, later
        at = ahead


@lru_cache(maxsize=256)
def vtimezone(tzid: str, first_year: int, last_year: int) -> bytes:
    """The VTIMEZONE of `tzid` that covers the years from `first_year` to `last_year`, both whole.

    Whole years, so that a feed's bytes change with its events only.

    Args:
        tzid: an IANA name.
        first_year: of the earliest event.
        last_year: of the latest event.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: if there is no such zone.
    """
    zone = ZoneInfo(tzid)
    # A day more on either side: local years begin and end at other instants than UTC's.
    start = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC) + timedelta(days=1)
    opening = _phase(zone, start)
    component = Timezone()
    component.add("TZID", tzid)
    for at, before, after in (_Change(start, opening, opening), *_changes(zone, start, end)):
        # By the offset alone: tzdata calls winter in Dublin and Ramadan in Casablanca negative summer
        # time, which no calendar client understands.
        part = TimezoneDaylight() if after.offset > before.offset else TimezoneStandard()
        # The onset is the local time by the clocks as they were before it.
        part["DTSTART"] = vDDDTypes((at + before.offset).replace(tzinfo=None))
        part["TZOFFSETFROM"] = vUTCOffset(before.offset)
        part["TZOFFSETTO"] = vUTCOffset(after.offset)
        part.add("TZNAME", after.name)
        component.add_component(part)
    return bytes(component.to_ical())
