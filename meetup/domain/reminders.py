"""When to remind: offsets in words, wall-clock arithmetic, quiet hours, what is still of use (rules G1 to G7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetup.domain.workdays import WorkCalendar, end_of_day
from meetup.errors import N_, InvalidInput

#: Nobody is reminded from 21:00 to 07:00, programme time.
QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(7, 0)

#: When a day's reminders about due dates go out.
MORNING = time(8, 0)

#: Who can be told of what is overdue, from near to far.
WHOM = ("officer", "head", "chair")

_OFFSET = re.compile(r"([0-9]{1,3})([hdw])")
_STEP = re.compile(r"([0-9]{1,3}):([a-z]+)")


@dataclass(frozen=True)
class Offset:
    """A distance before a target.

    Args:
        amount: how many.
        unit: ``h`` hours, ``d`` days, ``w`` working days.
    """

    amount: int
    unit: str

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True)
class Reminder:
    """A planned reminder of one thing to one person.

    Args:
        rule: which rule planned it, such as ``session_start.2h``.
        instant: when it should go, aware.
        target: the instant that it is about, aware.
        overdue: it speaks of a target that has passed, and is of use as long as the thing is open.
    """

    rule: str
    instant: datetime
    target: datetime
    overdue: bool = False


def parse_offsets(text: str) -> tuple[Offset, ...]:
    """``7d,1d,2h`` as offsets, in the order written and each once; an empty text is no reminder at all.

    Raises:
        InvalidInput: naming the part that cannot be read.
    """
    found: dict[Offset, None] = {}
    for part in _parts(text):
        match = _OFFSET.fullmatch(part.lower())
        if match is None:
            raise InvalidInput(
                "reminders",
                N_("“%(part)s” is no time ahead."),
                N_("Write a number and h for hours, d for days or w for working days: 2h, 7d, 3w."),
                part=part,
            )
        found[Offset(int(match[1]), match[2])] = None
    return tuple(found)


def parse_escalation(text: str) -> tuple[tuple[int, str], ...]:
    """``1:officer,3:head,7:chair`` as (working days overdue, whom), by days.

    Raises:
        InvalidInput: naming the part that cannot be read.
    """
    found: set[tuple[int, str]] = set()
    for part in _parts(text):
        match = _STEP.fullmatch(part.lower().replace(" ", ""))
        if match is None or match[2] not in WHOM or match[1].strip("0") == "":
            raise InvalidInput(
                "escalation",
                N_("“%(part)s” is no step of an escalation."),
                N_("Write days overdue and whom: 3:head. Whom is officer, head or chair."),
                part=part,
            )
        found.add((int(match[1]), match[2]))
    return tuple(sorted(found, key=lambda step: (step[0], WHOM.index(step[1]))))


def _parts(text: str) -> Iterable[str]:
    return filter(None, (part.strip() for part in text.split(",")))


def before(target: datetime, offset: Offset, zone: ZoneInfo, calendar: WorkCalendar | None = None) -> datetime:
    """The instant `offset` before `target`, by the wall clock of `zone` (rule G6); in UTC.

    A day before 07:30 is 07:30 on the day before, across daylight-saving changes; a wall time
    that a change skips is moved forward with the clocks.

    Args:
        target: aware.
        offset: how far.
        zone: whose days are counted.
        calendar: needed for working days.

    Raises:
        ValueError: for working days without a calendar.
    """
    if offset.unit == "h":
        return target.astimezone(UTC) - timedelta(hours=offset.amount)
    return _moved(target, Offset(-offset.amount, offset.unit), zone, calendar)


def after(target: datetime, offset: Offset, zone: ZoneInfo, calendar: WorkCalendar | None = None) -> datetime:
    """The instant `offset` after `target`; otherwise like :func:`before`."""
    if offset.unit == "h":
        return target.astimezone(UTC) + timedelta(hours=offset.amount)
    return _moved(target, offset, zone, calendar)


def _moved(target: datetime, offset: Offset, zone: ZoneInfo, calendar: WorkCalendar | None) -> datetime:
    local = target.astimezone(zone)
    if offset.unit == "d":
        day = local.date() + timedelta(days=offset.amount)
    elif calendar is not None:
        day = calendar.add(local.date(), offset.amount)
    else:
        raise ValueError(f"{offset} counts working days, and there is no calendar")
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def session_reminders(
    starts_at: datetime, offsets: Iterable[Offset], zone: ZoneInfo, calendar: WorkCalendar | None = None
) -> list[tuple[Offset, datetime]]:
    """The instants (UTC) of a session's reminders with their offsets; arguments as for :func:`before`."""
    return [(offset, before(starts_at, offset, zone, calendar)) for offset in offsets]


