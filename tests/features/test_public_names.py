"""A person's name stands beside a published issue only while they agree to it (Law 91/2025/QH15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.enterprises.consents import record_consent, withdraw_consent
from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.enterprises.service import CONSENT_TEXTS
from meetup.issues.models import Issue
from meetup.issues.service import set_agenda
from meetup.sessions.models import Session
from tests.features.issuing import ORGANIZER, Province, Unit, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskCliRunner

    from meetup.mount import Mount
    from tests.rig.visitor import Visitor

FIRM = "Công ty Thủy sản Mẫu Một"
HIDDEN = "The sender's name is not published."
ISSUE = {"title": "Xin thuê mặt bằng chợ", "description": "Cần chỗ bán hàng."}


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


@pytest.fixture
def person(province: Province, work: Unit) -> Callable[[str], None]:
    """Makes the first enterprise one of a kind."""

    def become(kind: str) -> None:
        with work() as w:
            w.db.scalars(select(Enterprise).where(Enterprise.name == FIRM)).one().kind = kind
            w.commit()

    return become


def agree(work: Unit, purpose: str = "publication") -> None:
    with work() as w:
        record_consent(w, w.db.scalars(select(Contact).where(Contact.email == "thuy@example.com")).one(), purpose)
        w.commit()


@pytest.mark.parametrize("kind", ["household", "citizen"])
def test_only_while_they_agree(
    client: Visitor, province: Province, work: Unit, person: Callable[[str], None], runner: FlaskCliRunner, kind: str
) -> None:
    person(kind)
    number = province.raise_issue("Xin đất", visibility="public", to="published")
    page = f"/issues/{number}?lang=en"

    def is_named() -> bool:
        text = client.get(page).text
        assert (FIRM in text) != (HIDDEN in text)
        return FIRM in text

    assert not is_named()
    agree(work, "contact")
    assert not is_named()
    agree(work)
    assert is_named()
    # A page that was kept shows it no longer, at once.
    runner.invoke(args=["meetup", "privacy", "withdraw", "thuy@example.com", "publication"])
    assert not is_named()


def test_an_enterprise_keeps_its_name(client: Visitor, province: Province) -> None:
    number = province.raise_issue("Xin đất", visibility="public", to="published")
    assert FIRM in client.get(f"/issues/{number}").text


def test_what_is_anonymous_stays_so(
    client: Visitor, province: Province, work: Unit, person: Callable[[str], None]
) -> None:
    person("household")
    agree(work)
    number = province.raise_issue("Xin đất", visibility="anonymous", to="published")
    assert FIRM not in client.get(f"/issues/{number}").text


def test_the_hall_does_not_see_it_either(
    client: Visitor, province: Province, work: Unit, person: Callable[[str], None]
) -> None:
    person("household")
    number = province.raise_issue("Xin đất", visibility="public", to="accepted")
    with work() as w:
        issue = w.db.scalars(select(Issue).where(Issue.number == number)).one()
        set_agenda(w, w.get(Session, province.session), [(issue, 10)])
        w.commit()
    province.sign_in(ORGANIZER)
    hall = "/organize/sessions/ky-37/projector"
    assert "Xin đất" in client.get(hall).text and FIRM not in client.get(hall).text
    agree(work)
    assert FIRM in client.get(hall).text
    with work() as w:
        withdraw_consent(
            w, w.db.scalars(select(Contact).where(Contact.email == "thuy@example.com")).one(), "publication"
        )
        w.commit()
    assert FIRM not in client.get(hall).text


def test_the_notice_names_no_person_who_did_not_agree(
    client: Visitor, province: Province, work: Unit, person: Callable[[str], None]
) -> None:
    person("household")
    number = province.raise_issue("Xin đất", visibility="public", to="discussed")
    province.sign_in(ORGANIZER)
    paper = "/organize/sessions/ky-37/minutes"
    assert str(number) in client.get(paper).text and FIRM not in client.get(paper).text
    agree(work)
    assert FIRM in client.get(paper).text


def test_the_staff_is_told_of_the_name_in_the_text(
    client: Visitor, province: Province, work: Unit, person: Callable[[str], None]
) -> None:
    person("household")
    number = province.raise_issue(f"{FIRM} xin đất", visibility="public", to="accepted")
    province.sign_in(ORGANIZER)

    def warned() -> bool:
        found = client.soup(f"/organize/issues/{number}?lang=en").get_text(" ", strip=True)
        return "looks personal" in found

    before = warned()
    agree(work)
    assert before and not warned()


def test_choosing_the_name_on_the_form_is_the_agreement(
    client: Visitor, province: Province, work: Unit, person: Callable[[str], None]
) -> None:
    person("household")
    path = f"/r/{province.thuy}/issues/new"
    form = client.soup(f"{path}?lang=en").select_one("#issue-form")
    assert form is not None
    # Nothing is agreed to beforehand.
    assert [one["value"] for one in form.select("[name=visibility][checked]")] == ["anonymous"]
    assert "may take the agreement back" in form.get_text(" ", strip=True)

    def given() -> list[tuple[str, str, bool]]:
        with work(write=False) as w:
            rows = w.db.scalars(select(Consent).where(Consent.purpose == "publication").order_by(Consent.id))
            return [(row.text_version, row.channel, row.withdrawn_at is None) for row in rows]

    client.fill(path, ISSUE)
    assert given() == []
    once = [(CONSENT_TEXTS["publication"][0], "web", True)]
    client.fill(path, {"title": "Xin điện ba pha", "description": "x", "visibility": "public"})
    assert given() == once
    client.fill(path, {"title": "Hoàn thuế quá chậm", "description": "x", "visibility": "public"})
    assert given() == once


def test_an_enterprise_is_asked_for_no_such_agreement(client: Visitor, province: Province, work: Unit) -> None:
    client.fill(f"/r/{province.thuy}/issues/new", {**ISSUE, "visibility": "public"})
    with work(write=False) as w:
        assert w.db.scalars(select(Consent).where(Consent.purpose == "publication")).all() == []


@pytest.mark.parametrize(("chosen", "agreed"), [({}, False), ({"visibility": "public"}, True)])
def test_a_citizen_without_a_registration(
    client: Visitor, province: Province, work: Unit, chosen: dict[str, str], agreed: bool
) -> None:
    sender = {"sender_kind": "citizen", "name": "Bà Tư", "email": "tu@example.com", "consent": "y"}
    assert client.fill("/issues/new", {**ISSUE, **sender, **chosen}).request.path.startswith("/issues/sent/")
    with work(write=False) as w:
        purposes = w.db.scalars(select(Consent.purpose).order_by(Consent.id)).all()
    assert purposes == ["registration", *(["publication"] if agreed else [])]


def test_a_page_costs_one_statement_for_all_names(
    client: Visitor, province: Province, person: Callable[[str], None], query_counter: Any
) -> None:
    person("household")
    province.sign_in(ORGANIZER)

    def cost() -> int:
        with query_counter() as statements:
            assert client.get("/organize/sessions/ky-37/minutes").status_code == 200
        return sum("meetup_consent" in statement for statement in statements)

    province.raise_issue("Xin đất số 1", visibility="public", to="discussed")
    assert cost() == 1
    for title in ("Cấp điện ba pha", "Hoàn thuế quá chậm", "Đường vào kho lạnh"):
        province.raise_issue(title, visibility="public", to="discussed")
    assert cost() == 1
