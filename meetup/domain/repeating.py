"""How people say that something repeats, as a rule: chosen in a form, written as an RRULE (rule B1)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetup.domain.recurrence import Rule, parse_rule
from meetup.errors import N_, InvalidInput

#: What can be chosen, in its order; ``own`` is a rule typed by hand, nothing is no series.
WAYS = ("", "weekly", "monthly_nth", "monthly_last", "monthly_day", "own")

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rule_of(
    way: str,
    starts_at: datetime,
    zone: str,
    *,
    every: int = 1,
    until: date | None = None,
    count: int | None = None,
    own: str = "",
) -> Rule:
    """The rule that someone means who chose `way` for a first session at `starts_at`.

    Args:
        way: one of :data:`WAYS`, not the empty one.
        starts_at: of the first session, aware.
        zone: whose calendar days count.
        every: each so many weeks or months.
        until: the last day on which one may be.
        count: how many there are.
        own: the RRULE typed by hand, for ``own``.

    Raises:
        InvalidInput: at ``repeats``, ``every``, ``until``, ``count`` or ``own``.
    """
    if way not in WAYS or not way:
        raise InvalidInput("repeats", N_("This is none of the choices."), N_("Choose one of them."))
    if way == "own":
        rule = parse_rule(own, field="own")
    else:
        if not 1 <= every <= 99:
            raise InvalidInput("every", N_("This is no number from 1 to 99."), N_("Write a number such as 1."))
        days = _days(way, starts_at.astimezone(ZoneInfo(zone)))
        rule = parse_rule(days if every == 1 else f"{days};INTERVAL={every}", field="repeats")
    if until is not None and count is not None:
        raise InvalidInput("count", N_("A series ends by a day or by a number, not by both."), N_("Leave one empty."))
    if until is not None:
        return rule.ending(until=_end_of(until, zone))
    if count is not None:
        if not 1 <= count <= 500:
            raise InvalidInput("count", N_("This is no number from 1 to 500."), N_("Write a number such as 12."))
        return rule.ending(count=count)
    return rule


def _days(way: str, first: datetime) -> str:
    day = _DAYS[first.weekday()]
    if way == "weekly":
        return f"FREQ=WEEKLY;BYDAY={day}"
    if way == "monthly_day":
        return f"FREQ=MONTHLY;BYMONTHDAY={first.day}"
    # A fifth Friday is not in every month; whoever begins on one means the last.
    nth = (first.day - 1) // 7 + 1
    return f"FREQ=MONTHLY;BYDAY={-1 if way == 'monthly_last' or nth == 5 else nth}{day}"


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(seconds=1)
