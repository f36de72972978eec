"""The door: codes that cameras read, arrivals from phones that were offline, nobody lost and nobody doubled."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select

from meetup.registrations import qr
from meetup.registrations.codes import code_of, plain_code
from meetup.registrations.models import Arrival, Registration
from meetup.registrations.service import check_in
from meetup.sessions.models import Session
from tests.factories import ENDS, OFFICER, ORGANIZER, STARTS, make_registration, make_session, own_path, sign_in

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.clock import SettableClock
    from tests.rig.mail import SmtpServer
    from tests.rig.visitor import Visitor

MORNING = datetime(2026, 11, 28, 0, 5, tzinfo=UTC)


@pytest.fixture
def door(mount: Mount, work: Unit, clock: SettableClock) -> str:
    """A session with four registrations and six seats, on its morning; the door's path."""
    sign_in(mount, ORGANIZER)
    with work() as w:
        session = make_session(w, capacity=6)
        for number in range(1, 5):
            make_registration(w, session, number)
        w.commit()
        slug = session.slug
    clock.travel(to="2026-11-28T07:05")
    return f"/organize/sessions/{slug}/door/"


def send(client: Visitor, door: str, *arrivals: dict[str, Any], now: datetime = MORNING) -> Any:
    """As the page's script does: a fresh token, then what was noted."""
    token = client.get(f"{door}list").get_json()["csrf"]
    return client.post(
        f"{door}arrivals", json={"now": now.isoformat(), "arrivals": arrivals}, headers={"X-CSRFToken": token}
    )


def noted(registration: int | None = None, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """What a phone notes so many minutes before it sends."""
    at = (MORNING - timedelta(minutes=minutes)).isoformat()
    return {"id": str(uuid4()), "at": at, "registration": registration, **more}


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["outcome"] for one in answer.get_json()["arrivals"]]


def there(work: Unit) -> dict[int, datetime | None]:
    with work(write=False) as w:
        rows = w.db.scalars(select(Registration).where(Registration.state == "attended").order_by(Registration.id))
        return {row.id: row.checked_in_at for row in rows}


# -- codes ------------------------------------------------------------------------------------------------------------


def test_the_confirmation_carries_a_code_that_a_camera_reads(
    mount: Mount, work: Unit, client: Visitor, smtp: SmtpServer, runner: Any
) -> None:
    with work() as w:
        session = make_session(w)
        row = make_registration(w, session)
        path, code = own_path(w, row), code_of(w, row)
        w.commit()
    runner.invoke(args=["meetup", "worker", "--once"])
    mail = smtp.last("dn1@example.com")
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.get_payload(decode=True))))
    assert found.text.endswith(f"/organize/sessions/{session.slug}/check-in?q={code}")
    assert code in mail.text
    assert code in (picture.get_filename() or "")
    page = client.soup(path)
    assert code in page.get_text()
    svg = client.get(page.select_one(".mu-doorcode img")["src"])  # type: ignore[index,arg-type]
    assert svg.content_type.startswith("image/svg+xml")
    assert svg.headers["Cache-Control"] == "private, no-store"
    assert "script" not in svg.text
    # Whoever scans it without being of the staff gets no further than the sign-in, and cannot change the reply by it.
    assert client.get(found.text).status_code in (302, 401, 403)
    sign_in(mount, ORGANIZER)
    listed = client.soup(found.text.replace("http://localhost", ""))
    assert [h.get_text() for h in listed.select(".mu-work h2")] == ["Công ty TNHH Mẫu 1"]


