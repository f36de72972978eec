"""A session, a person, a programme and a reader of .ics files that is not ours."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar

from meetup.domain.cards import FollowUpCard, Organizer, Person, SessionCard

CREATED = datetime(2026, 11, 1, 2, tzinfo=UTC)
CHANGED = datetime(2026, 11, 2, 3, tzinfo=UTC)
MADE = datetime(2026, 11, 3, 4, 5, 6, 789, tzinfo=UTC)
COFFEE = Organizer("Cà phê kết nối doanh nghiệp", "coffee@example.com")
AN = Person("Nguyễn An", "an@example.com")


def card(**values: Any) -> SessionCard:
    given: dict[str, Any] = {
        "uid": "5f0c9a52-6f7c-4f5d-9f39-3a1b8c1f2e77",
        "title": "Kỳ 37: Thuế, hóa đơn",
        "starts_at": datetime(2026, 11, 28, 0, 30, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 28, 2, 30, tzinfo=UTC),
        "zone": "Asia/Ho_Chi_Minh",
        "created_at": CREATED,
        "changed_at": CHANGED,
    }
    return SessionCard(**(given | values))


def follow_up(**values: Any) -> FollowUpCard:
    given: dict[str, Any] = {
        "uid": "follow-up-1",
        "title": "Cầu Cái Nước",
        "due_on": date(2026, 11, 9),
        "zone": "Asia/Ho_Chi_Minh",
        "state": "accepted",
        "created_at": CREATED,
        "changed_at": CHANGED,
    }
    return FollowUpCard(**(given | values))


def lines(data: bytes) -> list[str]:
    """Unfolded lines, after a check of every octet that RFC 5545 §3.1 speaks of (rule A1)."""
    assert data.endswith(b"\r\n")
    folded = data.removesuffix(b"\r\n").split(b"\r\n")
    for line in folded:
        assert len(line) <= 75, line
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode("utf-8")
    return re.sub(r"\r\n[ \t]", "", data.decode("utf-8")).removesuffix("\r\n").split("\r\n")


def parsed(data: bytes) -> Any:
    calendars = Calendar.from_ical(data, multiple=True)
    assert len(calendars) == 1
    assert not [error for part in calendars[0].walk() for error in part.errors]
    return calendars[0]


def event(data: bytes) -> Any:
    return parsed(data).walk("VEVENT")[0]
