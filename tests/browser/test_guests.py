"""A session's guests: invited by the hundred while one looks on, checked in by name, and on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.enterprises.models import Enterprise
from meetup.registrations.models import Participant, Registration
from meetup.sessions.models import Session
from tests.browser.hands import come, follow, is_in_sight, press
from tests.factories import make_registration, tax_code
from tests.features.following import Province, build, run_worker

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Shoot = Callable[["Page", str], Path]
Axe = Callable[["Page"], list[str]]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]

DESK = "/organize/sessions/ky-1/"


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def test_many_invitations_are_followed_until_they_are_through(
    province: Province, page: Page, smtp: Any, clock: Any, site: Any, shoot: Shoot, axe: Axe
) -> None:
    come(page, "organizer", DESK)
    follow(page.get_by_role("main"), "Gửi thư mời")
    lines = (f"{tax_code(one)};Công ty Mẫu {one};Ông {one};dn{one}@example.com" for one in range(20, 50))
    page.get_by_label("Dán các dòng vào đây").fill(
        "\n".join(("Mã số thuế;Tên doanh nghiệp;Người liên hệ;Email", *lines))
    )
    shoot(page, "guests-invited")
    press(page.get_by_role("main"), "Gửi thư mời")
    follow(page.get_by_role("main"), "Xem tiến độ gửi")
    far = page.get_by_role("progressbar", name="Đã xử lý 0 trên 30 thư.")
    assert far.is_visible()
    assert axe(page) == []
    shoot(page, "guests-batch-begun")
    page.evaluate("window.untouched = true")

    # One address does not exist; six are asked to wait by their server. The page hears of it by itself.
    smtp.answer_next("RCPT", "550 5.1.1 no such user")
    smtp.answer_next("RCPT", "451 4.7.1 later", times=6)
    run_worker(site)
    page.get_by_role("progressbar", name="Đã xử lý 24 trên 30 thư.").wait_for()
    assert number(page, "Đã gửi") == "23"
    assert number(page, "Đang chờ gửi") == "6"
    assert number(page, "Không gửi được") == "1"
    assert axe(page) == []
    shoot(page, "guests-batch-under-way")

    clock.travel(hours=1)
    run_worker(site)
    page.get_by_role("progressbar", name="Đã xử lý xong cả 30 thư.").wait_for()
    assert number(page, "Đã gửi") == "29"
    assert len(smtp.messages) == 29
    assert page.evaluate("window.untouched"), "the page was loaded anew"
    # Through: it asks no more.
    assert page.locator("[data-mu-follow]").count() == 0
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2_500)
    assert asked == []
    assert axe(page) == []
    shoot(page, "guests-batch-through")
    # From the number to what could not be sent.
    follow(page.get_by_role("main"), "1")
    assert page.get_by_role("main").get_by_role("rowgroup").last.get_by_role("row").count() == 1
    shoot(page, "guests-not-sent")


def number(page: Page, words: str) -> str:
    return page.locator("#batch dl > div").filter(has_text=words).locator("dd").inner_text()


@pytest.fixture
def morning(province: Province, clock: Any) -> Province:
    """Three enterprises are expected, and it is the morning."""
    with province.work() as w:
        session = w.get(Session, province.session)
        make_registration(w, session, 20, seats=2)
        make_registration(w, session, 21)
        names = {"Người 21.1": "Đặng Thị Hường", "Người 20.1": "Trần Quốc Đạt"}
        for person in w.db.scalars(select(Participant).where(Participant.name.in_(names))):
            person.name = names[person.name]
        w.commit()
    clock.travel(to="2026-11-14T08:45")
    return province


def came(province: Province) -> list[str]:
    """Who is there, by enterprise."""
    with province.work(write=False) as w:
        rows = w.db.scalars(select(Registration).where(Registration.state == "attended").order_by(Registration.id))
        return [w.get(Enterprise, row.enterprise_id).name for row in rows]


def test_by_name_without_a_diacritic_and_whoever_else_comes(
    morning: Province, page: Page, shoot: Shoot, axe: Axe
) -> None:
    come(page, "organizer", DESK)
    follow(page.get_by_role("main"), "Điểm danh")
    box = page.get_by_label("Tên, doanh nghiệp hoặc mã")
    # The list is long and the guest is waiting: one types at once.
    assert box.evaluate("one => one === document.activeElement")
    page.keyboard.type("dang thi huong")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    (found,) = page.get_by_role("main").get_by_role("article").all()
    assert "Đặng Thị Hường" in found.inner_text()
    here = found.get_by_role("button", name="Có mặt")
    assert is_in_sight(here)
    assert axe(page) == []
    shoot(page, "guests-found-by-name")
    press(found, "Có mặt")
    assert came(morning) == ["Công ty TNHH Mẫu 21"]
    assert "1/3" in page.get_by_role("main").inner_text()

    # Somebody whom nobody expected.
    beside = page.get_by_role("complementary").filter(has_text="Khách đến không báo trước")
    press(beside, "Điểm danh")
    (fault,) = beside.locator(".mu-error").all()
    assert fault.is_visible()
    beside.get_by_label("Họ và tên").fill("Lê Văn Ghé")
    beside.get_by_label("Doanh nghiệp").fill("HTX Không Hẹn")
    assert axe(page) == []
    shoot(page, "guests-walk-in")
    press(beside, "Điểm danh")
    assert came(morning) == ["Công ty TNHH Mẫu 21", "HTX Không Hẹn"]
    assert "2/4" in page.get_by_role("main").inner_text()
    shoot(page, "guests-checked-in")


def on_paper(page: Page) -> Locator:
    """What the printer gets of the page; nothing of it is cut off at the right."""
    page.emulate_media(media="print")
    for button in page.get_by_role("banner").get_by_role("button").all():
        assert button.is_hidden()
    page.set_viewport_size({"width": 1123, "height": 794})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1123
    assert len(page.pdf(prefer_css_page_size=True)) > 5_000
    return page.locator("#content")


def test_the_attendance_list_and_the_badges_on_paper(morning: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    size = page.viewport_size
    assert size
    for words, picture in (("In danh sách", "list"), ("Thẻ đeo", "badges")):
        come(page, "organizer", f"{DESK}check-in")
        follow(page.get_by_role("main"), words)
        assert page.get_by_role("banner").get_by_role("link", name="Quay lại").is_visible()
        assert axe(page) == []
        shoot(page, f"guests-{picture}")
        sheet = on_paper(page)
        for name in ("Đặng Thị Hường", "Trần Quốc Đạt", "Người 20.2", "Công ty TNHH Mẫu 21"):
            assert name in sheet.inner_text()
        shoot(page, f"guests-{picture}-on-paper-for-{size['width']}")
        page.emulate_media(media="screen")
        page.set_viewport_size(size)
    assert sheet.locator(".badge svg").count() == 3
