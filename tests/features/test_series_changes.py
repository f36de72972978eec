"""A series begun, changed and ended on the desk: what is shown first, who is told, what calendars have (B4, B6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import recurring_ical_events
from icalendar import Calendar
from sqlalchemy import select

from meetup.outbox.worker import drain
from meetup.registrations.models import Registration
from meetup.sessions import series, service
from meetup.sessions.models import Series, Session
from tests.factories import make_programme, make_registration, sign_in, tax_code
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.mail import Mail, SmtpServer

DAY = "%Y-%m-%d %H:%M"


class Desk:
    """An organiser at the desk, with a series of Fridays."""

    def __init__(self, mount: Mount, work: Unit, client: Any, smtp: SmtpServer) -> None:
        self.mount, self.work, self.client, self.smtp = mount, work, client, smtp
        with work() as w:
            self.programme = make_programme(w).slug
            w.commit()
        sign_in(mount)

    def send(self, path: str, **data: Any) -> Any:
        page = self.client.soup("/organize/sessions/new")
        token = page.select_one("[name=csrf_token]")["value"]
        return self.client.post(path, data={"csrf_token": token, **data})

    def begin(self, **more: Any) -> Any:
        typed = {
            "programme": self.programme,
            "title": "Cà phê",
            "starts_at": "20/11/2026 07:30",
            "ends_at": "20/11/2026 09:30",
            "timezone": "Asia/Ho_Chi_Minh",
            "venue": "Hội trường",
            "capacity": "20",
            "seats_per_enterprise": "2",
            "repeats": "monthly_nth",
            "every": "1",
        }
        return self.send("/organize/sessions/new", **typed, **more)

    def sessions(self) -> list[Session]:
        with self.work(write=False) as w:
            return list(w.db.scalars(select(Session).order_by(Session.starts_at)))

    def publish(self) -> list[Session]:
        first = self.sessions()[0]
        assert self.send(f"/organize/sessions/{first.slug}/series/publish").status_code == 302
        return self.sessions()

    def register(self, *keys: int) -> None:
        with self.work() as w:
            for key in keys:
                make_registration(w, w.get(Session, key), key)
            w.commit()
        drain(self.mount)

    def change(self, session: Session, **typed: Any) -> Any:
        return self.send(f"/organize/sessions/{session.slug}/series/change", repeats="own", every="1", **typed)

    def feed(self) -> Any:
        return Calendar.from_ical(self.client.get("/calendar.ics").data)

    def in_feed(self) -> list[datetime]:
        found = recurring_ical_events.of(self.feed()).between(
            datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
        )
        return sorted(one["DTSTART"].dt.astimezone(UTC) for one in found if one.get("STATUS") != "CANCELLED")

    def published(self) -> list[datetime]:
        return [one.starts_at for one in self.sessions() if one.state == "published"]

    def mails(self, key: int) -> list[Mail]:
        return list(self.smtp.to(f"dn{key}@example.com"))


@pytest.fixture
def desk(mount: Mount, work: Unit, client: Any, smtp: SmtpServer) -> Desk:
    return Desk(mount, work, client, smtp)


def wall(at: datetime) -> str:
    return (at + timedelta(hours=7)).strftime(DAY)


def test_the_dates_are_looked_at_before_a_series_is_begun(desk: Desk) -> None:
    looked = desk.begin(look="1", skip_holidays="y")
    assert looked.status_code == 200
    heading = parse(looked).select_one("#dates h3")
    assert heading is not None
    assert heading.text == "Thứ Sáu tuần thứ ba hằng tháng, 07:30"
    assert "18/12/2026 07:30" in looked.text
    assert 'value="20/11/2026 07:30"' in looked.text, "what was typed is kept"
    assert desk.sessions() == []
    made = desk.begin(count="3")
    assert made.status_code == 302
    assert made.headers["Location"].endswith("/series")
    page = desk.client.get(made.headers["Location"])
    assert page.status_code == 200
    assert [wall(one.starts_at) for one in desk.sessions()] == [
        "2026-11-20 07:30",
        "2026-12-18 07:30",
        "2027-01-15 07:30",
    ]
    assert {one.state for one in desk.publish()} == {"published"}
    assert desk.in_feed() == desk.published()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"repeats": "own", "own": "FREQ=HOURLY"}, "own"),
        ({"until": "31/12/2026", "count": "3"}, "count"),
        ({"until": "31/13/2026"}, "until"),
        ({"count": "9999"}, "count"),
        ({"every": "0", "repeats": "sometimes"}, "repeats"),
        ({"repeats": "own", "own": "FREQ=MONTHLY;BYDAY=2FR"}, "starts_at"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_faults_stand_at_their_field(desk: Desk, typed: dict[str, str], field: str, backend: str) -> None:
    for more in ({"look": "1"}, {}):
        given = {"repeats": "monthly_nth", **typed}
        page = desk.client.soup("/organize/sessions/new")
        token = page.select_one("[name=csrf_token]")["value"]
        base = {
            "csrf_token": token, "programme": desk.programme, "title": "Cà phê", "starts_at": "20/11/2026 07:30",
            "ends_at": "20/11/2026 09:30", "timezone": "Asia/Ho_Chi_Minh", "capacity": "20",
            "seats_per_enterprise": "2",
        }  # fmt: skip
        answer = desk.client.post("/organize/sessions/new", data={**base, **given, **more})
        assert answer.status_code == 422, (typed, more)
        assert f'id="{field}-error"' in answer.text or f'aria-describedby="{field}' in answer.text, field
        assert desk.sessions() == []


def test_b4_from_here_on_a_new_series_begins_and_people_go_along(desk: Desk) -> None:
    desk.begin()
    made = desk.publish()
    desk.register(made[0].id, made[2].id, made[3].id)
    before = {one.id: len(desk.mails(one.id)) for one in made}
    old = Calendar.from_ical(desk.mails(made[2].id)[-1].calendar).walk("VEVENT")[0]
    change = {
        "own": "FREQ=MONTHLY;BYDAY=2TH",
        "starts_at": "14/01/2027 08:00",
        "ends_at": "14/01/2027 10:30",
    }
    looked = desk.change(made[2], **change)
    assert looked.status_code == 200
    assert "14/01/2027 08:00" in looked.text and "11/02/2027 08:00" in looked.text
    assert "2 đăng ký liên quan" in looked.text
    assert [one.starts_at for one in desk.sessions()] == [one.starts_at for one in made], "only looked"
    done = desk.change(made[2], do="1", **change)
    assert done.status_code == 302, done.text
    after = desk.sessions()
    assert [one.id for one in after][: len(made)] == [one.id for one in made]
    assert [wall(one.starts_at) for one in after[:4]] == [
        "2026-11-20 07:30", "2026-12-18 07:30", "2027-01-14 08:00", "2027-02-11 08:00",
    ]  # fmt: skip
    drain(desk.mount)
    # Told once, in the calendar entry that they have; nobody else hears anything.
    assert len(desk.mails(made[0].id)) == before[made[0].id]
    for one in (made[2], made[3]):
        assert len(desk.mails(one.id)) == before[one.id] + 1
    new = Calendar.from_ical(desk.mails(made[2].id)[-1].calendar)
    event = new.walk("VEVENT")[0]
    assert new["METHOD"] == "REQUEST"
    assert (event["UID"], event["RECURRENCE-ID"].dt) == (old["UID"], old["RECURRENCE-ID"].dt)
    assert event["SEQUENCE"] > old["SEQUENCE"]
    assert wall(event["DTSTART"].dt.astimezone(UTC)) == "2027-01-14 08:00"
    # The feed: the old rule ends by UNTIL, a new UID begins, and any client finds what our pages show.
    masters = [one for one in desk.feed().walk("VEVENT") if "RRULE" in one]
    assert len({one["UID"] for one in masters}) == 2
    assert desk.in_feed() == desk.published()
    with desk.work(write=False) as w:
        assert sorted(w.db.scalars(select(Series.state))) == ["ended", "running"]


def test_b4_later_ones_are_made_by_the_new_rule(desk: Desk, runner: Any, clock: Any) -> None:
    desk.begin()
    made = desk.publish()
    change = {"own": "FREQ=MONTHLY;BYDAY=2TH", "starts_at": "14/01/2027 08:00", "ends_at": "14/01/2027 10:00"}
    assert desk.change(made[2], do="1", **change).status_code == 302
    clock.travel(to=datetime(2027, 3, 1, tzinfo=UTC))
    with desk.work() as w:
        assert series.extend_due(w) > 0
        w.commit()
    last = desk.sessions()[-1]
    assert last.state == "published"
    assert (last.starts_at + timedelta(hours=7)).weekday() == 3
    assert desk.in_feed()[-1] == last.starts_at


def test_b6_the_whole_series_moves_and_one_moved_by_hand_keeps_its_time(desk: Desk) -> None:
    desk.begin(count="4")
    made = desk.publish()
    with desk.work() as w:
        by_hand = w.get(Session, made[1].id)
        service.update(
            w, by_hand, starts_at=made[1].starts_at + timedelta(days=3), ends_at=made[1].ends_at + timedelta(days=3)
        )
        w.commit()
    desk.register(made[0].id, made[1].id)
    count = {one.id: len(desk.mails(one.id)) for one in made}
    uid = desk.feed().walk("VEVENT")[0]["UID"]
    change = {
        "own": "FREQ=MONTHLY;BYDAY=3FR",
        "starts_at": "20/11/2026 09:00",
        "ends_at": "20/11/2026 11:00",
        "count": "4",
    }
    assert "thay đổi" in desk.change(made[0], **change).text
    assert desk.change(made[0], do="1", **change).status_code == 302
    after = {one.id: one for one in desk.sessions()}
    assert [wall(after[one.id].starts_at) for one in made] == [
        "2026-11-20 09:00", "2026-12-21 07:30", "2027-01-15 09:00", "2027-02-19 09:00",
    ]  # fmt: skip
    events = desk.feed().walk("VEVENT")
    assert {one["UID"] for one in events} == {uid}
    (override,) = [one for one in events if "RECURRENCE-ID" in one]
    assert wall(override["RECURRENCE-ID"].dt.astimezone(UTC)) == "2026-12-18 09:00"
    assert desk.in_feed() == desk.published()
    drain(desk.mount)
    assert len(desk.mails(made[0].id)) == count[made[0].id] + 1
    assert len(desk.mails(made[1].id)) == count[made[1].id], "its time stayed: nothing to tell"


def test_b6_what_falls_on_no_date_is_said_before_and_needs_a_reason(desk: Desk) -> None:
    desk.begin(count="6")
    made = desk.publish()
    desk.register(made[1].id)
    change = {
        "own": "FREQ=MONTHLY;INTERVAL=2;BYDAY=3FR;COUNT=3",
        "starts_at": "20/11/2026 07:30",
        "ends_at": "20/11/2026 09:30",
    }
    looked = desk.change(made[0], **change)
    assert "không còn ngày nào phù hợp" in looked.text
    assert "1 đăng ký liên quan" in looked.text
    refused = desk.change(made[0], do="1", **change)
    assert refused.status_code == 422
    assert {one.state for one in desk.sessions()} == {"published"}
    assert desk.change(made[0], do="1", reason="Hai tháng một lần", **change).status_code == 302
    assert [one.state for one in desk.sessions()] == ["published", "cancelled"] * 3
    drain(desk.mount)
    told = Calendar.from_ical(desk.mails(made[1].id)[-1].calendar)
    assert told["METHOD"] == "CANCEL"
    assert "Hai tháng một lần" in desk.mails(made[1].id)[-1].text
    assert desk.in_feed() == desk.published()


def test_a_change_of_what_is_over_or_of_nothing(desk: Desk, clock: Any) -> None:
    desk.begin(count="3")
    made = desk.publish()
    clock.travel(to=datetime(2026, 12, 1, tzinfo=UTC))
    change = {"own": "FREQ=WEEKLY", "starts_at": "25/12/2026 07:30", "ends_at": "25/12/2026 09:30"}
    assert desk.change(made[0], do="1", **change).status_code == 422
    page = desk.client.get(f"/organize/sessions/{made[0].slug}/series")
    assert page.status_code == 200
    assert "series/change" not in page.text
    ended = desk.send(f"/organize/sessions/{made[1].slug}/series/end", reason="Hết chương trình")
    assert ended.status_code == 302
    assert [one.state for one in desk.sessions()[:3]] == ["published", "cancelled", "cancelled"]
    assert desk.send(f"/organize/sessions/{made[1].slug}/series/publish").status_code == 422


def test_what_the_page_offers_changes_nothing(desk: Desk) -> None:
    desk.begin(count="4")
    made = desk.publish()
    path = f"/organize/sessions/{made[2].slug}/series"
    form = desk.client.soup(path).select_one("form[action$='/series/change']")
    assert form is not None
    typed = {one["name"]: one.get("value", "") for one in form.select("input[name]") if one.get("type") != "checkbox"}
    assert (typed["own"], typed["until"]) == ("FREQ=MONTHLY;BYDAY=3FR", "19/02/2027")
    assert desk.send(f"{path}/change", repeats="own", do="1", **typed).status_code == 302
    assert [one.starts_at for one in desk.sessions()] == [one.starts_at for one in made]


def test_registrations_stay_where_they_are(desk: Desk) -> None:
    desk.begin(count="4")
    made = desk.publish()
    desk.register(made[2].id)
    change = {"own": "FREQ=MONTHLY;BYDAY=3TH;COUNT=3", "starts_at": "17/12/2026 07:30", "ends_at": "17/12/2026 09:30"}
    assert desk.change(made[1], do="1", **change).status_code == 302
    with desk.work(write=False) as w:
        registration = w.db.scalars(select(Registration)).one()
        assert (registration.session_id, registration.state) == (made[2].id, "confirmed")


def test_b5_invited_to_the_whole_one_mail_has_all_dates_and_each_is_answered_by_itself(desk: Desk) -> None:
    desk.begin(count="4")
    made = desk.publish()
    with desk.work() as w:
        by_hand = w.get(Session, made[2].id)
        service.update(
            w, by_hand, starts_at=made[2].starts_at + timedelta(days=3), ends_at=made[2].ends_at + timedelta(days=3)
        )
        service.cancel(w, w.get(Session, made[1].id), reason="Bão")
        make_registration(w, w.get(Session, made[3].id), 2)
        w.commit()
    rows = f"{tax_code(1)};Công ty Một;An;dn1@example.com;;vi\n{tax_code(2)};Công ty TNHH Mẫu 2;Mai;dn2@example.com;;vi"
    path = f"/organize/sessions/{made[0].slug}/invitations"
    assert "Mời dự tất cả các ngày" in desk.client.get(path).text
    assert desk.send(path, rows=rows, whole="y").status_code == 302
    drain(desk.mount)
    (mail,) = desk.mails(1)
    calendar = Calendar.from_ical(mail.calendar)
    assert calendar["METHOD"] == "REQUEST"
    events = calendar.walk("VEVENT")
    assert len({one["UID"] for one in events}) == 1
    assert [("RRULE" in one, "RECURRENCE-ID" in one) for one in events] == [(True, False), (False, True)]
    assert {str(one["ATTENDEE"]) for one in events} == {"mailto:dn1@example.com"}
    found = recurring_ical_events.of(calendar).between(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    )
    dates = sorted(one["DTSTART"].dt.astimezone(UTC) for one in found)
    assert dates == desk.published()
    assert mail.text.count("- Thứ") == 3
    # Who had registered for one date is invited to the others only.
    (second,) = [one for one in desk.mails(2) if "3 ngày" in str(one["Subject"]) or "2 ngày" in str(one["Subject"])]
    listed = recurring_ical_events.of(Calendar.from_ical(second.calendar)).between(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert sorted(one["DTSTART"].dt.astimezone(UTC) for one in listed) == desk.published()[:2]
    with desk.work(write=False) as w:
        assert sorted(w.db.scalars(select(Registration.state))) == ["confirmed"] + ["invited"] * 5
    # A later change of one date is an exception under the same UID.
    with desk.work() as w:
        one = w.get(Session, made[3].id)
        service.update(
            w, one, starts_at=made[3].starts_at + timedelta(hours=1), ends_at=made[3].ends_at + timedelta(hours=1)
        )
        w.commit()
    drain(desk.mount)
    later = Calendar.from_ical(desk.mails(1)[-1].calendar).walk("VEVENT")
    assert [one["UID"] for one in later] == [events[0]["UID"]]
    assert later[0]["RECURRENCE-ID"].dt.astimezone(UTC) == made[3].recurrence_id
    assert later[0]["SEQUENCE"] > events[0]["SEQUENCE"]
    # Again, nobody gets anything; with none ahead it is refused.
    assert desk.send(path, rows=rows, whole="y").status_code == 302
    drain(desk.mount)
    assert len(desk.mails(1)) == 2
