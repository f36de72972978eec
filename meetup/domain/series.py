"""Series: when one takes place, and what a change of its rule means (rules B1 to B7).

A rule is expanded by the clocks on the wall of the series' zone with ``dateutil``; the instants are
then read off the zone as RFC 5545 §3.3.5 says: a time that clocks skip by the offset before the gap, a
time that comes twice as the first. Since calendar programs do not agree on such times (see
tests/calendar), :func:`check_clock` refuses them where a series is begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from meetup.domain.recurrence import MOST, Rule
from meetup.domain.workdays import WorkCalendar
from meetup.errors import N_, InvalidInput

# How far ahead a rule is looked through for times that clocks skip or repeat.
_LOOK_AHEAD = timedelta(days=6 * 366)


def expand(
    rule: Rule, starts_at: datetime, zone: str, *, until: datetime, after: datetime | None = None, limit: int = MOST
) -> list[datetime]:
    """When the occurrences of a series begin, in their order (UTC).

    Args:
        rule: of the series.
        starts_at: DTSTART, aware; it is an occurrence if the rule has it, see :func:`check_start`.
        zone: the IANA zone by whose clocks it repeats.
        until: the latest instant to look at, aware.
        after: only those later than this, aware.
        limit: no more than this many.
    """
    place = ZoneInfo(zone)
    wall = starts_at.astimezone(place).replace(tzinfo=None)
    last = min(until, rule.until) if rule.until else until
    found: list[datetime] = []
    for number, one in enumerate(_walls(rule, wall)):
        # dateutil gives fold=0: the offset before a gap, the first of two (RFC 5545 §3.3.5).
        instant = one.replace(tzinfo=place).astimezone(UTC)
        if instant > last or number >= MOST * 10:
            break
        if after is None or instant > after:
            found.append(instant)
            if len(found) >= limit:
                break
    return found


def last_of(rule: Rule, starts_at: datetime, zone: str) -> datetime | None:
    """When the last occurrence of a series begins (UTC); None if it goes on.

    Args:
        rule: of the series.
        starts_at: DTSTART, aware.
        zone: by whose clocks it repeats.
    """
    if rule.count is None and rule.until is None:
        return None
    found = expand(rule, starts_at, zone, until=datetime.max.replace(tzinfo=UTC), limit=MOST)
    return found[-1] if found else None


def _walls(rule: Rule, wall: datetime) -> Iterable[datetime]:
    # UNTIL is an instant and looked at as one, in expand().
    return rrulestr(str(rule.ending(count=rule.count)), dtstart=wall)  # type: ignore[no-any-return]


def check_start(rule: Rule, starts_at: datetime, zone: str, *, field: str = "starts_at") -> None:
    """Whether a series begins with an occurrence of its rule; anything else RFC 5545 §3.8.5.3 leaves undefined.

    Raises:
        InvalidInput: naming the first day of the rule.
    """
    place = ZoneInfo(zone)
    wall = starts_at.astimezone(place).replace(tzinfo=None)
    first = next(iter(_walls(rule, wall)), None)
    if first is None:
        raise InvalidInput("recurrence", N_("By this rule no session would ever take place."), "")
    if rule.until is not None and rule.until < starts_at:
        raise InvalidInput("recurrence", N_("The series would end before it begins."), N_("Give a later end."))
    if first != wall:
        raise InvalidInput(
            field,
            N_("The first session is on no day of the rule."),
            N_("The next one is %(time)s."),
            time=f"{first:%d/%m/%Y %H:%M}",
        )


def check_clock(rule: Rule, starts_at: datetime, ends_at: datetime, zone: str, *, field: str = "starts_at") -> None:
    """Whether the series keeps clear of the hours that clocks skip or repeat, in the years ahead (rules A7, B7).

    Args:
        rule: of the series.
        starts_at: of the first occurrence, aware.
        ends_at: of the first occurrence, aware.
        zone: whose clocks it goes by.
        field: the field's name for the error.

    Raises:
        InvalidInput: naming the day on which calendars would not agree.
    """
    place = ZoneInfo(zone)
    wall = starts_at.astimezone(place).replace(tzinfo=None)
    for one in expand(rule, starts_at, zone, until=starts_at + _LOOK_AHEAD):
        begins, ends = one.astimezone(place), (one + (ends_at - starts_at)).astimezone(place)
        unsure = any(at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset() for at in (begins, ends))
        if unsure or begins.time() != wall.time() or begins.utcoffset() != ends.utcoffset():
            raise InvalidInput(
                field,
                N_("On %(date)s clocks in %(zone)s change at this hour, and calendars would not agree."),
                N_("Give a time of day clear of that hour."),
                date=f"{begins:%d/%m/%Y}",
                zone=zone,
            )


def without_holidays(
    starts: Iterable[datetime], zone: str, calendar: WorkCalendar
) -> tuple[list[datetime], list[datetime]]:
    """`starts` apart: those that take place, and those left out since their day is a public holiday (rule B3).

    Args:
        starts: aware.
        zone: whose days count.
        calendar: of the country.
    """
    kept: list[datetime] = []
    left_out: list[datetime] = []
    for one in starts:
        off = calendar.is_holiday(one.astimezone(ZoneInfo(zone)).date())
        (left_out if off else kept).append(one)
    return kept, left_out


def realign(old: Sequence[datetime], new: Sequence[datetime], zone: str) -> dict[datetime, datetime | None]:
    """Which occurrence becomes which when the rule or the time of a series changes (rules B4, B6).

    Each old one goes to the nearest new one, measured from the wall time by which the first one moves, in
    order, and by no more than a week or half the distance between two old ones; None: it falls on no
    occurrence any more.

    Args:
        old: starts by the old rule, in order.
        new: starts by the new rule, in order, the first of them that of the first old one.
        zone: whose clocks count.
    """
    place = ZoneInfo(zone)

    def wall(at: datetime) -> datetime:
        return at.astimezone(place).replace(tzinfo=None)

    if not old or not new:
        return dict.fromkeys(old)
    shift = wall(new[0]) - wall(old[0])
    gaps = [wall(later) - wall(earlier) for earlier, later in pairwise(old)]
    reach = min([timedelta(days=7), *(gap / 2 for gap in gaps)])
    found: dict[datetime, datetime | None] = {}
    free = 0
    for one in old:
        wanted = wall(one) + shift
        best = min(range(free, len(new)), key=lambda n: abs(wall(new[n]) - wanted), default=None)
        if best is None or abs(wall(new[best]) - wanted) > reach:
            found[one] = None
            continue
        found[one], free = new[best], best + 1
    return found
