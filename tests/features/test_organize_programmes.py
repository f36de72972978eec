"""Programmes and agencies at the organiser's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from meetup.departments.models import CalendarOverride, Department, Field
from meetup.programmes.models import Programme
from tests.factories import ADMIN, ORGANIZER, make_department, sign_in
from tests.features.test_registrations_form import HOSTILE
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


@pytest.fixture(autouse=True)
def signed_in(mount: Mount) -> None:
    sign_in(mount, ORGANIZER)


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
