"""By keys alone: what a business, a secretary, a door and a department do all day; and pages at twice the size."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from meetup.followups.models import FollowUp
from meetup.issues import service as issues
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import sign_in, tax_code
from tests.features.following import Province, build, staff

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

#: Nobody presses a key so often to come to a field.
MOST_TABS = 120


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


class Keys:
    """A page, and nothing but a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> Keys:
        """Open an address."""
        self.page.goto(path)
        return self

    def to(self, selector: str) -> Keys:
        """Press Tab until what `selector` says has the focus, and can be seen to have it."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                outlined = "getComputedStyle(document.activeElement)"
                seen = self.page.evaluate(f"{outlined}.outlineStyle !== 'none' || {outlined}.boxShadow !== 'none'")
                assert seen, f"{selector} does not show that it has the focus"
                return self
        raise AssertionError(f"no key leads to {selector}")

    def type(self, selector: str, text: str) -> Keys:
        """Come to a field and type."""
        self.to(selector)
        self.page.keyboard.type(text)
        return self

    def press(self, selector: str, key: str = "Enter") -> Keys:
        """Come to a button or a link that leads to a page, and press it."""
        self.to(selector)
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)
        return self

    def mark(self, selector: str) -> Keys:
        """Come to a box, or to what opens and closes, and press it."""
        self.to(selector)
        self.page.keyboard.press("Space")
        return self


def test_a_business_registers(province: Province, page: Page, work: Any) -> None:
    sign_in(province.mount, None)
    with work(write=False) as w:
        slug = w.get(Session, province.session).slug
    keys = Keys(page).go(f"/sessions/{slug}").press("main a[href$='/register']")
    # Sent empty: the focus is where the faults are told, and each field is told its own.
    page.locator("main form button[type=submit]").last.evaluate("button => button.closest('form').noValidate = true")
    keys.press("main form button[type=submit]:not([name])")
    page.wait_for_selector(".mu-summary")
    assert page.evaluate("document.activeElement.matches('.mu-summary')"), "the faults are not read out"
    assert page.locator(".mu-summary").get_attribute("role") == "alert"
    for name in ("tax_code", "contact_name"):
        field = page.locator(f"[name={name}]")
        if field.get_attribute("aria-invalid") == "true":
            told = field.get_attribute("aria-describedby") or ""
            assert any(page.locator(f"#{one}").count() for one in told.split()), name
    keys.type("[name=tax_code]", tax_code(7)).type("form [name=name]", "Công ty Bàn Phím")
    keys.type("[name=contact_name]", "Trần Thị Phím").type("[name=email]", "phim@example.com")
    keys.type("[name=phone]", "0912345678")
    keys.mark("[name=consent]")
    keys.press("main form button[type=submit]:not([name])")
    page.wait_for_url("**/registered**")
    with work(write=False) as w:
        assert w.db.query(Registration).count() == 2


def test_a_department_takes_on_and_answers(province: Province, page: Page) -> None:
    number = province.order()
    sign_in(province.mount, province.actor("STC"))
    path = province.page(number)
    keys = Keys(page).go("/department/").press(f"main a[href$='{path}']")
    keys.press(f"form[action$='{path}/accept'] button[type=submit]")
    assert province.row(number).state == "accepted"
    keys.go(path)
    if not page.locator(f"form[action$='{path}/answer'] [name=text]").is_visible():
        keys.mark(f"details:has(form[action$='{path}/answer']) > summary")
    keys.mark(f"form[action$='{path}/answer'] [name=outcome]")
    keys.type(f"form[action$='{path}/answer'] [name=text]", "Đã hoàn thuế vào tài khoản ngày 20/11/2026.")
    keys.type(f"form[action$='{path}/answer'] [name=legal_references]", "Luật Quản lý thuế 38/2019/QH14")
    keys.press(f"form[action$='{path}/answer'] button[type=submit]")
    row: FollowUp = province.row(number)
    assert row.state == "answered"


def test_a_secretary_takes_a_conclusion_down(province: Province, page: Page, work: Any, clock: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        issue = province.issue(w, "Giá điện")
        session = w.get(Session, province.session)
        issues.set_agenda(w, session, [(issue, 20)])
        clock_to = session.starts_at
        slug, key = session.slug, issue.id
        w.commit()
    clock.travel(to=clock_to)
    with province.work(province.actor("organizer")) as w:
        sessions.hold(w, w.get(Session, province.session))
        w.commit()
    sign_in(province.mount, province.actor("organizer"))
    keys = Keys(page).go(f"/organize/sessions/{slug}/live")
    if not page.locator("[name=lines]").count():
        keys.press("form[action$='/stage'] button")
    keys.type("main textarea[name=text]", "Giao Sở Tài chính trả lời.")
    keys.type("main textarea[name=lines]", "STC 10 ngày làm việc: hướng dẫn hồ sơ")
    keys.press("form:has([name=lines]) button[type=submit]:not([formaction])")
    with province.work(write=False) as w:
        found = w.db.query(FollowUp).filter(FollowUp.issue_id == key).all()
        assert [one.task for one in found] == ["hướng dẫn hồ sơ"]


#: Pages of everyone: who reads it, and its address.
SHOWN = {
    "/": "",
    "/sessions/{slug}": "",
    "/sessions/{slug}/register": "",
    "/issues/": "",
    "/results/": "",
    "/organize/": "organizer",
    "/organize/sessions/{slug}/": "organizer",
    "/organize/issues/": "organizer",
    "/department/": "STC",
    "/leader/": "leader",
}


@pytest.mark.parametrize("width", [640, 320])
def test_at_twice_and_four_times_the_size_nobody_scrolls_sideways(
    province: Province, new_page: Callable[..., Page], work: Any, width: int
) -> None:
    """1280 px at 200 % are 640; at 400 % they are 320 (WCAG 1.4.4, 1.4.10)."""
    province.order("Hoàn thuế giá trị gia tăng đầu vào xuất khẩu")
    with work(write=False) as w:
        slug = w.get(Session, province.session).slug
    page = new_page(width)
    province.door.people.setdefault("leader", staff("leader"))
    for address, who in SHOWN.items():
        sign_in(province.mount, province.actor(who) if who else None)
        page.goto(address.format(slug=slug))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px wider than {width}"