def due_reminders(
    due_on: date, offsets: Iterable[Offset], zone: ZoneInfo, calendar: WorkCalendar | None = None
) -> list[tuple[Offset, datetime]]:
    """The instants (UTC) of the reminders before a due date, with their offsets.

    Days are counted back from 08:00 on the due date, so that ``0d`` is its morning; hours from
    17:00, the end of its working day.
    """
    morning, evening = datetime.combine(due_on, MORNING, zone), end_of_day(due_on, zone)
    return [(offset, before(evening if offset.unit == "h" else morning, offset, zone, calendar)) for offset in offsets]


def overdue_reminder(due_on: date, days: int, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """08:00 (given in UTC) on the `days`-th working day after the due date."""
    return datetime.combine(calendar.add(due_on, days), MORNING, zone).astimezone(UTC)


def whom_to_tell(steps: Sequence[tuple[int, str]], days_overdue: int) -> tuple[str, ...]:
    """Everyone whose step has been reached, from near to far; each day past the due date they hear again.

    Args:
        steps: as :func:`parse_escalation` gives them.
        days_overdue: working days since the due date.
    """
    reached = {whom for days, whom in steps if days_overdue >= days}
    return tuple(whom for whom in WHOM if whom in reached)


def is_quiet(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether `instant` (aware) falls into the quiet hours of `zone`, 21:00 to 07:00."""
    local = instant.astimezone(zone).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def allowed(
    instant: datetime, target: datetime | None, zone: ZoneInfo, calendar: WorkCalendar | None = None
) -> datetime:
    """When a reminder planned for `instant` may go (rule G5); in UTC.

    The instant itself, else the next one outside the quiet hours (and on a working day); if
    that is not before the target any more, the last one before `instant`.

    Args:
        instant: aware.
        target: what is reminded of, aware; None: nothing it could miss, such as overdue work.
        zone: the programme's zone.
        calendar: given for departments, who are not written to on days off.
    """

    def working(day: date) -> bool:
        return calendar is None or calendar.is_working_day(day)

    local = instant.astimezone(zone)
    if working(local.date()) and not is_quiet(local, zone):
        return instant.astimezone(UTC)
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    while not working(day):
        day += timedelta(days=1)
    later = datetime.combine(day, QUIET_UNTIL, zone).astimezone(UTC)
    if target is None or later < target:
        return later
    day = local.date() if local.time() >= QUIET_FROM else local.date() - timedelta(days=1)
    while not working(day):
        day -= timedelta(days=1)
    return datetime.combine(day, QUIET_FROM, zone).astimezone(UTC) - timedelta(minutes=1)


def useful(reminder: Reminder, now: datetime) -> bool:
    """Whether sending at `now` would still help: its target is ahead, or it speaks of what is overdue (G2, G4)."""
    return reminder.overdue or now < reminder.target


def plan(reminders: Iterable[Reminder], now: datetime) -> list[Reminder]:
    """Those that are planned when a thing is new or was moved at `now`: none that is past, so none in a burst (G2)."""
    return [one for one in reminders if one.instant > now and useful(one, now)]


def choose(reminders: Iterable[Reminder], now: datetime) -> tuple[Reminder | None, list[tuple[Reminder, str]]]:
    """Which of the unsent reminders of one thing and person goes now, and which never will (G4).

    Args:
        reminders: planned and unsent; those whose instant is ahead are left alone.
        now: aware.

    Returns:
        The latest useful one, if any; and those to drop with the reason: ``begun`` or ``overtaken``.
    """
    missed = sorted((one for one in reminders if one.instant <= now), key=lambda one: one.instant)
    of_use = [one for one in missed if useful(one, now)]
    chosen = of_use[-1] if of_use else None
    dropped = [(one, "overtaken" if useful(one, now) else "begun") for one in missed if one is not chosen]
    return chosen, dropped
