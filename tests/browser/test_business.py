"""A business's tasks in a browser, by phone and at a desk: found, registered, asked, followed, confirmed (issue 5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from meetup.registrations.models import Registration
from tests.factories import sign_in, tax_code
from tests.features import issuing
from tests.features.following import Province, build, run_worker

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.factories import Unit
    from tests.rig.mail import Mail, SmtpServer

Shoot = Callable[["Page", str], Path]
Axe = Callable[["Page"], list[str]]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    """Work under way, and nobody signed in."""
    made = build(site, mount, work)
    sign_in(mount, None)
    return made


@pytest.fixture
def heard(mount: Any, work: Any) -> issuing.Province:
    """A session with two enterprises whose links are known."""
    return issuing.build(mount, work)


def link_in(mail: Mail, part: str) -> str:
    """The link of a mail whose address has `part` in it."""
    return next(one for one in re.findall(r"https?://[^\s>)\"]+", mail.text) if part in one)


def test_from_the_announcement_to_a_seat_and_a_calendar(
    province: Province, page: Page, work: Unit, shoot: Shoot, axe: Axe, smtp: SmtpServer, site: Any
) -> None:
    page.goto("/sessions/ky-1")
    ways = page.get_by_role("link", name=re.compile("Google|Outlook|Apple|ics"))
    assert {"calendar.google.com", "outlook.live.com"} <= {
        re.sub(r"https?://([^/]+).*", r"\1", one.get_attribute("href") or "") for one in ways.all()
    }
    shoot(page, f"business-session-{_width(page)}")
    page.get_by_role("link", name=re.compile("Đăng ký")).locator("visible=true").first.click()
    page.wait_for_url("**/register")
    form = page.locator("main form").first
    form.locator("[name=tax_code]").fill(tax_code(8))
    form.locator("[name=name]").fill("Công ty Một Phút")
    form.locator("[name=contact_name]").fill("Lê Thị Nhanh")
    form.locator("[name=email]").fill("nhanh@example.com")
    form.locator("[name=phone]").fill("0912 345 678")
    form.locator("[name=consent]").check()
    shoot(page, f"business-register-{_width(page)}")
    assert axe(page) == []
    form.locator("button[type=submit]:not([name])").last.click()
    page.wait_for_url("**/registered**")
    with work(write=False) as w:
        assert w.db.query(Registration).filter_by(state="confirmed").count() == 2
    run_worker(site)
    invitation = smtp.last("nhanh@example.com")
    assert [part for part in invitation.walk() if part.get_content_type() == "text/calendar"]
    page.goto(link_in(invitation, "/r/"))
    assert "Công ty Một Phút" in page.locator("h1").inner_text()
    shoot(page, f"business-own-{_width(page)}")
    assert axe(page) == []


def test_what_was_answered_before_is_shown_while_the_title_is_typed(
    heard: issuing.Province, page: Page, shoot: Shoot, axe: Axe
) -> None:
    number = heard.raise_issue("Thuê đất mở rộng kho lạnh", to="published")
    heard.sign_in(None)
    page.goto(f"/r/{heard.mai}/issues/new")
    # Without a single diacritic.
    page.locator("[name=title]").press_sequentially("thue dat kho lanh")
    found = page.locator("#similar a").first
    found.wait_for()
    assert "Thuê đất mở rộng kho lạnh" in page.locator("#similar").inner_text()
    assert (found.get_attribute("href") or "").endswith(f"/issues/{number}")
    box = page.locator("#similar").bounding_box()
    assert box is not None
    assert box["height"] < 300, "what was found is not lost in an empty page"
    shoot(page, f"business-similar-{_width(page)}")
    assert axe(page) == []


def test_where_my_issues_stand_in_one_line_each(heard: issuing.Province, page: Page, shoot: Shoot) -> None:
    waiting = heard.raise_issue("Cầu cảng")
    taken = heard.raise_issue("Thuê đất", to="accepted")
    heard.sign_in(None)
    page.goto(f"/r/{heard.thuy}")
    for number, words in ((waiting, "Mới gửi"), (taken, "Sở Nông nghiệp và Môi trường")):
        line = page.locator(f"a[href$='/issues/{number}']").locator("xpath=ancestor::article | ancestor::li").first
        assert words in line.inner_text(), line.inner_text()
    shoot(page, f"business-where-{_width(page)}")


@pytest.mark.parametrize("solved", [True, False], ids=["solved", "not solved"])
def test_the_last_word_is_one_tap_away_from_the_mail(
    province: Province, page: Page, shoot: Shoot, axe: Axe, smtp: SmtpServer, site: Any, solved: bool
) -> None:
    number = province.order(to="verified")
    run_worker(site)
    page.goto(link_in(smtp.last("an@mot.example"), "/follow-ups/"))
    # A mail scanner that follows the link changes nothing.
    assert province.row(number).state == "verified"
    shoot(page, f"business-verdict-{_width(page)}")
    assert axe(page) == []
    if solved:
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile("^4")).click()
        row = province.row(number)
        assert (row.state, row.closing, row.satisfaction) == ("closed", "confirmed", 4)
    else:
        page.locator("#reopen summary").click()
        page.locator("#reopen [name=reason]").fill("Tiền hoàn vẫn chưa về tài khoản.")
        with page.expect_navigation():
            page.locator("#reopen button[type=submit]").click()
        assert province.row(number).state == "reopened"


def test_a_comment_waits_for_moderation_and_no_address_is_shown(
    heard: issuing.Province, page: Page, shoot: Shoot, axe: Axe
) -> None:
    number = heard.raise_issue("Thuê đất mở rộng kho lạnh", to="published")
    heard.sign_in(None)
    page.goto(f"/issues/{number}")
    form = page.locator(f"form[action*='/issues/{number}/comments']")
    form.locator("[name=name]").fill("Phạm Văn Đọc")
    form.locator("[name=email]").fill("doc@example.com")
    form.locator("[name=body]").fill("Chúng tôi cũng chờ như vậy.")
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    assert "cũng chờ như vậy" not in page.locator("main").inner_text()
    shoot(page, f"business-comment-{_width(page)}")
    heard.sign_in(issuing.ORGANIZER)
    page.goto("/organize/comments/")
    assert "cũng chờ như vậy" in page.locator("main").inner_text()
    with page.expect_navigation():
        page.locator("form[action*='approve'] button").first.click()
    heard.sign_in(None)
    page.goto(f"/issues/{number}")
    assert "cũng chờ như vậy" in page.locator("main").inner_text()
    assert "doc@example.com" not in page.content()
    assert axe(page) == []


def _width(page: Page) -> int:
    return (page.viewport_size or {"width": 0})["width"]
