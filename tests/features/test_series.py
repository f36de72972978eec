"""Recurring sessions through the API, the worker and the feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import recurring_ical_events
from icalendar import Calendar
from sqlalchemy import select

from meetup.rest.tokens import create_token
from meetup.sessions import series
from meetup.sessions.models import Series, Session
from tests.factories import make_programme, make_registration
from tests.features.chain import deliver

if TYPE_CHECKING:
    from tests.factories import Unit


def call(client: Any, work: Unit) -> Any:
    with work() as w:
        slug = make_programme(w).slug
        _, text = create_token(w, name="máy", role="organizer")
        w.commit()

    def send(path: str, body: Any = None) -> Any:
        return client.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {text}"})

    def begin(rule: str, start: str = "2026-12-18T07:30:00+07:00", **more: Any) -> Any:
        end = (datetime.fromisoformat(start) + timedelta(hours=2)).isoformat()
        recurrence = {"rrule": rule, **({"skip_holidays": True} if more.pop("skip_holidays", False) else {})}
        body = {"programme": slug, "title": "Cà phê", "starts_at": start, "ends_at": end, "recurrence": recurrence}
        return send("/sessions", {**body, **more})

    send.begin = begin  # type: ignore[attr-defined]
    return send


def rows(work: Unit) -> list[Session]:
    with work(write=False) as w:
        return list(w.db.scalars(select(Session).order_by(Session.recurrence_id)))


def in_feed(client: Any) -> list[datetime]:
    calendar = Calendar.from_ical(client.get("/calendar.ics").data)
    found = recurring_ical_events.of(calendar).between(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
    )
    return sorted(one["DTSTART"].dt.astimezone(UTC) for one in found if one.get("STATUS") != "CANCELLED")


def test_b1_an_endless_rule_becomes_twelve_months_of_sessions_and_the_worker_goes_on(
    client: Any, work: Unit, runner: Any, clock: Any
) -> None:
    send = call(client, work)
    answer = send.begin("FREQ=MONTHLY;BYDAY=3FR", registration_closes_at="2026-12-17T17:00:00+07:00")
    assert answer.status_code == 201, answer.text
    assert answer.json["recurrence"] == {"rrule": "FREQ=MONTHLY;BYDAY=3FR"}
    assert answer.json["recurrence_id"] == "2026-12-18T07:30:00+07:00"
    made = rows(work)
    # The clock stands on 2 November 2026.
    assert len(made) == 11
    assert {one.state for one in made} == {"draft"}
    assert len({one.slug for one in made}) == 11
    assert made[1].registration_closes_at == datetime(2027, 1, 14, 10, tzinfo=UTC)
    assert deliver(runner).get("occurrences_made", 0) == 0
    assert send(f"/sessions/{answer.json['id']}/series/publish").json["state"] == "published"
    assert [one.number for one in rows(work)] == list(range(1, 12))
    first = Calendar.from_ical(client.get("/calendar.ics").data).walk("VEVENT")[0]
    clock.travel(to=datetime(2026, 12, 1, tzinfo=UTC))
    assert deliver(runner)["occurrences_made"] == 1
    assert deliver(runner).get("occurrences_made", 0) == 0
    later = rows(work)
    assert (len(later), later[-1].state, later[-1].number) == (12, "published", 12)
    # B7: and the feed says so, as a newer version of the master.
    assert in_feed(client) == [one.starts_at for one in later]
    again = Calendar.from_ical(client.get("/calendar.ics").data).walk("VEVENT")[0]
    assert (first["SEQUENCE"], again["SEQUENCE"], again["UID"]) == (0, 1, first["UID"])


def test_b3_a_holiday_is_an_exdate_and_was_never_a_session(client: Any, work: Unit) -> None:
    send = call(client, work)
    # 1 January 2027 is a Friday.
    answer = send.begin("FREQ=WEEKLY;COUNT=4", skip_holidays=True)
    send(f"/sessions/{answer.json['id']}/series/publish")
    starts = [one.starts_at for one in rows(work)]
    assert [f"{one:%d/%m}" for one in starts] == ["18/12", "25/12", "08/01"]
    assert in_feed(client) == starts
    assert b"EXDATE;TZID=Asia/Ho_Chi_Minh:20270101T073000" in client.get("/calendar.ics").data
    refused = send.begin("FREQ=WEEKLY", "2027-01-01T07:30:00+07:00", skip_holidays=True)
    assert refused.status_code == 422
    assert "starts_at" in refused.json["errors"]


def test_b7_only_what_is_published_is_in_the_feed(client: Any, work: Unit) -> None:
    send = call(client, work)
    send.begin("FREQ=WEEKLY;COUNT=5")
    made = rows(work)
    assert in_feed(client) == []
    for number in (1, 3):
        assert send(f"/sessions/{made[number].id}/publish").status_code == 200
    assert in_feed(client) == [made[1].starts_at, made[3].starts_at]


def test_the_end_of_a_series(client: Any, work: Unit, runner: Any, smtp: Any, clock: Any) -> None:
    send = call(client, work)
    answer = send.begin("FREQ=MONTHLY;BYDAY=3FR")
    send(f"/sessions/{answer.json['id']}/series/publish")
    made = rows(work)
    with work() as w:
        for number in (1, 3):
            make_registration(w, w.get(Session, made[number].id), number)
        w.commit()
    deliver(runner)
    ended = send(f"/sessions/{made[2].id}/series/end", {"reason": "Đổi chương trình"})
    assert ended.json["called_off"] == [one.id for one in made[2:]]
    deliver(runner)
    gone = Calendar.from_ical(smtp.last("dn3@example.com").calendar)
    assert gone["METHOD"] == "CANCEL"
    assert gone.walk("VEVENT")[0]["RECURRENCE-ID"].dt.astimezone(UTC) == made[3].recurrence_id
    assert b"METHOD:REQUEST" in smtp.last("dn1@example.com").calendar
    assert in_feed(client) == [one.starts_at for one in made[:2]]
    clock.travel(to=datetime(2027, 6, 1, tzinfo=UTC))
    assert deliver(runner).get("occurrences_made", 0) == 0
    again = send(f"/sessions/{made[2].id}/series/end", {"reason": "Lần nữa"})
    assert again.status_code == 409


def test_a_whole_series_that_is_called_off_stays_in_the_feed_as_cancelled(client: Any, work: Unit) -> None:
    send = call(client, work)
    answer = send.begin("FREQ=WEEKLY;COUNT=3")
    send(f"/sessions/{answer.json['id']}/series/publish")
    send(f"/sessions/{answer.json['id']}/series/end", {"reason": "Bão"})
    (master,) = Calendar.from_ical(client.get("/calendar.ics").data).walk("VEVENT")
    assert master["STATUS"] == "CANCELLED"
    assert in_feed(client) == []


def test_the_end_takes_drafts_away(client: Any, work: Unit) -> None:
    send = call(client, work)
    answer = send.begin("FREQ=WEEKLY;COUNT=5")
    send(f"/sessions/{answer.json['id']}/publish")
    made = rows(work)
    assert send(f"/sessions/{made[1].id}/series/end", {"reason": "Thôi"}).json["called_off"] == []
    assert [one.id for one in rows(work)] == [made[0].id]


def test_b4_a_series_goes_on_by_another_rule(client: Any, work: Unit, smtp: Any, runner: Any) -> None:
    send = call(client, work)
    answer = send.begin("FREQ=MONTHLY;BYDAY=3FR;COUNT=4")
    send(f"/sessions/{answer.json['id']}/series/publish")
    made = rows(work)
    body = {
        "rrule": "FREQ=MONTHLY;BYDAY=2TH;COUNT=3",
        "starts_at": "2027-01-14T08:00:00+07:00",
        "ends_at": "2027-01-14T10:00:00+07:00",
    }
    looked = send(f"/sessions/{made[1].id}/series/change", {**body, "dry_run": True})
    assert looked.status_code == 200, looked.text
    assert [one["starts_at"] for one in looked.json["sessions"]] == [
        "2027-01-14T08:00:00+07:00",
        "2027-02-11T08:00:00+07:00",
        "2027-03-11T08:00:00+07:00",
    ]
    assert (looked.json["is_whole"], looked.json["made"]) == (False, [])
    assert [one.starts_at for one in rows(work)] == [one.starts_at for one in made]
    assert send(f"/sessions/{made[1].id}/series/change", body).json == looked.json
    assert in_feed(client) == sorted(one.starts_at for one in rows(work))
    assert send(f"/sessions/{made[1].id}/series/change", {**body, "rrule": "FREQ=SECONDLY"}).status_code == 422


def test_b1_bad_rules_are_refused_at_their_field(client: Any, work: Unit) -> None:
    send = call(client, work)
    for rule in ("FREQ=HOURLY", "FREQ=WEEKLY;COUNT=2;UNTIL=20271231T000000Z", "x"):
        answer = send.begin(rule)
        assert answer.status_code == 422, rule
        assert "recurrence" in answer.json["errors"]
    assert "starts_at" in send.begin("FREQ=MONTHLY;BYDAY=2FR").json["errors"]
    assert rows(work) == []
    alone = send(f"/sessions/{send.begin('FREQ=WEEKLY;COUNT=1').json['id']}/series/publish")
    assert alone.status_code == 200


def test_two_workers_make_an_occurrence_once(work: Unit, client: Any, clock: Any) -> None:
    send = call(client, work)
    send.begin("FREQ=DAILY;COUNT=100")
    assert len(rows(work)) == series.AT_ONCE
    for _ in range(3):
        with work() as w:
            series.extend_due(w)
            w.commit()
    made = rows(work)
    assert len(made) == len({one.recurrence_id for one in made}) == 100
    with work(write=False) as w:
        assert w.db.scalars(select(Series)).one().extend_at is None
