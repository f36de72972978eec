"""Rules G1 to G6: offsets, wall clocks, quiet hours, and what is still of use."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetup.domain.reminders import (
    Offset,
    Reminder,
    allowed,
    before,
    choose,
    due_reminders,
    is_quiet,
    overdue_reminder,
    parse_escalation,
    parse_offsets,
    plan,
    session_reminders,
    useful,
    whom_to_tell,
)
from meetup.domain.walltime import wall_to_utc
from meetup.domain.workdays import VIETNAM_2026_OVERRIDES, WorkCalendar
from meetup.errors import InvalidInput

HCM = ZoneInfo("Asia/Ho_Chi_Minh")
BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = WorkCalendar("VN", VIETNAM_2026_OVERRIDES)


def at(text: str, zone: ZoneInfo = HCM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_offsets_are_read_as_written() -> None:
    assert parse_offsets(" 7d, 1D,2h,1d ") == (Offset(7, "d"), Offset(1, "d"), Offset(2, "h"))
    assert [str(one) for one in parse_offsets("3d,1d,0d,2w")] == ["3d", "1d", "0d", "2w"]
    assert parse_offsets("") == ()


@pytest.mark.parametrize("text", ["7", "d7", "-1d", "1.5h", "7d 1d", "1m", "٣d", "9999d", "1d\n2h"])
def test_an_offset_that_cannot_be_read_is_quoted_with_the_mend(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_offsets("7d," + text)
    assert text in str(caught.value)
    assert "2h, 7d, 3w" in str(caught.value)


def test_escalation_is_read_in_order() -> None:
    steps = parse_escalation("7:chair, 1:officer,3: head")
    assert steps == ((1, "officer"), (3, "head"), (7, "chair"))
    assert [whom_to_tell(steps, n) for n in (0, 1, 2, 3, 9)] == [
        (),
        ("officer",),
        ("officer",),
        ("officer", "head"),
        ("officer", "head", "chair"),
    ]


@pytest.mark.parametrize("text", ["1", "1:king", "x:head", "0:head", ":head", "²:head"])
def test_an_escalation_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_escalation(text)
    assert text in str(caught.value)


def test_a_session_at_half_past_seven() -> None:
    found = session_reminders(at("2026-11-28T07:30"), parse_offsets("7d,1d,2h"), HCM)
    assert [when.astimezone(HCM).isoformat() for _, when in found] == [
        "2026-11-21T07:30:00+07:00",
        "2026-11-27T07:30:00+07:00",
        "2026-11-28T05:30:00+07:00",
    ]
    assert all(when.tzinfo is UTC for _, when in found)


@pytest.mark.parametrize(
    ("target", "offset", "wanted"),
    [
        ("2026-03-29T07:30", "1d", "2026-03-28T07:30:00+01:00"),  # clocks go forward in between: 23 hours
        ("2026-10-25T07:30", "1d", "2026-10-24T07:30:00+02:00"),  # 25 hours
        ("2026-03-29T07:30", "24h", "2026-03-28T06:30:00+01:00"),  # hours are hours
        ("2026-03-30T02:30", "1d", "2026-03-29T03:30:00+02:00"),  # 02:30 did not exist
    ],
)
def test_days_are_of_the_wall_clock(target: str, offset: str, wanted: str) -> None:
    found = before(at(target, BERLIN), parse_offsets(offset)[0], BERLIN)
    assert found.astimezone(BERLIN).isoformat() == wanted


def test_working_days_need_a_calendar() -> None:
    # 25/11 Wednesday, 24/11 a holiday.
    found = before(at("2026-11-25T08:00"), Offset(1, "w"), HCM, CALENDAR)
    assert found == at("2026-11-23T08:00")
    with pytest.raises(ValueError, match="no calendar"):
        before(at("2026-11-25T08:00"), Offset(1, "w"), HCM)


def test_a_due_date_is_reminded_of_in_the_morning_and_after_it_each_working_day() -> None:
    due = date(2026, 11, 9)
    found = [when for _, when in due_reminders(due, parse_offsets("3d,1d,0d,2h"), HCM)]
    wanted = ["2026-11-06T08:00", "2026-11-08T08:00", "2026-11-09T08:00", "2026-11-09T15:00"]
    assert found == [at(one) for one in wanted]
    # The eighth is a Sunday; departments hear on Monday.
    assert allowed(found[1], at("2026-11-10T00:00"), HCM, CALENDAR) == at("2026-11-09T07:00")
    assert overdue_reminder(date(2026, 11, 23), 1, HCM, CALENDAR) == at("2026-11-25T08:00")


@pytest.mark.parametrize(
    ("instant", "target", "wanted"),
    [
        ("2026-11-27T12:00", "2026-11-28T07:30", "2026-11-27T12:00"),
        ("2026-11-28T05:30", "2026-11-28T07:30", "2026-11-28T07:00"),
        ("2026-11-28T05:00", "2026-11-28T07:00", "2026-11-27T20:59"),  # 07:00 would be too late
        ("2026-11-27T21:00", "2026-11-28T07:30", "2026-11-28T07:00"),
        ("2026-11-27T23:30", "2026-11-28T01:30", "2026-11-27T20:59"),
        ("2026-11-27T20:59", "2026-11-28T07:30", "2026-11-27T20:59"),
        ("2026-11-28T07:00", "2026-11-28T07:30", "2026-11-28T07:00"),
    ],
)
def test_quiet_hours(instant: str, target: str, wanted: str) -> None:
    assert allowed(at(instant), at(target), HCM) == at(wanted)


def test_overdue_work_has_no_target_to_miss_and_departments_have_days_off() -> None:
    assert allowed(at("2026-11-28T09:00"), None, HCM, CALENDAR) == at("2026-11-30T07:00")
    # Moved past its target by the days off: the last working day before.
    assert allowed(at("2026-11-28T09:00"), at("2026-11-29T12:00"), HCM, CALENDAR) == at("2026-11-27T20:59")


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 60 * 24 * 9),
    st.sampled_from([HCM, BERLIN, ZoneInfo("America/New_York")]),
    st.booleans(),
)
def test_a_moved_reminder_is_allowed_and_ahead_of_its_target(
    instant: datetime, ahead: int, zone: ZoneInfo, department: bool
) -> None:
    target = instant + timedelta(minutes=ahead)
    calendar = CALENDAR if department else None
    found = allowed(instant, target, zone, calendar)
    assert found < target
    assert not is_quiet(found, zone)
    assert calendar is None or calendar.is_working_day(found.astimezone(zone).date())
    assert allowed(found, target, zone, calendar) == found


START = at("2026-11-28T07:30")


def reminder(rule: str, instant: str, overdue: bool = False) -> Reminder:
    return Reminder(rule, at(instant), START, overdue)


WEEK = reminder("7d", "2026-11-21T07:30")
DAY = reminder("1d", "2026-11-27T07:30")
HOURS = reminder("2h", "2026-11-28T05:30")


def test_after_an_outage_the_latest_useful_one_goes() -> None:
    assert choose([WEEK, HOURS, DAY], at("2026-11-27T09:00")) == (DAY, [(WEEK, "overtaken")])
    assert choose([WEEK, DAY, HOURS], at("2026-11-20T09:00")) == (None, [])


def test_a_reminder_of_what_has_begun_is_dropped() -> None:
    assert choose([DAY, HOURS], START) == (None, [(DAY, "begun"), (HOURS, "begun")])
    late = reminder("overdue", "2026-11-28T08:00", overdue=True)
    assert useful(late, START + timedelta(days=9))
    assert choose([DAY, late], START + timedelta(days=1)) == (late, [(DAY, "begun")])


def test_a_reschedule_sends_nothing_in_a_burst() -> None:
    assert plan([WEEK, DAY, HOURS], at("2026-11-27T07:30")) == [HOURS]
    assert plan([WEEK, DAY, HOURS], START) == []


def test_a_wall_time_is_settled_where_it_is_typed() -> None:
    def wall(text: str) -> datetime:
        return datetime.fromisoformat(text)

    assert wall_to_utc(wall("2026-11-28T07:30"), HCM) == START
    with pytest.raises(InvalidInput, match="does not exist"):
        wall_to_utc(wall("2026-03-29T02:30"), BERLIN)
    with pytest.raises(InvalidInput, match="exists twice"):
        wall_to_utc(wall("2026-10-25T02:30"), BERLIN)
    first = wall_to_utc(wall("2026-10-25T02:30"), BERLIN, second=False)
    assert wall_to_utc(wall("2026-10-25T02:30"), BERLIN, second=True) - first == timedelta(hours=1)
    with pytest.raises(ValueError, match="zone of its own"):
        wall_to_utc(START, HCM)
