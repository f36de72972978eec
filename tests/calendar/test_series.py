"""A series that the site runs, with one occurrence moved and one called off, read by the four programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from meetup.registrations import service as registrations
from meetup.sessions import series, service
from meetup.sessions.models import Series, Session
from tests.calendar.programs import Program
from tests.calendar.test_site import read
from tests.factories import make_programme
from tests.features.chain import deliver

TWO_HOURS = timedelta(hours=2)


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Ho_Chi_Minh"])
def test_b2_b3_b5_b7_a_series_moved_and_called_off(
    program: Program, zone: str, work: Any, runner: Any, smtp: Any, client: Any
) -> None:
    with work() as w:
        first = datetime(2026, 12, 18, 7, 30, tzinfo=ZoneInfo(zone))
        made = series.start(
            w,
            programme=make_programme(w, timezone=zone),
            rule="FREQ=MONTHLY;BYDAY=3FR;COUNT=8",
            title="Cà phê; thứ Sáu, \\ ế",
            starts_at=first,
            ends_at=first + TWO_HOURS,
        )
        whole = w.db.scalars(select(Series)).one()
        series.announce(w, whole)
        parts = list(series.occurrences(w, whole))
        assert parts[0].id == made.id
        for one in (parts[2], parts[4]):
            rows = [{"name": "HTX Mẫu", "contact_name": "An", "email": f"an{one.id}@x.example", "language": "vi"}]
            registrations.invite(w, one, rows)
        w.commit()
        uid, rids = whole.uid, [one.recurrence_id for one in parts]
        moved_id, gone_id = parts[2].id, parts[4].id
    deliver(runner)
    invited = read(program, smtp.last(f"an{moved_id}@x.example").calendar)
    (entry,) = invited.entries
    # B5: the one component, with its place in the series and no rule.
    assert (entry.uid, entry.recurrence_id, entry.start) == (uid, stamp(rids[2]), stamp(rids[2]))
    assert b"RRULE" not in smtp.last(f"an{moved_id}@x.example").calendar

    # B2: moved twice it keeps its place.
    moves = (timedelta(days=3), timedelta(days=4, hours=1))
    for by in moves:
        with work() as w:
            one = w.get(Session, moved_id)
            service.update(w, one, starts_at=rids[2] + by, ends_at=rids[2] + by + TWO_HOURS)
            w.commit()
        deliver(runner)
        again = read(program, smtp.last(f"an{moved_id}@x.example").calendar).entries[0]
        assert (again.uid, again.recurrence_id, again.start) == (uid, stamp(rids[2]), stamp(rids[2] + by))
        assert again.sequence > entry.sequence
        entry = again
    # B3: a CANCEL of this one for those who were invited.
    with work() as w:
        service.cancel(w, w.get(Session, gone_id), reason="Bão")
        w.commit()
    deliver(runner)
    cancel = read(program, smtp.last(f"an{gone_id}@x.example").calendar)
    assert (cancel.method, cancel.entries[0].uid, cancel.entries[0].recurrence_id) == ("CANCEL", uid, stamp(rids[4]))

    # B7: in the feed exactly what our pages show.
    feed = client.get("/calendar.ics").data
    found = read(program, feed)
    meant = [rid + (moves[-1] if number == 2 else timedelta()) for number, rid in enumerate(rids) if number != 4]
    assert found.occurrences == tuple((uid, stamp(at), stamp(at + TWO_HOURS)) for at in sorted(meant))
    assert {one.uid for one in found.entries} == {uid}
    assert len(found.entries) == 2
    assert (feed.count(b"RRULE:"), feed.count(b"EXDATE"), feed.count(b"RECURRENCE-ID")) == (1, 1, 1)
