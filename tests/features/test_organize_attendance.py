"""Who is invited to a session, who has registered and who comes through the door, at the organiser's desk."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.outbox.models import Outgoing
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from tests.factories import ORGANIZER, make_registration, make_session, sign_in, tax_code
from tests.features.test_registrations_form import HOSTILE
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


@pytest.fixture(autouse=True)
def signed_in(mount: Mount) -> None:
    sign_in(mount, ORGANIZER)


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
