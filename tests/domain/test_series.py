"""Series: rules and what they mean, at the edges of clocks and months, against an expander that is not ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from meetup.domain import SessionCard, WorkCalendar, expand, feed, parse_rule, realign, rule_words, without_holidays
from meetup.domain.repeating import WAYS, rule_of
from meetup.domain.series import check_clock, check_start
from meetup.errors import InvalidInput
from tests.domain.cards import card

BERLIN, SAIGON = "Europe/Berlin", "Asia/Ho_Chi_Minh"
HOUR = timedelta(hours=1)


def at(day: str, clock: str, zone: str = SAIGON) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days(
    rule: str, since: str, clock: str = "07:30", zone: str = SAIGON, *, years: int = 1, limit: int = 99
) -> list[str]:
    start = at(since, clock, zone)
    found = expand(parse_rule(rule), start, zone, until=start + years * timedelta(days=366), limit=limit)
    return [f"{one.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" for one in found]


def in_feed(
    master: SessionCard, since: datetime, until: datetime, overrides: tuple[SessionCard, ...] = ()
) -> set[datetime]:
    """The starts that recurring-ical-events finds in our own bytes."""
    calendar = Calendar.from_ical(feed([master, *overrides], name="x", zone=master.zone))
    found = recurring_ical_events.of(calendar).between(since, until + timedelta(seconds=1))
    return {one["DTSTART"].dt.astimezone(UTC) for one in found}


# ---- the rule


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "no rule"),
        ("FREQ=HOURLY", "no rule"),
        ("FREQ=MINUTELY;COUNT=3", "no rule"),
        ("FREQ=SECONDLY", "no rule"),
        ("every Friday", "no rule"),
        ("FREQ=DAILY;FREQ=WEEKLY", "no rule"),
        ("FREQ=WEEKLY;BYHOUR=3", "BYHOUR"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=WEEKLY;X-MINE=3", "X-MINE"),
        ("FREQ=WEEKLY;BYDAY=3FR", "cannot be read"),
        ("FREQ=WEEKLY;BYDAY=XX", "cannot be read"),
        ("FREQ=MONTHLY;BYDAY=0FR", "cannot be read"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "cannot be read"),
        ("FREQ=WEEKLY;COUNT=0", "cannot be read"),
        ("FREQ=WEEKLY;COUNT=5000", "cannot be read"),
        ("FREQ=WEEKLY;COUNT=٣", "cannot be read"),
        ("FREQ=WEEKLY;INTERVAL=-1", "cannot be read"),
        ("FREQ=WEEKLY;UNTIL=20271231", "cannot be read"),
        ("FREQ=WEEKLY;UNTIL=20271231T170000", "cannot be read"),
        ("FREQ=WEEKLY;UNTIL=20271399T170000Z", "cannot be read"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20271231T170000Z", "not by both"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "goes by weeks"),
        ("FREQ=MONTHLY;BYSETPOS=2", "which days"),
        ("FREQ=YEARLY;BYMONTHDAY=2", "which days"),
    ],
)
def test_b1_what_is_no_rule_of_ours_is_refused_with_its_fault(typed: str, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault) as caught:
        parse_rule(typed)
    assert [one.field for one in caught.value.faults] == ["recurrence"]


def test_b1_a_rule_is_kept_in_one_spelling_and_ends_where_it_is_told() -> None:
    rule = parse_rule(" rrule:byday=3fr; FREQ=monthly ;count=4")
    assert str(rule) == "FREQ=MONTHLY;BYDAY=3FR;COUNT=4"
    assert (rule.count, rule.until) == (4, None)
    start = at("2026-12-18", "07:30")
    ended = rule.before(start)
    # UNTIL is in UTC, and one second before.
    assert str(ended) == "FREQ=MONTHLY;BYDAY=3FR;UNTIL=20261218T002959Z"
    assert expand(ended, start, SAIGON, until=start + timedelta(days=400)) == []


def test_the_third_friday_of_each_month() -> None:
    assert days("FREQ=MONTHLY;BYDAY=3FR", "2026-12-18", limit=4) == [
        "2026-12-18 07:30",
        "2027-01-15 07:30",
        "2027-02-19 07:30",
        "2027-03-19 07:30",
    ]


def test_b7_the_29th_and_the_31st_are_left_out_where_a_month_lacks_them() -> None:
    thirty_first = days("FREQ=MONTHLY", "2027-01-31")
    assert [one[5:10] for one in thirty_first] == [
        "01-31",
        "03-31",
        "05-31",
        "07-31",
        "08-31",
        "10-31",
        "12-31",
        "01-31",
    ]
    assert [one[:10] for one in days("FREQ=MONTHLY;BYMONTHDAY=29", "2027-01-29", limit=3)] == [
        "2027-01-29",
        "2027-03-29",
        "2027-04-29",
    ]
    assert [one[:10] for one in days("FREQ=YEARLY", "2028-02-29", years=9)] == [
        "2028-02-29",
        "2032-02-29",
        "2036-02-29",
    ]


def test_b1_the_clock_on_the_wall_stays_across_the_change_of_clocks() -> None:
    start = at("2026-10-20", "09:00", BERLIN)
    found = expand(parse_rule("FREQ=WEEKLY;COUNT=2"), start, BERLIN, until=start + timedelta(days=30))
    assert found == [datetime(2026, 10, 20, 7, tzinfo=UTC), datetime(2026, 10, 27, 8, tzinfo=UTC)]


def test_b7_a_time_that_clocks_skip_or_repeat_is_read_as_rfc_5545_says() -> None:
    """§3.3.5: by the offset before the gap; of two the first."""
    weekly = parse_rule("FREQ=WEEKLY")
    skipped = expand(weekly, at("2026-03-22", "02:30", BERLIN), BERLIN, until=at("2026-03-30", "00:00", BERLIN))
    assert skipped[1] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    twice = expand(weekly, at("2026-10-18", "02:30", BERLIN), BERLIN, until=at("2026-10-26", "00:00", BERLIN))
    assert twice[1] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("clock", "minutes"), [("02:30", 15), ("01:30", 60), ("02:00", 30), ("01:30", 90)])
def test_b7_but_nobody_may_begin_a_series_at_such_a_time(clock: str, minutes: int) -> None:
    rule, start = parse_rule("FREQ=WEEKLY"), at("2026-11-29", clock, BERLIN)
    with pytest.raises(InvalidInput, match="28/03/2027 clocks in Europe/Berlin change"):
        check_clock(rule, start, start + timedelta(minutes=minutes), BERLIN)
    check_clock(rule, at("2026-11-29", clock), at("2026-11-29", clock) + timedelta(minutes=minutes), SAIGON)
    saturday = start - timedelta(days=1)
    check_clock(rule, saturday, saturday + timedelta(minutes=minutes), BERLIN)


def test_b1_a_series_begins_with_an_occurrence_of_its_rule() -> None:
    rule = parse_rule("FREQ=MONTHLY;BYDAY=3FR")
    check_start(rule, at("2026-12-18", "07:30"), SAIGON)
    with pytest.raises(InvalidInput, match="18/12/2026 07:30"):
        check_start(rule, at("2026-12-11", "07:30"), SAIGON)
    with pytest.raises(InvalidInput, match="ever take place"):
        check_start(parse_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), at("2026-12-11", "07:30"), SAIGON)
    with pytest.raises(InvalidInput, match="end before"):
        check_start(parse_rule("FREQ=DAILY;UNTIL=20260101T000000Z"), at("2026-12-11", "07:30"), SAIGON)


def test_b3_public_holidays_are_left_out_and_weekends_are_not() -> None:
    # New Year's Day 2027 is a Friday; the table of overrides wins over the library.
    starts = [at(day, "07:30") for day in ("2026-12-25", "2027-01-01", "2027-01-08", "2027-01-09")]
    kept, left_out = without_holidays(starts, SAIGON, WorkCalendar("VN"))
    assert (kept, left_out) == ([starts[0], starts[2], starts[3]], [starts[1]])
    table = WorkCalendar("VN", {date(2027, 1, 1): "workday", date(2027, 1, 9): "holiday"})
    assert without_holidays(starts, SAIGON, table) == (starts[:3], starts[3:])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=MONTHLY;BYDAY=3FR", "The third Friday of each month, 07:30"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=5", "The last Friday of each month, 07:30, 5 times"),
        ("FREQ=MONTHLY;BYDAY=3FR;INTERVAL=2", "The third Friday of each month, every 2 months, 07:30"),
        ("FREQ=MONTHLY", "Day 18 of each month, 07:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "The last day of each month, 07:30"),
        ("FREQ=WEEKLY", "Each Friday, 07:30"),
        ("FREQ=WEEKLY;BYDAY=TU,FR", "Each Tuesday, Friday, 07:30"),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20271231T170000Z", "Every 2 weeks on Friday, 07:30, until 01/01/2028"),
        ("FREQ=DAILY", "Every day, 07:30"),
        ("FREQ=DAILY;INTERVAL=3", "Every 3 days, 07:30"),
        ("FREQ=DAILY;BYDAY=MO,FR", "Each Monday, Friday, 07:30"),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=3FR", "By the rule FREQ=YEARLY;BYMONTH=12;BYDAY=3FR, 07:30"),
        ("FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1", "By the rule FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1, 07:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "By the rule FREQ=MONTHLY;BYMONTHDAY=1,15, 07:30"),
    ],
)
def test_a_rule_in_words(rule: str, words: str) -> None:
    assert rule_words(parse_rule(rule), at("2026-12-18", "07:30"), SAIGON, str) == words


# ---- a change of it


def test_b6_occurrences_move_with_the_series_or_fall_out_of_it() -> None:
    def starts(rule: str, since: str, clock: str = "07:30") -> list[datetime]:
        start = at(since, clock)
        return expand(parse_rule(rule), start, SAIGON, until=start + timedelta(days=150))

    fridays = starts("FREQ=MONTHLY;BYDAY=3FR", "2026-12-18")
    later = realign(fridays, starts("FREQ=MONTHLY;BYDAY=3FR", "2026-12-18", "08:00"), SAIGON)
    assert [to and to - old for old, to in later.items()] == [timedelta(minutes=30)] * 5
    # From the third Friday to the second Tuesday: month by month.
    tuesdays = starts("FREQ=MONTHLY;BYDAY=2TU", "2026-12-08")
    assert list(realign(fridays, tuesdays, SAIGON).values()) == tuesdays[: len(fridays)]
    # From weekly to monthly three of four fall out, and nobody is pushed months away.
    weekly, monthly = starts("FREQ=WEEKLY", "2026-12-18"), starts("FREQ=MONTHLY;BYDAY=3FR", "2026-12-18")
    found = realign(weekly, monthly, SAIGON)
    assert {old: to for old, to in found.items() if to} == {one: one for one in monthly}
    assert realign(fridays, [], SAIGON) == dict.fromkeys(fridays)


def _instants() -> st.SearchStrategy[list[datetime]]:
    one = st.integers(0, 2 * 365 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + hours * HOUR)
    return st.lists(one, max_size=12, unique=True).map(sorted)


@given(_instants(), _instants(), st.sampled_from([BERLIN, SAIGON]))
def test_b6_realigning_keeps_the_order_and_gives_no_occurrence_to_two(
    old: list[datetime], new: list[datetime], zone: str
) -> None:
    found = realign(old, new, zone)
    assert list(found) == old
    given_ = [to for to in found.values() if to is not None]
    assert given_ == sorted(set(given_))
    assert set(given_) <= set(new)


@given(_instants(), st.sampled_from([BERLIN, SAIGON]))
def test_b6_what_did_not_change_stays(old: list[datetime], zone: str) -> None:
    assert realign(old, old, zone) == {one: one for one in old}


# ---- the same set as any right expander's

RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=9",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=29,31",
    "FREQ=MONTHLY;BYDAY=3FR",
    "FREQ=MONTHLY;BYDAY=5SU",
    "FREQ=MONTHLY;BYDAY=-1SU,1MO",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;INTERVAL=5;BYDAY=2TU",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
)


@given(
    rule=st.sampled_from(RULES),
    zone=st.sampled_from([BERLIN, SAIGON]),
    day=st.dates(date(2026, 1, 1), date(2028, 3, 1))
    | st.sampled_from([date(2026, 3, 22), date(2026, 10, 18), date(2027, 1, 29), date(2027, 1, 31), date(2028, 2, 29)]),
    clock=st.sampled_from([time(0, 0), time(0, 30), time(1, 45), time(2, 30), time(3, 0), time(7, 30), time(23, 59)]),
    end=st.sampled_from(["", "count", "until"]),
    left_out=st.sets(st.integers(0, 11), max_size=4),
    moved=st.sets(st.integers(0, 11), max_size=3),
)
def test_b7_the_set_equals_what_recurring_ical_events_finds_in_our_feed(
    rule: str,
    zone: str,
    day: date,
    clock: time,
    end: str,
    left_out: set[int],
    moved: set[int],
) -> None:
    begin = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
    assume(begin.astimezone(ZoneInfo(zone)).time() == clock)
    far = begin + timedelta(days=1200)
    # The first occurrence on or after that day is DTSTART.
    days_on = [begin.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=n) for n in range(400)]
    parsed = parse_rule(rule)
    for wall in days_on:
        start = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        try:
            check_start(parsed, start, zone)
            break
        except InvalidInput:
            continue
    try:
        check_clock(parsed, start, start + timedelta(minutes=10), zone)
    except InvalidInput:
        assume(clock.hour in (2, 3) and zone == BERLIN)
        assume(False)
    starts = expand(parsed, start, zone, until=far, limit=12)
    if end == "count":
        parsed = parsed.ending(count=len(starts))
    elif end == "until":
        parsed = parsed.ending(until=starts[-1])
    until = starts[-1]
    starts = expand(parsed, start, zone, until=until)
    gone = {starts[n] for n in left_out if n < len(starts)}
    master = card(
        starts_at=start,
        ends_at=start + timedelta(minutes=10),
        zone=zone,
        rrule=str(parsed),
        exdates=tuple(sorted(gone)),
    )
    moves = {starts[n]: starts[n] + HOUR for n in moved if n < len(starts) and starts[n] not in gone}
    overrides = tuple(
        replace(master, rrule="", exdates=(), recurrence_id=old, starts_at=to, ends_at=to + timedelta(minutes=10))
        for old, to in moves.items()
    )
    meant = {moves.get(one, one) for one in starts if one not in gone}
    assert in_feed(master, start, until + 2 * HOUR, overrides) == meant


@given(
    way=st.sampled_from([one for one in WAYS if one and one != "own"]),
    day=st.dates(date(2026, 1, 1), date(2035, 12, 31)),
    every=st.integers(1, 99),
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin"]),
)
def test_whatever_is_chosen_begins_with_the_first_session_and_has_its_weekday(
    way: str, day: date, every: int, zone: str
) -> None:
    begins = datetime(day.year, day.month, day.day, 9, 30, tzinfo=ZoneInfo(zone))
    rule = rule_of(way, begins, zone, every=every)
    assert parse_rule(str(rule)) == rule
    # Whoever chooses the last Friday and begins on another one hears so.
    assume(way != "monthly_last" or (day + timedelta(days=7)).month != day.month)
    check_start(rule, begins, zone)
    found = expand(rule, begins, zone, until=begins + timedelta(days=40 * 366), limit=4)
    local = [one.astimezone(ZoneInfo(zone)) for one in found]
    assert local[0] == begins
    if way == "monthly_day":
        assert {one.day for one in local} == {day.day}
    else:
        assert {one.weekday() for one in local} == {day.weekday()}


def test_a_series_until_a_day_has_that_day() -> None:
    begins = datetime(2026, 11, 20, 7, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    rule = rule_of("weekly", begins, "Asia/Ho_Chi_Minh", until=date(2026, 12, 4))
    assert len(expand(rule, begins, "Asia/Ho_Chi_Minh", until=begins + timedelta(days=400))) == 3
    for bad in ({"every": 0}, {"every": 100}, {"count": 0}, {"count": 3, "until": date(2027, 1, 1)}):
        with pytest.raises(InvalidInput):
            rule_of("weekly", begins, "Asia/Ho_Chi_Minh", **bad)  # type: ignore[arg-type]
    for way in ("", "sometimes"):
        with pytest.raises(InvalidInput):
            rule_of(way, begins, "Asia/Ho_Chi_Minh")
