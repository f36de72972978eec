"""Working days, against the dates of domain.md §2.4 and §4."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetup.domain.workdays import VIETNAM_2026_OVERRIDES, WorkCalendar, day_end, end_of_day
from meetup.errors import InvalidInput

HCM = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = WorkCalendar("VN", VIETNAM_2026_OVERRIDES)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


def day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=HCM)


DAYS_OFF = (
    "01/01/2026 02/01/2026 16/02/2026 17/02/2026 18/02/2026 19/02/2026 20/02/2026 26/04/2026 "
    "27/04/2026 30/04/2026 01/05/2026 31/08/2026 01/09/2026 02/09/2026 24/11/2026 01/01/2027 "
    "04/02/2027 10/02/2027 16/04/2027 03/05/2027 02/09/2027 03/09/2027 24/11/2027 07/11/2026 "
    "08/11/2026"
)


@pytest.mark.parametrize("text", DAYS_OFF.split())
def test_days_off(text: str) -> None:
    assert not CALENDAR.is_working_day(day(text))


@pytest.mark.parametrize("text", ["10/01/2026", "22/08/2026", "05/01/2026", "23/11/2026", "25/11/2026"])
def test_days_worked_two_saturdays_among_them(text: str) -> None:
    assert CALENDAR.is_working_day(day(text))


def test_the_table_wins_over_the_library() -> None:
    assert WorkCalendar().is_working_day(day("02/01/2026"))
    assert not WorkCalendar().is_working_day(day("10/01/2026"))
    assert WorkCalendar("VN", {day("24/11/2026"): "workday"}).is_working_day(day("24/11/2026"))


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("07/09/2026 09:00", 15, "28/09/2026"),
        ("05/09/2026 07:00", 15, "28/09/2026"),  # a Saturday's session is received on Monday
        ("19/09/2026 07:00", 15, "12/10/2026"),
        ("05/10/2026 10:00", 15, "26/10/2026"),
        ("17/10/2026 07:00", 15, "09/11/2026"),
        ("03/11/2026 08:00", 15, "25/11/2026"),  # 24/11 is a holiday
        ("14/11/2026 07:00", 5, "23/11/2026"),
        ("05/10/2026 17:00", 1, "06/10/2026"),
        ("05/10/2026 17:01", 1, "07/10/2026"),
        ("02/10/2026 18:00", 1, "06/10/2026"),
        ("31/12/2025 09:00", 1, "05/01/2026"),
        ("09/01/2026 09:00", 1, "10/01/2026"),  # a worked Saturday
    ],
)
def test_due_dates(received: str, days: int, due: str) -> None:
    assert CALENDAR.due_date(at(received), days, HCM) == day(due)


def test_without_the_holiday_the_demo_date_would_be_a_day_earlier() -> None:
    calendar = WorkCalendar("VN", {day("24/11/2026"): "workday"})
    assert calendar.due_date(at("03/11/2026 08:00"), 15, HCM) == day("24/11/2026")


def test_receipt_is_of_the_programmes_zone() -> None:
    # 23:00 UTC on Sunday is 06:00 on Monday in Cà Mau.
    received = datetime.fromisoformat("2026-10-04T23:00+00:00")
    assert CALENDAR.received_on(received, HCM) == day("05/10/2026")


def test_the_ends_of_a_day() -> None:
    assert end_of_day(day("30/11/2026"), HCM).isoformat() == "2026-11-30T17:00:00+07:00"
    assert day_end(day("30/11/2026"), HCM).isoformat() == "2026-12-01T00:00:00+07:00"


def test_working_days_left_are_signed() -> None:
    assert CALENDAR.between(day("23/11/2026"), day("25/11/2026")) == 1
    assert CALENDAR.between(day("25/11/2026"), day("23/11/2026")) == -1
    assert CALENDAR.between(day("25/11/2026"), day("25/11/2026")) == 0


def test_an_unknown_country_is_told_with_the_mend() -> None:
    with pytest.raises(InvalidInput, match="two letters"):
        WorkCalendar("XX").is_working_day(day("25/11/2026"))


def test_the_version_changes_with_the_table() -> None:
    assert CALENDAR.version == WorkCalendar("VN", dict(reversed(VIETNAM_2026_OVERRIDES.items()))).version
    assert CALENDAR.version != WorkCalendar().version


def test_many_threads_see_one_calendar() -> None:
    found = 0
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for year in range(2030, 2036):
                answers = list(pool.map(lambda _, y=year: WorkCalendar().is_working_day(date(y, 4, 30)), range(4)))
                found += sum(answers)
    finally:
        sys.setswitchinterval(switch)
    assert found == 0


@settings(max_examples=80, deadline=None)
@given(DAYS, st.integers(-40, 40))
def test_add_and_between_agree(start: date, count: int) -> None:
    end = CALENDAR.add(start, count)
    if count:
        assert CALENDAR.is_working_day(end)
    if count >= 0:
        assert CALENDAR.between(start, end) == count
    # Forward from the day reached, the same days lie between (the day left counts if it is worked).
    if count < 0 and CALENDAR.is_working_day(start):
        assert CALENDAR.between(start, end) == count


@settings(max_examples=80, deadline=None)
@given(DAYS, DAYS, DAYS)
def test_between_adds_up(a: date, b: date, c: date) -> None:
    assert CALENDAR.between(a, b) + CALENDAR.between(b, c) == CALENDAR.between(a, c)
    assert CALENDAR.between(a, a + timedelta(days=1)) in (0, 1)
