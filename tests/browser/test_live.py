"""A session that is under way: what the secretary presses, and what the hall sees of it by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.followups.models import FollowUp
from meetup.issues import service as issues
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.browser.hands import come, press
from tests.features.following import Province, build

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Shoot = Callable[["Page", str], Path]
Axe = Callable[["Page"], list[str]]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]

LIVE = "/organize/sessions/ky-1/live"
#: Seconds between the secretary's press and the hall's page.
SOON = 2.0

OPEN, SECRET, NAMELESS = "Hoàn thuế GTGT chậm", "Cán bộ thuế gợi ý quà", "Giấy phép xây dựng kho"
#: What is in no case seen on a wall.
CONFIDENTIAL = (SECRET, "Lời kín của chủ tọa", "xác minh kín")


@pytest.fixture
def province(site: Any, mount: Any, work: Any, clock: Any) -> Province:
    """A session that has begun, with three issues on its agenda."""
    made = build(site, mount, work)
    with work(made.actor("organizer")) as w:
        session = w.get(Session, made.session)
        rows = [made.issue(w, title) for title in (OPEN, SECRET, NAMELESS)]
        rows[1].visibility, rows[2].visibility = "confidential", "anonymous"
        issues.set_agenda(w, session, [(row, 10) for row in rows])
        w.commit()
    clock.travel(to="2026-11-14T09:00")
    with work(made.actor("organizer")) as w:
        sessions.hold(w, w.get(Session, made.session))
        w.commit()
    return made


@pytest.fixture
def hall(province: Province, new_page: Callable[..., Page], viewport: int) -> Page:
    """The projector's page, in another browser, opened once and not touched again."""
    wall = new_page(viewport)
    come(wall, "organizer", LIVE.replace("live", "projector"))
    wall.evaluate("window.untouched = true")
    return wall


def on_the_wall(hall: Page, words: str) -> Locator:
    return hall.locator("#content h1").filter(has_text=words)


def test_issue_after_issue_with_the_hall_looking_on(
    province: Province, page: Page, hall: Page, clock: Any, shoot: Shoot, axe: Axe
) -> None:
    took: dict[str, float] = {}

    def told(what: str, button: Locator, seen: Locator) -> None:
        """Press, and measure until the hall sees it."""
        pressed = time.monotonic()
        with page.expect_navigation():
            button.click()
            seen.wait_for()
            took[what] = time.monotonic() - pressed

    # For the pictures' sake: a stopwatch of the day, not of the years between the two clocks.
    page.clock.install(time=clock.now)
    come(page, "organizer", LIVE)
    assert axe(page) == []
    shoot(page, "live-before")
    assert on_the_wall(hall, "Cà phê kỳ đầu").is_visible()
    nxt = page.get_by_role("main").get_by_role("button", name="Tiếp theo: ")
    assert OPEN in nxt.inner_text()
    told("first", nxt, on_the_wall(hall, OPEN))
    assert "Công ty TNHH Thủy sản Mẫu Một" in hall.locator("main").inner_text()
    assert axe(page) == []
    assert axe(hall) == []
    shoot(page, "live-on-stage")
    shoot(hall, "live-hall-on-stage")

    # What was concluded; a slip in the line is said at its field, and what was typed stays.
    page.get_by_label("Kết luận của chủ trì").fill("Giao Sở Tài chính hướng dẫn doanh nghiệp.")
    line = page.get_by_label("Giao việc, mỗi việc một dòng")
    line.fill("SỞTC 10 ngày làm việc: hướng dẫn hồ sơ")
    press(page.get_by_role("main"), "Ghi kết luận")
    assert page.locator("#conclusion-lines-error .mu-error").is_visible()
    assert line.input_value() == "SỞTC 10 ngày làm việc: hướng dẫn hồ sơ"
    assert axe(page) == []
    shoot(page, "live-slip")
    line.fill("STC 10 ngày làm việc: hướng dẫn hồ sơ")
    told(
        "concluded",
        page.get_by_role("button", name="Ghi kết luận"),
        hall.locator("footer").filter(has_text="Đã trao đổi 1 trên 3 kiến nghị"),
    )
    said = page.get_by_role("main").inner_text()
    assert "Sở Tài chính: hướng dẫn hồ sơ" in said
    assert "01/12/2026" in said
    with province.work(write=False) as w:
        (ordered,) = w.db.scalars(select(FollowUp)).all()
        assert (ordered.lead_department_id, ordered.due_on) == (province.departments["STC"], date(2026, 12, 1))
    shoot(page, "live-concluded")

    # The next one is nobody's business but the office's: a number on the wall, no more.
    assert SECRET in nxt.inner_text()
    told("secret", nxt, on_the_wall(hall, "Kiến nghị không công khai"))
    page.get_by_label("Kết luận của chủ trì").fill("Lời kín của chủ tọa.")
    line.fill("THUE 5 ngày làm việc: xác minh kín")
    shoot(hall, "live-hall-secret")
    told(
        "secret concluded",
        page.get_by_role("button", name="Ghi kết luận"),
        hall.locator("footer").filter(has_text="Đã trao đổi 2 trên 3 kiến nghị"),
    )
    wall = hall.content()
    assert not [words for words in CONFIDENTIAL if words in wall]
    assert "Thủy sản Mẫu Một" not in hall.locator("main section").first.inner_text()
    assert "Lời kín của chủ tọa." in page.get_by_role("main").inner_text(), "the secretary does see it"

    # The last one's enterprise wants no name; then the stage is cleared.
    told("nameless", nxt, on_the_wall(hall, NAMELESS))
    assert "Thủy sản Mẫu Một" not in hall.content()
    told(
        "cleared",
        page.get_by_role("main").get_by_role("button", name="Xóa trình chiếu"),
        hall.locator("main").filter(has_text="Nghỉ giải lao"),
    )
    assert hall.evaluate("window.untouched"), "the page was loaded anew"
    assert {what: seconds for what, seconds in took.items() if seconds > SOON} == {}, took
    shoot(hall, "live-hall-cleared")


