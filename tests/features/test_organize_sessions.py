"""The organiser's desk: drafting, publishing, changing, calling off, inviting; programmes and agencies."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.departments.models import CalendarOverride, Department, Field
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from tests.factories import (
    ADMIN,
    OFFICER,
    ORGANIZER,
    make_department,
    make_programme,
    make_registration,
    make_session,
    sign_in,
    tax_code,
)
from tests.features.test_registrations_form import HOSTILE
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.visitor import Visitor

NEW = {
    "title": "Cà phê kỳ mới",
    "topic": "Thuế, hóa đơn",
    "starts_at": "28/11/2026 07:00",
    "ends_at": "28/11/2026 09:00",
    "venue": "Không gian Khởi nghiệp",
    "capacity": "25",
    "seats_per_enterprise": "2",
}


@pytest.fixture(autouse=True)
def signed_in(mount: Mount) -> None:
    sign_in(mount, ORGANIZER)


@pytest.fixture
def programme(work: Unit) -> str:
    with work() as w:
        found = make_programme(w).slug
        w.commit()
    return found


def one(work: Unit) -> Session:
    with work(write=False) as w:
        return w.db.scalars(select(Session).order_by(Session.id.desc()).limit(1)).one()


def test_who_may_come(client: Visitor, mount: Mount, work: Unit, programme: str) -> None:
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    pages = (
        "/organize/",
        "/organize/sessions/",
        "/organize/sessions/new",
        f"/organize/sessions/{slug}/",
        f"/organize/sessions/{slug}/edit",
        f"/organize/sessions/{slug}/invitations",
        f"/organize/sessions/{slug}/check-in",
        f"/organize/sessions/{slug}/attendance",
        "/organize/departments/",
        "/organize/departments/new",
    )
    for who, code in ((ORGANIZER, 200), (ADMIN, 200), (OFFICER, 403), (None, 302)):
        sign_in(mount, who)
        for path in pages:
            assert client.get(path).status_code == code, (path, who)
    for who, code in ((ORGANIZER, 403), (ADMIN, 200)):
        sign_in(mount, who)
        for path in ("/organize/programmes/", "/organize/programmes/new", f"/organize/programmes/{programme}"):
            assert client.get(path).status_code == code, (path, who)


def test_from_draft_to_report(client: Visitor, work: Unit, clock: Any, programme: str) -> None:
    done = client.fill("/organize/sessions/new", NEW)
    session = one(work)
    desk = f"/organize/sessions/{session.slug}/"
    assert done.request.path == desk
    assert session.state == "draft"
    client.fill(desk, form=f"{desk}publish")
    assert one(work).state == "published"
    assert one(work).number == 1
    page = client.get(desk).text
    assert "còn thiếu" in page
    client.fill(f"{desk}edit", {"starts_at": "2026-11-28T07:30", "ends_at": "2026-11-28T09:30", "chair": "Bà Lan"})
    changed = one(work)
    assert (changed.sequence, changed.chair) == (1, "Bà Lan")
    assert changed.starts_at.isoformat() == "2026-11-28T00:30:00+00:00"
    clock.travel(to="2026-11-28T07:25")
    client.fill(desk, form=f"{desk}hold")
    assert one(work).state == "held"
    client.fill(desk, {"conclusion_number": "12/TB-UBND", "summary": "Đã nghe 3 ý kiến."}, form=f"{desk}report")
    assert (one(work).state, one(work).conclusion_number) == ("reported", "12/TB-UBND")
    public = client.get(f"/sessions/{session.slug}").text
    assert "12/TB-UBND" in public
    assert "Đã nghe 3 ý kiến." in public
    again = client.send(client.soup(desk), desk, {"starts_at": "12/12/2026 07:00"}, form=f"{desk}copy")
    copied = one(work)
    assert again.status_code == 200
    assert (copied.state, copied.title, copied.sequence) == ("draft", NEW["title"], 0)
    assert copied.uid != session.uid
    assert copied.ends_at.isoformat() == "2026-12-12T02:00:00+00:00"


def test_calling_off_needs_a_reason_and_tells_everyone(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=2)
        for number in range(3):
            make_registration(w, session, number, seats=1)
        desk = f"/organize/sessions/{session.slug}/"
        w.commit()
    failed = client.fill(desk, {"reason": " "}, form=f"{desk}cancel")
    assert failed.status_code == 422
    assert parse(failed).select("#reason-error .mu-error")
    assert one(work).state == "published"
    client.fill(desk, {"reason": "Bão số 9"}, form=f"{desk}cancel")
    assert (one(work).state, one(work).sequence) == ("cancelled", 1)
    with work(write=False) as w:
        kinds = w.db.scalars(select(Outgoing.kind).where(Outgoing.state == "queued")).all()
        assert kinds == ["calendar_session_cancelled"] * 3


def test_an_arrow_that_is_not_drawn(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w)
        desk = f"/organize/sessions/{session.slug}/"
        w.commit()
    page = client.soup(desk)
    client.send(page, desk, form=f"{desk}hold")
    late = client.send(page, desk, {"reason": "x"}, form=f"{desk}cancel")
    assert late.status_code == 422
    assert parse(late).select(".mu-summary li")
    assert one(work).state == "held"


def test_two_editors(client: Visitor, work: Unit) -> None:
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    path = f"/organize/sessions/{slug}/edit"
    mine = client.soup(path)
    client.fill(path, {"chair": "Người trước"})
    late = client.send(mine, path, {"chair": "Người sau"})
    assert late.status_code == 422
    assert "Người sau" in late.text
    assert one(work).chair == "Người trước"


def test_wall_times_that_do_not_exist_or_exist_twice(client: Visitor, work: Unit, programme: str) -> None:
    for start in ("28/03/2027 02:30", "31/10/2027 02:30"):
        day = start[:10]
        done = client.fill(
            "/organize/sessions/new",
            {**NEW, "timezone": "Europe/Berlin", "starts_at": start, "ends_at": f"{day} 05:00"},
        )
        assert done.status_code == 422
        assert parse(done).select("#starts_at-error .mu-error")
        assert parse(done).find("input", {"name": "starts_at"})["value"] == start
    done = client.fill(
        "/organize/sessions/new",
        {**NEW, "timezone": "Europe/Berlin", "starts_at": "28/03/2027 03:30", "ends_at": "28/03/2027 05:00"},
    )
    assert done.status_code == 200
    assert one(work).starts_at.isoformat() == "2027-03-28T01:30:00+00:00"


def test_faults_of_a_session_stand_at_their_fields(client: Visitor, work: Unit, programme: str) -> None:
    wrong = {
        "title": "",
        "ends_at": "28/11/2026 06:00",
        "online_url": "javascript:alert(1)",
        "capacity": "0",
        "timezone": "Mars/Olympus",
        "registration_closes_at": "29/11/2026 07:00",
    }
    done = client.fill("/organize/sessions/new", {**NEW, **wrong})
    assert done.status_code == 422
    assert parse(done).select("#timezone-error .mu-error")
    done = client.fill("/organize/sessions/new", {**NEW, **wrong, "timezone": ""})
    for name in ("title", "ends_at", "online_url", "capacity", "registration_closes_at"):
        assert parse(done).select(f"#{name}-error .mu-error"), name
    for name, text in (("starts_at", "gestern"), ("capacity", "viele")):
        done = client.fill("/organize/sessions/new", {**NEW, name: text})
        assert done.status_code == 422
        assert parse(done).find("input", {"name": name})["value"] == text
    with work(write=False) as w:
        assert not w.db.scalar(select(func.count()).select_from(Session))


@pytest.mark.parametrize(
    "field", ["title", "topic", "starts_at", "timezone", "online_url", "capacity", "programme", "version"]
)
def test_hostile_sessions(client: Visitor, work: Unit, programme: str, field: str) -> None:
    page = client.soup("/organize/sessions/new")
    for text in HOSTILE.values():
        done = client.send(page, "/organize/sessions/new", {**NEW, field: text})
        assert done.status_code in (200, 422)
        assert "<script>alert" not in done.text


def test_fewer_seats_than_are_taken(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w)
        make_registration(w, session, 1, seats=2)
        slug = session.slug
        w.commit()
    done = client.fill(f"/organize/sessions/{slug}/edit", {"capacity": "1"})
    assert done.status_code == 422
    assert "2 chỗ được giữ" in done.text


def test_invitations(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w)
        make_registration(w, session, 9)
        path = f"/organize/sessions/{session.slug}/invitations"
        w.commit()
    rows = (
        "Mã số thuế\tTên doanh nghiệp\tNgười liên hệ\tEmail\tĐiện thoại\tNgôn ngữ\n"
        f"{tax_code(1)}\tCông ty Một\tÔng Một\tmot@example.com\t0912 345 678\tTiếng Việt\n"
        f"{tax_code(2)}\tCông ty Hai\tBà Hai\tkhông phải thư\t\t\n"
        f"{tax_code(9)}\tCông ty Chín\tÔng Chín\tchin@example.com\t\t\n"
        "\tWind Ltd\tMr Wind\twind@example.com\t+44 20 7946 0958\ttiếng Anh\n"
    )
    failed = client.fill(path, {"rows": rows})
    assert failed.status_code == 422
    assert "không phải thư" in failed.text
    row = parse(failed).select_one("table tbody tr")
    assert row.select_one("th").get_text(strip=True) == "3"
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Registration)) == 1
    done = client.fill(path, {"rows": rows, "skip_faulty": "y"})
    assert done.status_code == 200
    with work(write=False) as w:
        sent = select(Outgoing.recipient, Outgoing.locale).where(Outgoing.kind == "calendar_invitation")
        mails = w.db.execute(sent.order_by(Outgoing.id)).all()
        assert [tuple(mail) for mail in mails] == [("mot@example.com", "vi"), ("wind@example.com", "en")]
    again = client.fill(path, {"rows": rows, "skip_faulty": "y"})
    assert "3 doanh nghiệp đã được mời" in again.text


def test_invitations_from_a_file_and_rows_without_headings(client: Visitor, work: Unit) -> None:
    with work() as w:
        path = f"/organize/sessions/{make_session(w).slug}/invitations"
        w.commit()
    table = "Tên doanh nghiệp;Người liên hệ;Email\nCông ty Một;Ông Một;mot@example.com\n".encode("utf-8-sig")
    assert client.fill(path, {"file": (BytesIO(table), "moi.csv")}).status_code == 200
    assert client.fill(path, {"rows": f"{tax_code(2)};Công ty Hai;Bà Hai;hai@example.com"}).status_code == 200
    with work(write=False) as w:
        assert w.db.scalars(select(Registration.state)).all() == ["invited", "invited"]
    files = [(BytesIO(b"\x00\x01"), "x.exe"), (BytesIO(b"PK\x03\x04"), "x.xlsx")]
    for bad in ({}, {"rows": "x"}, *({"file": each} for each in files)):
        assert client.fill(path, bad).status_code == 422
    for text in HOSTILE.values():
        rows = f"Tên doanh nghiệp;Người liên hệ;Email\n{text};{text};a@example.com"
        assert client.fill(path, {"rows": rows}).status_code in (200, 422)


def test_the_table_of_registrations(client: Visitor, work: Unit, query_counter: Any) -> None:
    counts = []
    with work() as w:
        session = make_session(w, capacity=3, seats_per_enterprise=1)
        desk = f"/organize/sessions/{session.slug}/"
        w.commit()
    for numbers in (range(5), range(5, 40)):
        with work() as w:
            for number in numbers:
                make_registration(w, w.get(Session, session.id), number)
            w.commit()
        for path in (desk, f"{desk}check-in", f"{desk}attendance", "/organize/", "/organize/sessions/"):
            with query_counter() as statements:
                assert client.get(path).status_code == 200
            counts.append(len(statements))
    assert counts[:5] == counts[5:]
    waiting = client.soup(f"{desk}?show=waiting")
    assert len(waiting.select("table tbody tr")) == 37
    assert "vị trí 1" in waiting.get_text()
    assert "Mẫu 7" in client.get(f"{desk}?q=mau+7").text
    assert "Không có mục nào khớp" in client.get(f"{desk}?q=zzz").text


def test_steps_of_one_registration(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=1)
        rows = [make_registration(w, session, number) for number in range(2)]
        desk = f"/organize/sessions/{session.slug}/"
        keys = [row.id for row in rows]
        w.commit()
    client.fill(desk, form=f"/organize/registrations/{keys[0]}/cancel")
    with work(write=False) as w:
        assert [w.get(Registration, key).state for key in keys] == ["cancelled", "offered"]
    client.fill(desk, form=f"/organize/registrations/{keys[1]}/link")
    with work(write=False) as w:
        assert w.db.scalar(select(Outgoing.recipient).where(Outgoing.kind == "registration_links")) == "dn1@example.com"


def test_the_door(client: Visitor, work: Unit, clock: Any) -> None:
    with work() as w:
        session = make_session(w, capacity=3)
        row = make_registration(w, session, 1)
        away = make_registration(w, session, 2)
        door = f"/organize/sessions/{session.slug}/check-in"
        w.commit()
    clock.travel(to="2026-11-28T07:05")
    assert "Người 1.1" in client.get(f"{door}?q=nguoi 1.1").text
    assert "Người 2.1" not in client.get(f"{door}?q=nguoi 1.1").text
    client.fill(door, form=f"/organize/registrations/{row.id}/check-in")
    came = client.fill(door, {"contact_name": "Đặng Thị Đến", "name": "HTX Không Hẹn"}, form="main form.mu-form")
    assert came.status_code == 200
    full = client.fill(door, {"contact_name": "Người Sau Cùng"}, form="main form.mu-form")
    assert full.status_code == 422
    assert "Người Sau Cùng" in full.text
    nameless = client.fill(door, {"contact_name": ""}, form="main form.mu-form")
    assert nameless.status_code == 422
    assert [one.parent["id"] for one in parse(nameless).select(".mu-error")] == ["contact_name-error"], "one is enough"
    client.fill(door, form=door.replace("check-in", "absent"))
    with work(write=False) as w:
        assert w.get(Registration, row.id).state == "attended"
        assert w.get(Registration, away.id).state == "absent"
        assert w.db.scalars(select(Session.seats_taken)).one() == 3
    sheet = client.get(door.replace("check-in", "attendance")).text
    assert "Đặng Thị Đến" in sheet
    for text in HOSTILE.values():
        for field in ("contact_name", "name", "tax_code", "phone", "email", "kind"):
            answer = client.fill(door, {"contact_name": "X", field: text}, form="main form.mu-form")
            assert answer.status_code in (200, 422)


def test_programmes(client: Visitor, mount: Mount, work: Unit) -> None:
    sign_in(mount, ADMIN)
    rules = {"seats": "30", "working_days": "10", "legal_date": "05/01/2026", "legal_url": "https://x.example/a"}
    done = client.fill("/organize/programmes/new", {"name": "Cà phê doanh nhân", "launched_on": "21/11/2020", **rules})
    assert done.status_code == 200
    with work(write=False) as w:
        row = w.db.scalars(select(Programme)).one()
        assert (row.slug, row.rules) == ("ca-phe-doanh-nhan", {"seats": 30, "working_days": 10})
        assert row.legal_basis == {"date": "2026-01-05", "url": "https://x.example/a"}
    path = f"/organize/programmes/{row.slug}"
    page = client.soup(path)
    assert page.find("input", {"name": "legal_date"})["value"] == "05/01/2026"
    client.fill(path, {"name": "Tên mới"})
    late = client.send(page, path, {"name": "Tên muộn"})
    assert late.status_code == 422
    assert client.get("/organize/sessions/new").status_code == 200
    assert parse(client.get("/organize/sessions/new")).find("input", {"name": "capacity"})["value"] == "30"
    for name in ("name", "email", "timezone", "seats", "legal_url", "legal_date", "launched_on"):
        for text in HOSTILE.values():
            assert client.fill("/organize/programmes/new", {"name": "X", name: text}).status_code in (200, 422)


def test_agencies(client: Visitor, work: Unit) -> None:
    with work() as w:
        make_department(w, "STC")
        w.commit()
    done = client.fill(
        "/organize/departments/new",
        {"code": "SKHDT", "name": "Sở Kế hoạch và Đầu tư", "valid_to": "28/02/2025", "successor": "STC"},
    )
    assert done.status_code == 200
    with work(write=False) as w:
        old = w.db.scalars(select(Department).where(Department.code == "SKHDT")).one()
        assert old.successor_id == w.db.scalar(select(Department.id).where(Department.code == "STC"))
    for wrong in (
        {"code": "STC", "name": "x"},
        {"code": "a b", "name": "x"},
        {"code": "", "name": ""},
        {"code": "N", "name": "x", "valid_from": "02/01/2026", "valid_to": "01/01/2026"},
        {"code": "N", "name": "x", "successor": "NIX"},
    ):
        assert client.fill("/organize/departments/new", wrong).status_code == 422
    path = f"/organize/departments/{old.id}"
    assert client.fill(path, {"name": "Sở KH&ĐT (cũ)"}).status_code == 200
    client.fill("/organize/departments/", {"code": "dat-dai", "name": "Đất đai"}, form="/organize/departments/fields")
    client.fill("/organize/departments/", {"day": "02/01/2026", "kind": "holiday"}, form="/organize/departments/days")
    bad = client.fill("/organize/departments/", {"day": "", "kind": "holiday"}, form="/organize/departments/days")
    assert bad.status_code == 422
    with work(write=False) as w:
        assert w.db.scalars(select(Field.code)).all() == ["dat-dai"]
        assert w.db.scalars(select(CalendarOverride.kind)).all() == ["holiday"]
    for name in ("code", "name", "kind", "email", "valid_from", "successor", "version"):
        for text in HOSTILE.values():
            answer = client.fill("/organize/departments/new", {"code": "HT", "name": "X", name: text})
            assert answer.status_code in (200, 422)


def test_a_department_cannot_succeed_itself_by_a_detour(client: Visitor, work: Unit) -> None:
    with work() as w:
        one_ = make_department(w, "A")
        make_department(w, "B", successor=one_)
        key = one_.id
        w.commit()
    done = client.fill(f"/organize/departments/{key}", {"successor": "B"})
    assert done.status_code == 422
    assert parse(done).select("#successor-error .mu-error")


def test_hostile_addresses(client: Visitor, work: Unit, mount: Mount) -> None:
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    for bad in ("%00", "a%00b", "%F0%9F%A6%90", "..%2f", "%ff", "x" * 3_000):
        for path in (f"/sessions/{bad}", f"/sessions/{bad}.ics", f"/organize/sessions/{bad}/", f"/r/{bad}"):
            assert client.get(path).status_code in (404, 308), path
        sign_in(mount, ADMIN)
        assert client.get(f"/organize/programmes/{bad}").status_code in (404, 308)
        # A NUL names nothing anywhere; anything else is looked for, not found, and the page says so.
        answers = (404,) if "%00" in bad else (200,)
        for path in (
            f"/sessions/?programme={bad}",
            f"/calendar.ics?programme={bad}",
            f"/organize/sessions/{slug}/?q={bad}&show={bad}",
            f"/organize/sessions/{slug}/check-in?q={bad}",
            f"/organize/sessions/?state={bad}",
        ):
            assert client.get(path).status_code in answers, path


def test_a_copy_needs_its_day(client: Visitor, work: Unit) -> None:
    with work() as w:
        desk = f"/organize/sessions/{make_session(w).slug}/"
        w.commit()
    for text in ("", *HOSTILE.values()):
        done = client.fill(desk, {"starts_at": text}, form=f"{desk}copy")
        assert done.status_code == 422
        assert parse(done).select("#starts_at-error .mu-error")
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Session)) == 1