def test_a_code_that_was_scratched_is_read_still(work: Unit) -> None:
    picture = Image.open(io.BytesIO(qr.png("https://caphe.example/organize/sessions/ky-1/check-in?q=7K3D-Q0XM")))
    picture = picture.convert("L")
    width = picture.width
    picture.paste(255, (width // 2, width // 2, width // 2 + width // 7, width // 2 + width // 7))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text.endswith("7K3D-Q0XM")


def test_who_does_not_come_has_no_code(work: Unit, client: Visitor) -> None:
    with work() as w:
        session = make_session(w)
        path = own_path(w, make_registration(w, session, response="declined"))
        w.commit()
    assert client.soup(path).select(".mu-doorcode") == []


@given(st.text(max_size=20))
def test_what_is_no_code_is_no_code(typed: str) -> None:
    found = plain_code(typed)
    assert not found or re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", found)
    assert plain_code(found) == found


def test_codes_are_typed_as_hands_type_them() -> None:
    assert plain_code(" 7k3d q0xm ") == plain_code("7K3D-QOXM") == "7K3D-Q0XM"
    assert plain_code("il00-0000") == "1100-0000"


# -- arrivals ---------------------------------------------------------------------------------------------------------


def test_sending_again_changes_nothing(door: str, client: Visitor, work: Unit) -> None:
    arrivals = [noted(1, 10), noted(2, 5), noted(name="Đặng Thị Đến", enterprise="HTX Không Hẹn", minutes=1)]
    assert outcomes(send(client, door, *arrivals)) == ["done", "done", "done"]
    before = there(work)
    assert len(before) == 3
    assert before[1] == MORNING - timedelta(minutes=10)
    assert outcomes(send(client, door, *arrivals)) == ["done", "done", "done"]
    assert there(work) == before
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Arrival)) == 3
        assert w.db.scalars(select(Session.seats_taken)).one() == 5


def test_two_phones_one_person_and_the_first_time_is_kept(door: str, client: Visitor, work: Unit) -> None:
    assert outcomes(send(client, door, noted(1, 3))) == ["done"]
    # The other phone saw them earlier, but could only send later.
    assert outcomes(send(client, door, noted(1, 8))) == ["again"]
    assert outcomes(send(client, door, noted(1, 1))) == ["again"]
    assert there(work) == {1: MORNING - timedelta(minutes=8)}
    both = [noted(2, 2), noted(2, 4)]
    assert sorted(outcomes(send(client, door, *both))) == ["again", "done"]
    assert there(work)[2] == MORNING - timedelta(minutes=4)


def test_a_phone_with_a_wrong_clock_tells_how_long_ago(door: str, client: Visitor, work: Unit) -> None:
    wrong = MORNING + timedelta(days=400)
    row = {"id": str(uuid4()), "at": (wrong - timedelta(minutes=7)).isoformat(), "registration": 1}
    send(client, door, row, now=wrong)
    future = {"id": str(uuid4()), "at": (MORNING + timedelta(hours=2)).isoformat(), "registration": 2}
    send(client, door, future)
    assert there(work) == {1: MORNING - timedelta(minutes=7), 2: MORNING}


def test_what_is_forbidden_keeps_nothing_else_out(door: str, client: Visitor, work: Unit) -> None:
    strangers = [noted(name=f"Người Lạ {number}", minutes=9 - number) for number in range(4)]
    with work() as w:
        week = timedelta(days=7)
        later = make_session(w, title="Kỳ khác", starts_at=STARTS + week, ends_at=ENDS + week)
        other = make_registration(w, later, 9)
        w.commit()
        elsewhere = other.id
    answer = send(client, door, noted(elsewhere), *strangers, noted(1), noted(10**12))
    assert outcomes(answer) == ["refused", "done", "done", "refused", "refused", "done", "refused"]
    rows = answer.get_json()["arrivals"]
    assert all(row["reason"] for row in rows if row["outcome"] == "refused")
    with work(write=False) as w:
        session = w.db.scalars(select(Session).order_by(Session.id)).first()
        assert session.seats_taken == 6
        held = w.db.scalar(
            select(func.sum(Registration.seats)).where(
                Registration.session_id == session.id, Registration.state.in_(("confirmed", "attended", "offered"))
            )
        )
        assert held == 6
    # Once there is room, the very same entry goes in.
    with work() as w:
        w.get(Session, session.id).capacity = 10
        w.commit()
    assert outcomes(send(client, door, strangers[2])) == ["done"]


