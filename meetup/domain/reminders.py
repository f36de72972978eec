"""When to remind: offsets in words, wall-clock arithmetic, quiet hours (rules G1 to G7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetup.domain.workdays import WorkCalendar
from meetup.errors import N_, InvalidInput

QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(7, 0)
_OFFSET = re.compile(r"^(\d{1,4})([hdw])$")
WHOM = ("officer", "head", "chair")


@dataclass(frozen=True)
class Offset:
    """A distance before a target: hours, days or working days (``2h``, ``7d``, ``3w``)."""

    amount: int
    unit: str

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


def parse_offsets(text: str) -> tuple[Offset, ...]:
    """``7d,1d,2h`` as offsets.

    Raises:
        InvalidInput: naming the part that cannot be read.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _OFFSET.match(part)
        if match is None:
            raise InvalidInput(
                "reminders",
                N_("“%(part)s” is no time ahead."),
                N_("Write a number and h, d or w: 2h, 7d, 3w."),
                part=part,
            )
        found.append(Offset(int(match[1]), match[2]))
    return tuple(found)


def parse_escalation(text: str) -> tuple[tuple[int, str], ...]:
    """``1:officer,3:head,7:chair`` as (days overdue, whom), by days.

    Raises:
        InvalidInput: naming the part that cannot be read.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        days, _, whom = part.partition(":")
        if not days.isdigit() or whom not in WHOM:
            raise InvalidInput(
                "escalation",
                N_("“%(part)s” is no step of an escalation."),
                N_("Write days and whom: 3:head. Whom is officer, head or chair."),
                part=part,
            )
        found.append((int(days), whom))
    return tuple(sorted(found))


def before(target: datetime, offset: Offset, zone: ZoneInfo, calendar: WorkCalendar | None = None) -> datetime:
    """The instant `offset` before `target` (aware), by the wall clock of `zone`.

    A day before 07:30 is 07:30 on the day before, across daylight-saving changes.
    """
    if offset.unit == "h":
        return target - timedelta(hours=offset.amount)
    local = target.astimezone(zone)
    if offset.unit == "w":
        day = (calendar or WorkCalendar()).add(local.date(), -offset.amount)
    else:
        day = local.date() - timedelta(days=offset.amount)
    return datetime.combine(day, local.time(), zone).astimezone(target.tzinfo)


def session_reminders(starts_at: datetime, offsets: Sequence[Offset], zone: ZoneInfo) -> list[tuple[Offset, datetime]]:
    """The instants of a session's reminders, with their offsets."""
    return [(offset, before(starts_at, offset, zone)) for offset in offsets]


def is_quiet(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether `instant` falls into the quiet hours, 21:00 to 07:00."""
    local = instant.astimezone(zone).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def allowed(instant: datetime, target: datetime, zone: ZoneInfo, calendar: WorkCalendar | None = None) -> datetime:
    """`instant`, or the next one outside the quiet hours (and, with a calendar, on a working day).

    If that would be past `target`, the last allowed instant before `instant` (rule G5).
    """

    def fine(moment: datetime) -> bool:
        day: date = moment.astimezone(zone).date()
        return not is_quiet(moment, zone) and (calendar is None or calendar.is_working_day(day))

    if fine(instant):
        return instant
    later = instant.astimezone(zone)
    for _ in range(40):
        morning = datetime.combine(later.date(), QUIET_UNTIL, zone)
        later = morning if morning > later else datetime.combine(later.date() + timedelta(days=1), QUIET_UNTIL, zone)
        if fine(later):
            break
    if later < target:
        return later.astimezone(instant.tzinfo)
    earlier = instant.astimezone(zone)
    for _ in range(40):
        evening = datetime.combine(earlier.date(), QUIET_FROM, zone) - timedelta(minutes=1)
        earlier = evening if evening < earlier else evening - timedelta(days=1)
        if fine(earlier):
            return earlier.astimezone(instant.tzinfo)
    return instant
