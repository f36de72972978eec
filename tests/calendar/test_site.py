"""What the site hands out and sends as calendar files, read by the four programs: all of them find one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from meetup.departments.service import create_department, create_field
from meetup.followups import service as followups
from meetup.issues import service as issues
from meetup.issues.queries import by_number
from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.calendar.programs import Program
from tests.calendar.reading import Reading, Who
from tests.features.chain import deliver, own_path

TITLE = 'Kỳ 37: "Thuế, hóa đơn"; C:\\New\\nhà ^n 👩‍👩‍👧‍👦' + " ế" * 20
VENUE = "Nhà văn hóa; số 1, phường 5 \\ Cà Mau"
NAME = 'Nguyễn "Tư" Ế; An, ^'
#: In the night of the change of clocks in Berlin.
STARTS = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)


def read(program: Program, data: bytes) -> Reading:
    (found,) = program.read([data])
    assert not found.faults
    return found


def coming(work: Any) -> Session:
    found: Session = work.db.scalars(select(Session)).one()
    return found


@pytest.fixture
def invited(work: Any, runner: Any) -> None:
    """A session in Berlin with one invitation out, which is accepted."""
    with work() as w:
        programme = create_programme(
            w, name='Cà phê "kết nối", DN', email="caphe@province.example", timezone="Europe/Berlin"
        )
        session = sessions.draft(
            w,
            programme=programme,
            title=TITLE,
            topic="Thuế",
            description="Một\nhai; ba, bốn \\n năm",
            venue=VENUE,
            starts_at=STARTS,
            ends_at=STARTS + timedelta(hours=2),
            capacity=5,
        )
        sessions.publish(w, session)
        rows = [{"name": "HTX Mẫu Hai", "contact_name": NAME, "email": "an@hai.example", "language": "vi"}]
        assert registrations.invite(w, session, rows).sent == 1
        w.commit()
    deliver(runner)


def test_invitation_update_and_cancel(
    program: Program, invited: None, work: Any, runner: Any, smtp: Any, client: Any
) -> None:
    first = smtp.last("an@hai.example")
    asked = read(program, first.calendar)
    (entry,) = asked.entries
    assert (asked.method, entry.start, entry.end) == ("REQUEST", "2027-03-28T00:30:00Z", "2027-03-28T02:30:00Z")
    assert asked.occurrences == ((entry.uid, entry.start, entry.end),)
    assert entry.organizer is not None
    assert entry.organizer.email == "coffee@province.example"
    if program.name != "node-ical":
        assert TITLE in entry.summary
        assert entry.location == VENUE
        assert entry.organizer.name == 'Cà phê "kết nối", DN'
        assert entry.attendees == (Who("an@hai.example", NAME, "NEEDS-ACTION"),)

    own = client.get(f"{own_path(first.text)}/session.ics")
    downloaded = read(program, own.data)
    assert downloaded.method == ""
    assert replace(downloaded.entries[0], description=entry.description) == entry

    with work() as w:
        sessions.update(w, coming(w), starts_at=STARTS + timedelta(days=7), ends_at=STARTS + timedelta(days=7, hours=1))
        w.commit()
    deliver(runner)
    moved = read(program, smtp.last("an@hai.example").calendar)
    assert (moved.method, moved.entries[0].uid) == ("REQUEST", entry.uid)
    assert moved.entries[0].sequence > entry.sequence
    assert moved.occurrences == ((entry.uid, "2027-04-04T00:30:00Z", "2027-04-04T01:30:00Z"),)

    with work() as w:
        sessions.cancel(w, coming(w), reason="Bão số 5")
        w.commit()
    deliver(runner)
    gone = read(program, smtp.last("an@hai.example").calendar)
    assert (gone.method, gone.entries[0].uid, gone.entries[0].status) == ("CANCEL", entry.uid, "CANCELLED")
    assert gone.entries[0].sequence > moved.entries[0].sequence
    assert [who.email for who in gone.entries[0].attendees] == ["an@hai.example"]
    shown = read(program, client.get("/calendar.ics").data)
    assert [(one.uid, one.status) for one in shown.entries] == [(entry.uid, "CANCELLED")]


def test_the_public_feed_and_a_sessions_own_file(program: Program, invited: None, work: Any, client: Any) -> None:
    with work() as w:
        slug, uid = coming(w).slug, coming(w).uid
    for url in ("/calendar.ics", f"/sessions/{slug}.ics"):
        found = read(program, client.get(url).data)
        (entry,) = found.entries
        assert (found.method, entry.uid, entry.attendees) == ("", uid, ())
        assert found.occurrences == ((uid, "2027-03-28T00:30:00Z", "2027-03-28T02:30:00Z"),)
        if program.name != "node-ical":
            assert (entry.summary, entry.location) == (TITLE, VENUE)
            assert "Một\nhai; ba, bốn \\n năm" in entry.description


def test_the_follow_ups_of_a_department(program: Program, invited: None, work: Any, client: Any) -> None:
    with work() as w:
        own = create_department(w, code="STC", name="Sở Tài chính", email="stc@province.example")
        field = create_field(w, code="thue", name="Thuế; phí, lệ phí")
        w.db.flush()
        sender = w.db.scalars(whole().where(Registration.state == "invited")).unique().one()
        made = issues.submit(
            w, registration=sender, title='Hoàn thuế; "quý 3", C:\\New', description="Đã chờ lâu\nrất lâu."
        )
        w.db.expire(made)
        issue = by_number(w.db, made.number)
        issues.accept(w, issue, field=field, lead_department=own)
        order = followups.FollowUpOrder(lead_department=own, task="Trả lời; rõ, đủ \\ hạn", working_days=9)
        (given,) = followups.conclude(w, issue, text="Giao Sở.", orders=[order])
        due = given.due_on
        token = w.token("feed", own.subject)
        w.commit()
    tasks = read(program, client.get(f"/feeds/{token}/follow-ups.ics").data)
    (task,) = tasks.entries
    assert (task.kind, task.due, task.status) == ("VTODO", f"{due}T10:00:00Z", "NEEDS-ACTION")
    events = read(program, client.get(f"/feeds/{token}/follow-ups.ics?as=events").data)
    (event,) = events.entries
    assert (event.kind, event.uid, event.start, event.end) == (
        "VEVENT",
        task.uid,
        due.isoformat(),
        (due + timedelta(days=1)).isoformat(),
    )
    assert task.summary in event.summary
    if program.name != "node-ical":
        assert 'Hoàn thuế; "quý 3", C:\\New' in task.summary
        assert "Trả lời; rõ, đủ \\ hạn" in task.description
