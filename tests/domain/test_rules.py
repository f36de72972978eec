"""Rules of reminders as data: their keys, what they cover, what the settings stand for, the next digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetup.domain.reminders import Offset, after, before
from meetup.domain.rules import KINDS, Rule, checked, default_notice, next_digest, seeds
from meetup.domain.workdays import WorkCalendar
from meetup.errors import InvalidInput

BERLIN = ZoneInfo("Europe/Berlin")
HCM = ZoneInfo("Asia/Ho_Chi_Minh")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rule(kind: str, whom: str, amount: int = 1, unit: str = "w") -> Rule:
    return Rule(kind, whom, amount, unit, notice=default_notice(kind, whom))


def test_the_settings_stand_for_rules() -> None:
    keys = [one.key for one in seeds("7d,1d,2h", "3d,1d,0d", "1:officer,3:head,7:chair") if one.is_planned]
    assert keys == [
        "session:7d",
        "session:1d",
        "session:2h",
        "closing:1d",
        "unanswered:+3w",
        "offer:6h",
        "report:+3w",
        "due:3d",
        "due:1d",
        "due:0d",
        "overdue:+1",
        "head:+3",
        "chair:+7",
        "apology:+1",
        "confirm:3w",
        "transfer:+1",
    ]


def test_a_rule_that_repeats_covers_each_of_its_days() -> None:
    daily = rule("overdue", "department", 2)
    assert [daily.covers(f"overdue:+{day}") for day in (1, 2, 30)] == [False, True, True]
    assert not daily.covers("head:+2")
    assert rule("overdue", "head", 3).covers("head:+3")
    assert not rule("overdue", "head", 3).covers("head:+4")


_RULES = st.sampled_from([(kind, whom) for kind in KINDS for whom in KINDS[kind].whom]).flatmap(
    lambda pair: st.builds(
        rule, st.just(pair[0]), st.just(pair[1]), st.integers(0, 365), st.sampled_from(KINDS[pair[0]].units)
    )
)


@given(_RULES, _RULES)
def test_two_rules_with_one_key_are_one_rule(one: Rule, other: Rule) -> None:
    assert len(one.key) <= 40
    assert one.covers(one.key)
    if one.key == other.key:
        if one.kind != "digest":
            assert one == other
        assert (one.kind, one.whom) == (other.kind, other.whom)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (replace(rule("session", "enterprise"), kind="moon"), "whom"),
        (replace(rule("session", "enterprise"), whom="chair"), "whom"),
        (rule("session", "enterprise", 0, "d"), "amount"),
        (rule("due", "department", 366, "d"), "amount"),
        (rule("offer", "enterprise", 2, "w"), "unit"),
        (replace(rule("session", "enterprise"), channel="pigeon"), "channel"),
        (replace(rule("session", "enterprise"), notice="moon"), "notice"),
        (replace(rule("digest", "chair"), hour=22), "hour"),
        (replace(rule("digest", "chair"), weekday=7), "weekday"),
        (replace(rule("due", "department"), in_digest=True), "in_digest"),
    ],
)
def test_what_no_rule_can_be_is_said_at_its_field(bad: Rule, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked(bad, ("mail",), ("session_reminder", "weekly_digest", "follow_up_due", "offer_lapsing"))
    assert field in {fault.field for fault in caught.value.faults}


@given(
    st.datetimes(_day("2024-01-01"), _day("2030-01-01")),
    st.integers(0, 6),
    st.integers(7, 20),
    st.sampled_from([BERLIN, HCM]),
)
def test_the_next_digest_is_the_first_one_ahead(moment: datetime, weekday: int, hour: int, zone: ZoneInfo) -> None:
    now = moment.replace(tzinfo=UTC)
    found = next_digest(now, weekday, hour, zone).astimezone(UTC)
    local = found.astimezone(zone)
    assert (local.weekday(), local.hour, local.minute) == (weekday, hour, 0)
    assert now < found <= now + timedelta(days=7, hours=1)


@settings(deadline=None)
@given(st.datetimes(_day("2026-01-05"), _day("2026-12-01")), st.integers(1, 30), st.sampled_from("hdw"))
def test_after_is_the_mirror_of_before_on_the_clock_on_the_wall(moment: datetime, amount: int, unit: str) -> None:
    calendar = WorkCalendar("DE")
    offset = Offset(amount, unit)
    start = moment.replace(hour=12, tzinfo=BERLIN)
    later = after(start, offset, BERLIN, calendar)
    if unit != "h":
        assert later.astimezone(BERLIN).time() == start.time()
    if unit != "w":
        assert before(later, offset, BERLIN, calendar) == start.astimezone(UTC)