def test_a_list_and_the_door_on_one_page_agree(door: str, client: Visitor, work: Unit) -> None:
    send(client, door, noted(3))
    with work() as w:
        check_in(w, w.get(Registration, 4))
        w.commit()
    told = client.get(f"{door}list")
    assert told.headers["Cache-Control"] == "private, no-store"
    people = {row["key"]: row for row in told.get_json()["people"]}
    assert {key for key, row in people.items() if row["there"]} == {3, 4}
    assert "nguoi 1.1" in people[1]["words"]
    page = client.get(door)
    assert page.status_code == 200
    assert "Mẫu 1" not in page.text, "the page that is kept on the phone names nobody"
    script = client.get(f"{door}worker.js")
    assert script.content_type.startswith("text/javascript")


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "x",
        {"now": "2026-11-28T07:05:00+07:00"},
        {"now": "yesterday", "arrivals": []},
        {"now": "2026-11-28T07:05:00", "arrivals": []},
        {"now": "9999-12-31T23:59:59-12:00", "arrivals": []},
        {"now": "2026-11-28T07:05:00+07:00", "arrivals": [None]},
        {"now": "2026-11-28T07:05:00+07:00", "arrivals": [{"id": "short", "at": MORNING.isoformat()}]},
        {"now": "2026-11-28T07:05:00+07:00", "arrivals": [{"id": "x" * 65, "at": MORNING.isoformat()}]},
        {"now": "2026-11-28T07:05:00+07:00", "arrivals": [{"id": "12345678", "at": 5}]},
        {"now": "2026-11-28T07:05:00+07:00", "arrivals": [{"id": "12345678", "at": MORNING.isoformat()}]},
        {
            "now": "2026-11-28T07:05:00+07:00",
            "arrivals": [{"id": "12345678", "at": MORNING.isoformat(), "registration": True}],
        },
        {
            "now": "2026-11-28T07:05:00+07:00",
            "arrivals": [{"id": "12345678", "at": MORNING.isoformat(), "registration": 2**63}],
        },
        {
            "now": "2026-11-28T07:05:00+07:00",
            "arrivals": [{"id": "12345678", "at": MORNING.isoformat(), "name": {"a": 1}}],
        },
        {"now": "2026-11-28T07:05:00+07:00", "arrivals": [{}] * 201},
    ],
)
def test_what_cannot_be_taken_is_said(door: str, client: Visitor, work: Unit, sent: Any) -> None:
    token = client.get(f"{door}list").get_json()["csrf"]
    answer = client.post(f"{door}arrivals", json=sent, headers={"X-CSRFToken": token})
    assert answer.status_code == 422, answer.text
    assert answer.get_json()["error"]
    assert there(work) == {}


def test_who_may(door: str, client: Visitor, mount: Mount) -> None:
    assert client.post(f"{door}arrivals", json={}).status_code == 400, "without a token"
    for who in (OFFICER, None):
        sign_in(mount, who)
        for path in (door, f"{door}list", f"{door}worker.js"):
            assert client.get(path).status_code in (302, 401, 403)


def test_a_session_that_is_reported_takes_nobody_in(door: str, client: Visitor, work: Unit) -> None:
    with work() as w:
        w.get(Session, 1).state = "reported"
        w.commit()
    assert client.get(f"{door}list").get_json()["open"] is False
    assert outcomes(send(client, door, noted(1), noted(name="Ai Đó"))) == ["refused", "refused"]


def test_the_list_costs_the_same_however_long_it_is(door: str, client: Visitor, work: Unit, query_counter: Any) -> None:
    with query_counter() as few:
        client.get(f"{door}list")
    with work() as w:
        session = w.get(Session, 1)
        session.capacity = 40
        for number in range(5, 25):
            make_registration(w, session, number)
        w.commit()
    with query_counter() as many:
        client.get(f"{door}list")
    assert len(many) == len(few)
