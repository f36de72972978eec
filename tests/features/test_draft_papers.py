"""A department's documents go with the draft or the answer that they came with, and to nobody else."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from meetup.departments import service as departments
from meetup.issues.models import Attachment
from meetup.links import veiled
from tests.features.following import ANSWER, Province, build


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.fixture
def strict(province: Province) -> Province:
    """STC's head approves its answers."""
    with province.work() as w:
        departments.update_department(w, province.department(w, "STC"), needs_approval=True)
        w.commit()
    return province


def papers_on(person: Any, page: str) -> dict[str, str]:
    """The documents that somebody's page offers: name → address."""
    return {one.text: one["href"] for one in person.soup(page).select(".mu-files a")}


def paper(name: str) -> tuple[BytesIO, str]:
    return BytesIO(b"%PDF-1.4\n" + name.encode()), name


def test_a_drafts_documents_are_its_readers_until_it_is_sent(strict: Province) -> None:
    """Who coordinates, who leads next and the enterprise get none of a draft; with the answer all get what was sent."""
    number = strict.order(to="accepted", along=("SXD",))
    page = strict.page(number)
    words = {"text": ANSWER, "outcome": "resolved"}
    officer, head, other = strict.as_("STC"), strict.as_("head"), strict.as_("SXD")
    officer.fill(page, {**words, "attachments": paper("nhap.pdf")}, form=f"{page}/draft")
    (address,) = papers_on(officer, page).values()
    assert head.get(address).status_code == 200
    assert papers_on(other, page) == {}
    assert other.get(address).status_code == 404
    asked = officer.soup(page).select_one(f"form[action$='{page}/draft'] [name=version]")
    assert asked is not None
    officer.fill(page, {**words, "is_ready": "y"}, form=f"{page}/draft")
    head.fill(page, form=f"{page}/approve")
    assert list(papers_on(other, page)) == ["nhap.pdf"]
    own = strict.own(number)
    assert papers_on(strict.as_("nobody"), own) == {}
    strict.as_("organizer").fill(page, form=f"{page}/verify")
    ((name, given),) = papers_on(strict.as_("nobody"), own).items()
    assert name == "nhap.pdf"
    assert strict.as_("nobody").get(given).status_code == 200


def test_a_dropped_drafts_documents_are_nobodys(province: Province) -> None:
    number = province.order(to="accepted")
    page = province.page(number)
    officer = province.as_("STC")
    officer.fill(page, {"text": ANSWER, "attachments": paper("nhap.pdf")}, form=f"{page}/draft")
    (address,) = papers_on(officer, page).values()
    officer.fill(page, form=f"{page}/drop-draft")
    officer.fill(page, {"text": ANSWER, "outcome": "resolved"}, form=f"{page}/answer")
    province.as_("organizer").fill(page, form=f"{page}/verify")
    for who in ("STC", "organizer"):
        assert papers_on(province.as_(who), page) == {}
        assert province.as_(who).get(address).status_code == 404
    assert papers_on(province.as_("nobody"), province.own(number)) == {}


def test_the_enterprise_gets_the_documents_of_the_answer_that_was_verified(province: Province) -> None:
    """What was sent back because of its document is not handed out with the answer that follows."""
    number = province.order(to="accepted")
    page, own = province.page(number), province.own(number)
    officer, organizer, enterprise = (province.as_(who) for who in ("STC", "organizer", "nobody"))
    given = {"text": ANSWER, "outcome": "resolved"}
    officer.fill(page, {**given, "attachments": paper("ten-cong-ty-khac.pdf")}, form=f"{page}/answer")
    organizer.fill(page, {"reason": "Tệp nêu tên công ty khác, xin bỏ ra."}, form=f"{page}/send-back")
    assert "add again what is still right" in officer.get(page).text
    officer.fill(page, {**given, "attachments": paper("quyet-dinh.pdf")}, form=f"{page}/answer")
    organizer.fill(page, form=f"{page}/verify")
    (name,) = shown = papers_on(enterprise, own)
    assert name == "quyet-dinh.pdf"
    assert enterprise.get(shown[name]).status_code == 200
    with province.work(write=False) as w:
        first = w.db.scalars(select(Attachment).order_by(Attachment.id)).first()
        assert first is not None
        wrong = shown[name].rpartition("/")[0] + "/" + veiled(province.mount.secret, first.subject)
    assert enterprise.get(wrong).status_code == 404
    assert list(papers_on(organizer, page)) == ["ten-cong-ty-khac.pdf", "quyet-dinh.pdf"], "the staff see both"


def test_an_upgrade_finds_whose_the_documents_are(strict: Province, site: Any) -> None:
    """What is known today of each document is what the migration makes of what the version before knew."""
    words = {"text": ANSWER, "outcome": "resolved"}
    sent, dropped = strict.order(to="accepted"), strict.order(to="accepted")
    for number, name in ((sent, "gui.pdf"), (dropped, "bo.pdf")):
        page = f"{strict.page(number)}/draft"
        strict.as_("STC").fill(strict.page(number), {**words, "is_ready": "y", "attachments": paper(name)}, form=page)
    strict.as_("head").fill(strict.page(sent), form=f"{strict.page(sent)}/approve")
    strict.as_("STC").fill(strict.page(dropped), form=f"{strict.page(dropped)}/drop-draft")
    at_once = strict.order(to="accepted", lead="SXD")
    strict.as_("SXD").fill(
        strict.page(at_once), {**words, "attachments": paper("ngay.pdf")}, form=f"{strict.page(at_once)}/answer"
    )

    def known() -> list[tuple[str, int | None, int | None]]:
        with strict.work(write=False) as w:
            rows = w.db.execute(
                select(Attachment.name, Attachment.draft_id, Attachment.answer_id).order_by(Attachment.id)
            )
            return [tuple(row) for row in rows]  # type: ignore[misc]

    before = known()
    assert [(name, draft is None, answer is None) for name, draft, answer in before] == [
        ("gui.pdf", True, False),
        ("bo.pdf", False, True),
        ("ngay.pdf", True, False),
    ]
    for command in (("downgrade", "--yes", "0015_bulk"), ("upgrade",)):
        result = site.test_cli_runner().invoke(args=["meetup", "db", *command])
        assert result.exit_code == 0, result.output
    assert known() == before
