"""Feeds: rules A4, A6, A14, E2, E4, E6."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from meetup.domain.feeds import event_bytes, feed, feed_of, todo_feed
from meetup.domain.followups import FOLLOW_UP
from meetup.domain.ics import years_of

from .cards import COFFEE, MADE, card, follow_up, lines, parsed

HEAD: dict[str, Any] = {
    "name": "Cà phê, kết nối; DN",
    "description": "Các kỳ\nsắp tới",
    "zone": "Asia/Ho_Chi_Minh",
    "refresh": timedelta(hours=4),
    "source": "https://example.com/calendar.ics",
    "color": "seagreen",
}


def test_a04_the_head_of_a_feed() -> None:
    found = set(lines(feed([card()], **HEAD)))
    assert found >= {
        "NAME:Cà phê\\, kết nối\\; DN",
        "X-WR-CALNAME:Cà phê\\, kết nối\\; DN",
        "DESCRIPTION:Các kỳ\\nsắp tới",
        "X-WR-CALDESC:Các kỳ\\nsắp tới",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "COLOR:seagreen",
        "SOURCE;VALUE=URI:https://example.com/calendar.ics",
    }
    assert not [line for line in found if line.startswith(("METHOD", "CALSCALE", "ATTENDEE", "BEGIN:VALARM"))]


def test_a06_an_unchanged_feed_is_byte_equal_and_stamped_by_the_last_change() -> None:
    cards = [card(), card(uid="b", zone="Europe/Berlin")]
    assert feed(cards, **HEAD) == feed(list(cards), **HEAD)
    assert lines(feed(cards, **HEAD)).count("DTSTAMP:20261102T030000Z") == 2
    assert feed([replace(cards[0], changed_at=MADE), cards[1]], **HEAD) != feed(cards, **HEAD)


def test_e02_what_was_cancelled_says_so() -> None:
    found = lines(feed([card(status="CANCELLED", sequence=1)], organizer=COFFEE, **HEAD))
    assert {"STATUS:CANCELLED", "SEQUENCE:1"} <= set(found)
    assert [line for line in found if line.startswith("ORGANIZER")]


def test_e06_kept_parts_make_the_same_feed_with_one_set_of_zones() -> None:
    cards = [card(), card(uid="b"), card(uid="c", zone="Europe/Berlin")]
    whole = feed(cards, **HEAD)
    assert feed_of([event_bytes(one) for one in cards], years_of(cards), **HEAD) == whole
    assert [line for line in lines(whole) if line.startswith("TZID")] == ["TZID:Asia/Ho_Chi_Minh", "TZID:Europe/Berlin"]


def test_an_empty_feed_is_a_calendar_still() -> None:
    assert len(parsed(feed([], name="x", zone="Asia/Ho_Chi_Minh")).walk("VTIMEZONE")) == 1
    assert parsed(todo_feed([], name="x", zone="Asia/Ho_Chi_Minh"))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True),
    st.sampled_from(["Europe/Berlin", "Asia/Ho_Chi_Minh"]),
)
def test_b7_any_right_expander_finds_the_instants_that_we_mean(weeks: list[int], zone: str) -> None:
    starts = sorted(card().starts_at + timedelta(weeks=n, hours=n % 5) for n in weeks)
    cards = [card(uid=str(n), zone=zone, starts_at=at, ends_at=at + timedelta(hours=2)) for n, at in enumerate(starts)]
    found = recurring_ical_events.of(parsed(feed(cards, **(HEAD | {"zone": zone})))).all()
    assert sorted(one["DTSTART"].dt for one in found) == starts


def test_e04_follow_ups_as_tasks() -> None:
    late = follow_up(session_uid="s-1", url="https://x/1", categories=("Đất",), is_overdue=True)
    found = set(lines(todo_feed([late], **HEAD)))
    assert found >= {
        "UID:follow-up-1",
        "SUMMARY:Cầu Cái Nước",
        "DUE;TZID=Asia/Ho_Chi_Minh:20261109T170000",
        "STATUS:IN-PROCESS",
        "PERCENT-COMPLETE:25",
        "PRIORITY:1",
        "RELATED-TO:s-1",
        "URL:https://x/1",
        "CLASS:PRIVATE",
        "TZID:Asia/Ho_Chi_Minh",
    }
    closed = set(lines(todo_feed([follow_up(state="closed", closed_at=MADE)], **HEAD)))
    assert {"STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20261103T040506Z", "PRIORITY:5"} <= closed


@pytest.mark.parametrize("state", [*FOLLOW_UP.states, "cancelled"])
def test_e04_every_state_has_a_status(state: str) -> None:
    shown = follow_up(state=state)
    assert shown.status in {"NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "CANCELLED"}
    assert (shown.percent == 100) is (state == "closed")
    assert parsed(todo_feed([shown], True, **HEAD)).walk("VEVENT")


def test_e04_follow_ups_as_all_day_events() -> None:
    found = set(lines(todo_feed([follow_up(description="a\nb", is_overdue=True)], as_events=True, **HEAD)))
    assert found >= {
        "DTSTART;VALUE=DATE:20261109",
        "DTEND;VALUE=DATE:20261110",
        "TRANSP:TRANSPARENT",
        "SUMMARY:⚠ Cầu Cái Nước",
        "DESCRIPTION:a\\nb",
    }
    assert "BEGIN:VTODO" not in found
    found = set(lines(todo_feed([follow_up(state="closed")], as_events=True, **HEAD)))
    assert "SUMMARY:✓ Cầu Cái Nước" in found


def test_zones_of_tasks_cover_all_their_years() -> None:
    cards = [follow_up(zone="Europe/Berlin", due_on=date(year, 5, 1)) for year in (2028, 2026)]
    text = "\n".join(lines(todo_feed(cards, **HEAD)))
    assert "20260329T020000" in text
    assert "20280326T020000" in text