def test_the_stopwatch_runs_and_says_when_the_time_is_over(
    province: Province, page: Page, hall: Page, clock: Any, shoot: Shoot, axe: Axe
) -> None:
    for one in (page, hall):
        # The browser's clock begins where the site's stands.
        one.clock.install(time=clock.now)
    come(page, "organizer", LIVE)
    come(hall, "organizer", hall.url)
    page.get_by_role("main").get_by_role("button", name="Tiếp theo: ").click()
    watch, wall = page.locator("[data-live-since]"), hall.locator("[data-live-since]")
    watch.wait_for()
    for one in (page, hall):
        one.clock.fast_forward("04:10")
    wall.wait_for()
    assert watch.inner_text().startswith("04:1")
    assert "is-over" not in str(watch.get_attribute("class"))
    in_time = [shown.evaluate("one => getComputedStyle(one).color") for shown in (watch, wall)]
    for one in (page, hall):
        one.clock.fast_forward("06:00")
    for shown in (watch, wall):
        assert shown.inner_text().startswith("10:1")
        assert "is-over" in str(shown.get_attribute("class")), "ten minutes were given"
    over = [shown.evaluate("one => getComputedStyle(one).color") for shown in (watch, wall)]
    assert [before != after for before, after in zip(in_time, over, strict=True)] == [True, True]
    assert axe(page) == []
    assert axe(hall) == []
    shoot(page, "live-over-time")
    shoot(hall, "live-hall-over-time")


def test_a_line_that_breaks_for_a_moment_leaves_no_old_wall(province: Province, page: Page, hall: Page) -> None:
    fetched: list[str] = []

    def once(route: Any) -> None:
        fetched.append(route.request.url)
        if len(fetched) == 1:
            route.abort()
        else:
            route.continue_()

    hall.route("**/projector", once)
    come(page, "organizer", LIVE)
    press(page.get_by_role("main"), f"Tiếp theo: {OPEN}")
    on_the_wall(hall, OPEN).wait_for(timeout=5_000)
    assert len(fetched) == 2
    assert hall.evaluate("window.untouched")


def test_two_presses_at_once_both_reach_the_wall(province: Province, page: Page, hall: Page) -> None:
    slow: list[Any] = []

    def hold(route: Any) -> None:
        """The first answer is fetched and kept back, as on a slow line."""
        if slow:
            route.continue_()
        else:
            slow.append((route, route.fetch()))

    hall.route("**/projector", hold)
    come(page, "organizer", LIVE)
    press(page.get_by_role("main"), f"Tiếp theo: {OPEN}")
    while not slow:
        hall.wait_for_timeout(50)
    press(page.get_by_role("main"), f"Tiếp theo: {SECRET}")
    # Time for the second mark to come, while the first page is still on its way.
    hall.wait_for_timeout(1_200)
    (route, answer), *_ = slow
    route.fulfill(response=answer)
    on_the_wall(hall, "Kiến nghị không công khai").wait_for(timeout=5_000)
    assert hall.evaluate("window.untouched")
