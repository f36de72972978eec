"""Registering by the public form: what it takes, what it refuses, and what it never shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.outbox.models import Outgoing
from meetup.registrations.models import Participant, Registration
from meetup.sessions.models import Session
from tests.factories import make_registration, make_session, tax_code
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


@pytest.fixture
def slug(work: Unit) -> str:
    with work() as w:
        found = make_session(w, capacity=3).slug
        w.commit()
    return found


def typed(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "kind": "enterprise",
        "tax_code": tax_code(number),
        "name": f"Công ty TNHH Mẫu {number}",
        "contact_name": "Nguyễn Văn An",
        "email": f"dn{number}@example.com",
        "phone": "0290 000 0001",
        "participants-0-name": "Nguyễn Văn An",
        "participants-0-position": "Giám đốc",
        "participants-1-name": "Trần Thị Ba",
        "consent": "y",
        **more,
    }


def stored(work: Unit) -> tuple[int, ...]:
    with work(write=False) as w:
        models = (Enterprise, Contact, Registration, Participant, Consent, Outgoing)
        return tuple(w.db.scalar(select(func.count()).select_from(model)) or 0 for model in models)


def test_a_seat_at_once(client: Visitor, work: Unit, slug: str) -> None:
    page = client.soup(f"/sessions/{slug}/register")
    for name in ("consent", "consent_publication", "consent_contact", "consent_photo"):
        assert not page.find("input", {"name": name}).has_attr("checked")
    done = client.fill(f"/sessions/{slug}/register", typed(consent_contact="y"))
    assert done.status_code == 200
    assert done.request.path == f"/sessions/{slug}/registered"
    assert "Đã giữ 2 chỗ" in done.text
    assert "/r/" not in done.text.replace('href="/r/"', "")
    with work(write=False) as w:
        row = w.db.scalars(select(Registration)).one()
        assert (row.state, row.seats, row.source) == ("confirmed", 2, "web")
        consents = w.db.scalars(select(Consent).order_by(Consent.id)).all()
        assert [one.purpose for one in consents] == ["registration", "contact"]
        assert consents[0].text_version
        assert consents[0].given_at == w.now
        contact = w.db.scalars(select(Contact)).one()
        assert (contact.phone, contact.email) == ("+842900000001", "dn1@example.com")


def test_the_contact_comes_alone_if_nobody_is_named(client: Visitor, work: Unit, slug: str) -> None:
    alone = {"participants-0-name": "", "participants-0-position": "", "participants-1-name": None}
    client.fill(f"/sessions/{slug}/register", typed(**alone))
    with work(write=False) as w:
        assert w.db.scalars(select(Participant.name)).all() == ["Nguyễn Văn An"]


def test_sent_twice_is_one_row_and_one_seat(client: Visitor, work: Unit, slug: str) -> None:
    page = client.soup(f"/sessions/{slug}/register")
    for _ in range(2):
        done = client.send(page, f"/sessions/{slug}/register", typed())
        assert done.status_code == 200
        assert "Đã nhận đăng ký" in done.text
    with work(write=False) as w:
        assert w.db.scalars(select(Registration.state)).all() == ["confirmed"]
        assert w.db.scalars(select(Session.seats_taken)).one() == 2


def test_a_stranger_learns_nothing_from_registering_again(site: Any, client: Visitor, work: Unit, slug: str) -> None:
    client.fill(f"/sessions/{slug}/register", typed())
    stranger = site.test_client()
    done = stranger.fill(f"/sessions/{slug}/register", typed(email="stranger@example.org", contact_name="Kẻ lạ"))
    assert done.status_code == 200
    assert "Đã nhận đăng ký" in done.text
    assert "dn1@example.com" not in done.text
    with work(write=False) as w:
        assert w.db.scalars(select(Contact.email)).all() == ["dn1@example.com"]
        last = w.db.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(1)).one()
        assert (last.kind, last.recipient) == ("registration_found", "dn1@example.com")


def test_without_a_tax_code_the_address_tells(client: Visitor, work: Unit, slug: str) -> None:
    for _ in range(2):
        client.fill(f"/sessions/{slug}/register", typed(kind="investor", tax_code="", name="Gió Biển Pte Ltd"))
    with work(write=False) as w:
        assert w.db.scalars(select(Registration.state)).all() == ["confirmed"]


def test_a_full_session_gives_a_place_in_the_line(client: Visitor, site: Any, work: Unit, slug: str) -> None:
    client.fill(f"/sessions/{slug}/register", typed(1))
    done = site.test_client().fill(f"/sessions/{slug}/register", typed(2))
    assert "danh sách chờ: 1" in done.text


def test_every_fault_at_its_field_and_nothing_stored(client: Visitor, work: Unit, slug: str) -> None:
    before = stored(work)
    done = client.fill(
        f"/sessions/{slug}/register",
        typed(
            tax_code="9999900014",
            name="",
            contact_name="",
            email="kein mail",
            phone="123",
            consent=None,
            **{"participants-0-name": "", "participants-2-name": "Ba"},
        ),
    )
    assert done.status_code == 422
    page = parse(done)
    for name in ("tax_code", "name", "contact_name", "email", "phone", "consent"):
        assert page.select(f"#{name}-error .mu-error"), name
    assert page.select_one("#participants-0-name-error .mu-error")
    assert page.find("input", {"name": "email"})["value"] == "kein mail"
    assert page.find("input", {"name": "participants-2-name"})["value"] == "Ba"
    assert page.find("input", {"name": "participants-0-position"})["value"] == "Giám đốc"
    assert page.title.text.startswith("Lỗi")
    assert stored(work) == before


def test_more_people_than_allowed(client: Visitor, work: Unit, slug: str) -> None:
    done = client.fill(f"/sessions/{slug}/register", typed(**{"participants-2-name": "Ba"}))
    assert done.status_code == 422
    assert "được cử 2 người" in done.text


def test_rows_without_scripts(client: Visitor, work: Unit, slug: str) -> None:
    path = f"/sessions/{slug}/register"
    done = client.fill(path, {"name": "Công ty Một", "add": "1"})
    assert done.status_code == 200
    page = parse(done)
    assert page.find("input", {"name": "participants-1-name"})
    assert page.find("input", {"name": "name"})["value"] == "Công ty Một"
    assert not page.select(".mu-error")
    assert stored(work) == (0,) * 6


HOSTILE = {
    "empty": "",
    "overlong": "á" * 5_000,
    "script": "<script>alert(1)</script>\"'><img src=x>",
    "sql": "'; DROP TABLE meetup_registration; --",
    "crlf": "a\r\nBcc: all@example.com\r\n\r\nhi",
    "emoji": "Công ty 🦐🦀 𝕌𝕟𝕚𝕔𝕠𝕕𝕖",
    "combining": "Co\u0302ng ty Đa\u0302\u0301t" + "\u0301" * 200,
    "rtl": "\u202egnp.exe\u202c \u0645\u0631\u062d\u0628\u0627",
    "nul": "a\x00b\x1b[31m",
    "number": "9" * 400,
}
FIELDS = (
    "kind",
    "tax_code",
    "name",
    "sector",
    "contact_name",
    "email",
    "phone",
    "language",
    "response",
    "participants-0-name",
    "participants-0-position",
    "consent",
)


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_input(client: Visitor, work: Unit, slug: str, field: str) -> None:
    path = f"/sessions/{slug}/register"
    page = client.soup(path)
    for name, text in HOSTILE.items():
        before = stored(work)
        done = client.send(page, path, typed(**{"kind": "investor", "tax_code": "", field: text}))
        assert done.status_code in (200, 422), (field, name, done.status_code)
        assert "<script>alert" not in done.text
        if done.status_code == 422:
            assert stored(work) == before, (field, name)
            assert parse(done).select(".mu-error, .mu-summary li"), (field, name)
    with work(write=False) as w:
        for text in w.db.scalars(select(Enterprise.name)):
            assert not set(text) & set("\r\n\x00\x1b\u202e")
        for mail in w.db.scalars(select(Outgoing)):
            assert not set(mail.recipient_name + mail.recipient) & set("\r\n")


def test_repeated_and_unknown_fields(client: Visitor, work: Unit, slug: str) -> None:
    path = f"/sessions/{slug}/register"
    done = client.fill(path, typed(name=["Công ty Một", "Công ty Hai"], email=["a@example.com", "b@example.com"]))
    assert done.status_code == 200
    with work(write=False) as w:
        assert w.db.scalars(select(Contact.email)).all() == ["a@example.com"]
    for count, code in ((200, 422), (3_000, 413)):
        many = {f"participants-{place}-name": "x" for place in range(count)}
        assert client.fill(path, typed(2, **many)).status_code == code


def test_no_token_no_registration(client: Visitor, work: Unit, slug: str) -> None:
    answer = client.post(f"/sessions/{slug}/register", data=typed())
    assert answer.status_code == 400
    assert stored(work) == (0,) * 6


def test_the_window(client: Visitor, work: Unit, clock: Any, slug: str) -> None:
    page = client.soup(f"/sessions/{slug}/register")
    clock.travel(to="2026-11-28T07:00")
    assert "đóng đăng ký" in client.get(f"/sessions/{slug}/register").text
    late = client.send(page, f"/sessions/{slug}/register", typed())
    assert late.status_code == 409
    assert stored(work) == (0,) * 6


def test_private_and_drafted_sessions_are_not_there(client: Visitor, work: Unit) -> None:
    with work() as w:
        private = make_session(w, is_private=True, topic="Riêng").slug
        drafted = make_session(w, published=False, topic="Nháp").slug
        w.commit()
    for slug in (private, drafted, "nothing"):
        for path in (f"/sessions/{slug}", f"/sessions/{slug}/register", f"/sessions/{slug}.ics"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize("settings", [{"MEETUP_RATE_LIMITS": True}])
def test_one_address_registers_only_so_often(client: Visitor, work: Unit, slug: str) -> None:
    page = client.soup(f"/sessions/{slug}/register")
    codes = [client.send(page, f"/sessions/{slug}/register", typed(name="")).status_code for _ in range(25)]
    assert codes[0] == 422
    assert codes[-1] == 429


def test_invited_by_the_public_form(client: Visitor, site: Any, work: Unit) -> None:
    from tests.factories import make_invitation

    with work() as w:
        session = make_session(w)
        make_invitation(w, session, 5)
        slug = session.slug
        w.commit()
    site.test_client().fill(f"/sessions/{slug}/register", typed(5, email="other@example.org"))
    with work(write=False) as w:
        assert w.db.scalars(select(Registration.state)).all() == ["invited"]
    client.fill(f"/sessions/{slug}/register", typed(5))
    with work(write=False) as w:
        assert w.db.scalars(select(Registration.state)).all() == ["confirmed"]


def test_registered_again_after_cancelling(client: Visitor, work: Unit) -> None:
    from meetup.registrations import service

    with work() as w:
        session = make_session(w)
        service.cancel(w, make_registration(w, session, 1))
        slug = session.slug
        w.commit()
    client.fill(f"/sessions/{slug}/register", typed(1))
    with work(write=False) as w:
        rows = w.db.scalars(select(Registration).order_by(Registration.id)).all()
        assert [row.state for row in rows] == ["cancelled", "confirmed"]
        # SEQUENCE never falls for this person: 0, the cancellation 1, then at least 1.
        assert rows[1].calendar_sequence is not None
        assert rows[1].calendar_sequence >= 1
