"""The public pages and calendars of sessions."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from sqlalchemy import select

from meetup.sessions import service
from meetup.sessions.models import Session
from tests.factories import ENDS, STARTS, make_programme, make_registration, make_session
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


def test_nothing_yet(client: Visitor) -> None:
    for path in ("/", "/sessions/", "/sessions/?when=past"):
        assert client.get(path).status_code == 200
    calendar = icalendar.Calendar.from_ical(client.get("/calendar.ics").data)
    assert not calendar.walk("VEVENT")


def test_the_front_page(client: Visitor, work: Unit) -> None:
    with work() as w:
        programme = make_programme(
            w,
            legal_basis={
                "name": "Kế hoạch",
                "number": "12/KH-UBND",
                "date": "2026-01-05",
                "url": "https://camau.example/12",
            },
        )
        session = make_session(w, programme)
        make_registration(w, session, 1, seats=2)
        make_session(w, programme, topic="Thuế", starts_at=STARTS + timedelta(days=7), ends_at=ENDS + timedelta(days=7))
        w.commit()
    page = client.get("/").text
    for words in ("28/11/2026", "07:00", "Còn 23 chỗ", "12/KH-UBND", "05/01/2026", "https://camau.example/12", "Thuế"):
        assert words in page, words
    assert len(parse(client.get("/")).select(".mu-how li")) == 5
    assert "Next session" in client.get("/?lang=en").text


def test_one_session(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w, description="Dòng một\n\nDòng <b>hai</b>", online_url="https://meet.example/secret")
        make_registration(w, session, 1, seats=2)
        slug = session.slug
        w.commit()
    page = client.get(f"/sessions/{slug}").text
    assert slug == "ky-1-giao-thong-logistics"
    for words in (
        "Nguyễn Văn Chủ",
        "Chủ tịch UBND tỉnh",
        "Còn 23 chỗ",
        "Dòng &lt;b&gt;hai&lt;/b&gt;",
        "Đang mở đăng ký",
    ):
        assert words in page, words
    assert "https://meet.example/secret" not in parse(client.get(f"/sessions/{slug}")).get_text()
    assert "calendar.google.com" in page
    assert "outlook.live.com" in page
    assert "dn1@example.com" not in page
    assert "Mẫu 1" not in page


def test_numbers_have_no_gaps_and_addresses_last(work: Unit) -> None:
    with work() as w:
        programme = make_programme(w)
        other = make_programme(w, name="Đối thoại")
        drafts = [make_session(w, programme, published=False, topic=f"Chuyên đề {n}") for n in range(3)]
        assert [one.slug for one in drafts] == [f"ky-{n}-chuyen-de-{n - 1}" for n in (1, 2, 3)]
        service.publish(w, drafts[2])
        service.publish(w, drafts[0])
        assert [one.number for one in drafts] == [2, None, 1]
        assert (drafts[2].slug, drafts[0].slug) == ("ky-1-chuyen-de-2", "ky-2-chuyen-de-0")
        assert make_session(w, other).number == 1
        w.db.flush()
        same = make_session(w, programme, topic="Chuyên đề 2")
        assert (same.number, same.slug) == (3, "ky-3-chuyen-de-2")


def test_the_list_pages_by_key(client: Visitor, work: Unit) -> None:
    with work() as w:
        programme = make_programme(w)
        for week in range(25):
            later = timedelta(days=7 * week)
            make_session(w, programme, topic=f"Tuần {week:02}", starts_at=STARTS + later, ends_at=ENDS + later)
        w.commit()
    first = client.soup("/sessions/")
    assert len(first.select("article.mu-card")) == 20
    following = first.find("a", rel="next")["href"]
    second = client.soup(following)
    assert len(second.select("article.mu-card")) == 5
    assert "Tuần 24" in second.get_text()
    assert client.get("/sessions/?after=nonsense").status_code == 422
    assert client.get("/sessions/?programme=none&when=past").status_code == 200


@pytest.mark.parametrize("path", ["/", "/sessions/", "/calendar.ics", "/sessions/?when=past"])
def test_statements_do_not_grow(client: Visitor, work: Unit, query_counter: Any, path: str) -> None:
    counts = []
    # A page that was kept is asked for first, which is one statement more than the very first time.
    assert client.get(path).status_code == 200
    for more in (3, 30):
        with work() as w:
            programme = make_programme(w, name=f"Chương trình {more}")
            for week in range(more):
                later = timedelta(days=7 * week + more)
                session = make_session(w, programme, starts_at=STARTS + later, ends_at=ENDS + later, capacity=1)
                make_registration(w, session, 1)
            w.commit()
        with query_counter() as statements:
            assert client.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_one_session_as_a_file(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w, description="Một; hai, ba\\bốn\n" + "Đường dài " * 20)
        slug, uid = session.slug, session.uid
        w.commit()
    response = client.get(f"/sessions/{slug}.ics")
    assert response.content_type == "text/calendar; charset=utf-8"
    lines = response.data.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    calendar = icalendar.Calendar.from_ical(response.data)
    assert "METHOD" not in calendar
    (event,) = calendar.walk("VEVENT")
    assert str(event["UID"]) == uid
    assert event["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert "ATTENDEE" not in event
    assert str(event["URL"]).endswith(f"/sessions/{slug}")
    assert "Một; hai, ba\\bốn" in str(event["DESCRIPTION"])


def test_the_feed(client: Visitor, work: Unit, clock: Any) -> None:
    with work() as w:
        keep = make_session(w, topic="Giữ")
        gone = make_session(w, topic="Hủy")
        make_session(w, topic="Riêng", is_private=True)
        make_session(w, topic="Nháp", published=False)
        service.cancel(w, gone, reason="Bão")
        uids = keep.uid, gone.uid
        w.commit()
    response = client.get("/calendar.ics")
    calendar = icalendar.Calendar.from_ical(response.data)
    assert "METHOD" not in calendar
    for name in ("NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "COLOR", "SOURCE"):
        assert name in calendar, name
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert set(events) == set(uids)
    assert (events[gone.uid]["STATUS"], events[gone.uid]["SEQUENCE"]) == ("CANCELLED", 1)
    assert "/r/" not in response.text
    # Unchanged, it is byte-equal; whoever has it gets 304, also by its date.
    clock.travel(minutes=10)
    assert client.get("/calendar.ics").data == response.data
    etag = response.headers["ETag"]
    assert not etag.startswith("W/")
    assert client.get("/calendar.ics", headers={"If-None-Match": etag}).status_code == 304
    since = {"If-Modified-Since": response.headers["Last-Modified"]}
    assert client.get("/calendar.ics", headers=since).status_code == 304
    assert client.head("/calendar.ics").status_code == 200
    packed = client.get("/calendar.ics", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == response.data
    assert packed.headers["ETag"] != etag
    with work() as w:
        service.update(w, w.db.scalars(select(Session).where(Session.uid == keep.uid)).one(), venue="Sảnh B")
        w.commit()
    changed = client.get("/calendar.ics", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    clock.travel(days=31)
    assert gone.uid not in client.get("/calendar.ics").text


def test_304_costs_no_rendering(client: Visitor, work: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    from meetup.sessions.views import calendars

    with work() as w:
        make_session(w)
        w.commit()
    etag = client.get("/calendar.ics").headers["ETag"]

    def fail(*_: Any, **__: Any) -> bytes:
        raise AssertionError("rendered")

    monkeypatch.setattr(calendars, "public_feed", fail)
    assert client.get("/calendar.ics").status_code == 200, "rendered once in a process"
    assert client.get("/calendar.ics", headers={"If-None-Match": etag}).status_code == 304


def test_sequence_rises_once_a_save_and_only_for_what_matters(work: Unit) -> None:
    with work() as w:
        session = make_session(w)
        service.update(w, session, title="Tên khác", description="Khác", chair="Bà B")
        assert session.sequence == 0
        service.update(
            w, session, venue="Sảnh B", starts_at=STARTS + timedelta(hours=1), ends_at=ENDS + timedelta(hours=1)
        )
        assert session.sequence == 1
        service.update(w, session, venue="Sảnh B")
        assert session.sequence == 1
        service.cancel(w, session, reason="Bão")
        assert session.sequence == 2


def test_a_programme_of_its_own_mount(client: Visitor, work: Unit) -> None:
    with work() as w:
        one, two = make_programme(w), make_programme(w, name="Đối thoại")
        make_session(w, one, topic="Cà phê")
        make_session(w, two, topic="Chính thức")
        slug = two.slug
        w.commit()
    page = client.get(f"/sessions/?programme={slug}").text
    assert "Chính thức" in page
    assert "ky-1-ca-phe" not in page
