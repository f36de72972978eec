"""A leader's morning, from a number to what stands behind it; and the organiser who weighs a period and closes it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from meetup.followups.models import FollowUp
from meetup.scorecards.models import Period, Snapshot
from meetup.scorecards.queries import scorecards
from tests.browser.hands import come, follow, is_in_sight, press
from tests.features.following import Province, build

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]

Shoot = Callable[["Page", str], Path]
Axe = Callable[["Page"], list[str]]


@pytest.fixture
def province(site: Any, mount: Any, work: Any, clock: Any) -> Province:
    """One quarter in which all went well, and one in which two are late; then it is the 20th of November."""
    made = build(site, mount, work)
    clock.travel(to="2026-08-03T09:00")
    made.order("Xong từ quý trước", to="closed", days=5)
    clock.travel(to="2026-11-02T09:00")
    made.order("Xong đúng hạn", to="closed", days=5)
    made.order("Bến cá Năm Căn xuống cấp", days=2)
    made.order("Đất khu công nghiệp", lead="NAMCAN", to="accepted", days=4)
    made.order("Còn hạn", lead="SXD", days=40)
    clock.travel(to="2026-11-20T09:00")
    return made


def said(page: Page) -> str:
    """What the page says, without what is hidden."""
    return page.get_by_role("main").inner_text()


def row(page: Page, table: str, name: str) -> Locator:
    """The line called `name` of a table."""
    header = page.get_by_role("rowheader", name=name, exact=True)
    return page.get_by_role("table", name=table).get_by_role("row").filter(has=header)


def test_from_what_is_late_to_one_follow_up(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "leader", "/leader/")
    late = page.locator(".mu-stats").get_by_role("link", name="Quá hạn")
    assert late.locator("b").inner_text() == "2"
    whose = row(page, "Việc chưa xong theo cơ quan", "Xã Năm Căn")
    assert "06/11/2026" in whose.inner_text()
    trend = page.get_by_role("region", name="Xu hướng")
    trend.locator("summary").click()
    assert row(page, "Việc được giao theo tháng", "08/2026").is_visible()
    picture = trend.get_by_role("img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    assert axe(page) == []
    shoot(page, "leader")
    with page.expect_navigation():
        late.click()
    rows = page.get_by_role("main").get_by_role("article")
    assert rows.get_by_role("heading").all_inner_texts() == ["Bến cá Năm Căn xuống cấp", "Đất khu công nghiệp"]
    shoot(page, "leader-late")
    follow(rows, "Bến cá Năm Căn xuống cấp")
    assert "quá hạn 12 ngày làm việc" in said(page)
    assert axe(page) == []


def test_results_with_their_arithmetic_and_saved(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "leader", "/leader/")
    follow(page.get_by_role("navigation", name="Danh mục công việc"), "Kết quả")
    with page.expect_navigation():
        page.get_by_label("Kỳ đánh giá").select_option(label="Quý 4/2026")
    assert row(page, "Bảng điểm sở, ngành", "Sở Tài chính").is_visible()
    assert is_in_sight(page.get_by_role("navigation", name="Danh mục chính").get_by_role("link", name="Kết quả"))
    assert axe(page) == []
    shoot(page, "results")
    with page.expect_download() as found:
        page.get_by_role("link", name="Tải bảng tính (XLSX)").click()
    book = load_workbook(BytesIO(Path(found.value.path()).read_bytes()))
    head, *lines = book["Cơ quan, đơn vị"].iter_rows(values_only=True)
    figures = dict(zip(head, next(line for line in lines if line[0] == "STC"), strict=True))
    line = row(page, "Bảng điểm sở, ngành", "Sở Tài chính").inner_text().split()
    assert f"{figures['Điểm']:.2f}".replace(".", ",") == line[-1]
    assert (figures["Đã phân công"], figures["Đang quá hạn"]) == (2, 1)
    follow(page, "Sở Tài chính")
    on_time = row(page, "Đúng thời hạn", "Trả lời đúng hạn").inner_text()
    assert "(1) ÷ (1 + 1) = 1 ÷ 2" in on_time
    assert "50,00" in on_time
    assert line[-1] in said(page)
    assert axe(page) == []
    shoot(page, "results-card")
    # From a number to its rows.
    with page.expect_navigation():
        row(page, "Từng con số và ý nghĩa", "Đang quá hạn").get_by_role("link", name="1").click()
    assert "Bến cá Năm Căn xuống cấp" in said(page)
    assert "Xong đúng hạn" not in said(page)
    with province.work(write=False) as w:
        from_q4 = {one.code: one for one in scorecards(w, since=w.now.date().replace(month=10, day=1))}
    assert f"{from_q4['STC'].score:.2f}".replace(".", ",") == line[-1]


def test_two_periods_are_compared(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "leader", "/leader/")
    follow(page, "So sánh hai kỳ")
    page.get_by_label("Từ kỳ").select_option(label="Quý 3/2026")
    page.get_by_label("Với kỳ").select_option(label="Quý 4/2026")
    press(page, "So sánh")
    changed = row(page, "Theo tiêu chí thành phần, phần trăm", "Trả lời đúng hạn").inner_text()
    assert "100,00" in changed
    assert "kém hơn" in changed
    assert axe(page) == []
    by_agency = page.get_by_role("region", name="Theo cơ quan, cả hai kỳ")
    by_agency.evaluate("part => { part.scrollLeft = part.scrollWidth }")
    assert is_in_sight(by_agency.get_by_role("rowheader", name="Sở Tài chính")), "nobody knows whose line it is"
    shoot(page, "compare")


def test_an_organiser_weighs_a_period_and_closes_it(
    province: Province, page: Page, shoot: Shoot, axe: Axe, clock: Any
) -> None:
    come(page, "organizer", "/organize/periods/")
    assert is_in_sight(page.get_by_role("navigation", name="Danh mục công việc").locator("[aria-current]"))
    follow(page, "Kỳ mới")
    page.get_by_label("Ngày đầu").fill("01/11/2026")
    page.get_by_label("Ngày cuối").fill("30/11/2026")
    page.get_by_label("Tên", exact=False).first.fill("Tháng Mười một")
    press(page, "Mở kỳ")
    weights = page.get_by_role("region", name="Trọng số")
    for field in weights.get_by_role("spinbutton").all():
        field.fill("0")
    weights.get_by_label("Trả lời đúng hạn").first.fill("60")
    weights.get_by_label("Không đùn đẩy").fill("41")
    press(weights, "Lưu")
    assert "101" in page.get_by_role("alert").inner_text(), "weights that are more than a hundred are refused"
    assert weights.get_by_label("Không đùn đẩy").input_value() == "41"
    weights.get_by_label("Không đùn đẩy").fill("40")
    press(weights, "Lưu")
    with province.work(write=False) as w:
        period = w.db.scalars(select(Period)).one()
        assert {name: value for name, value in period.weights.items() if value} == {"on_time": 60, "no_pass_around": 40}
    assert page.get_by_role("button", name="Chốt và giữ nguyên số liệu").count() == 0, "its last day is not over"
    assert axe(page) == []
    shoot(page, "period-weights")
    clock.travel(to="2026-12-02T09:00")
    page.reload()
    page.get_by_role("button", name="Chốt và giữ nguyên số liệu").click()
    shoot(page, "period-closing")
    with page.expect_navigation():
        page.locator("dialog .btn-primary").click()
    assert axe(page) == []
    assert "Đã chốt" in row(page, "Các phiên bản", "Phiên bản 1").inner_text()
    shoot(page, "period-closed")
    with province.work(write=False) as w:
        assert w.db.scalars(select(Period)).one().state == "closed"
        assert w.db.scalars(select(Snapshot)).one().number == 1
    follow(page, "Xem kết quả")
    follow(page, "Sở Tài chính")
    card = said(page)
    assert "không thay đổi nữa" in card
    # What was late is answered after all; the card says what it said.
    with province.work(province.actor("organizer")) as w:
        for f in w.db.scalars(select(FollowUp).where(FollowUp.state == "assigned")):
            province.bring(w, f, "closed")
        w.commit()
    page.reload()
    assert said(page) == card
    shoot(page, "period-frozen-card")


def test_the_review_of_the_year_on_screen_and_on_paper(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "leader", "/leader/")
    follow(page, "Báo cáo rà soát năm 2026")
    for picture in page.get_by_role("img").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
        drawn = page.request.get(str(picture.get_attribute("src")))
        assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert page.get_by_role("img").count() >= 3
    assert row(page, "Việc theo dõi theo quý", "3/2026").is_visible()
    assert axe(page) == []
    shoot(page, "review")
    tools = page.get_by_role("button", name="In", exact=True)
    assert tools.is_visible()
    page.emulate_media(media="print")
    assert tools.is_hidden()
    assert page.get_by_role("heading", level=1).is_visible()
    shoot(page, "review-on-paper")
    page.goto("/leader/")
    assert page.locator("nav.mu-side").is_hidden()
    assert page.get_by_role("search").is_hidden()
    assert page.get_by_role("heading", level=1).is_visible()
    shoot(page, "leader-on-paper")


def test_the_box_in_the_head_and_the_dark_theme(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "leader", "/leader/")
    box = page.get_by_role("banner").get_by_role("searchbox", name="Tìm trong mọi mục")
    box.fill("ben ca nam can")
    with page.expect_navigation():
        box.press("Enter")
    assert page.get_by_role("link", name="Bến cá Năm Căn xuống cấp").count() == 1
    dark = page.get_by_role("button", name="Giao diện tối")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    dark.click()
    assert dark.get_attribute("aria-pressed") == "true"
    page.reload()
    assert dark.get_attribute("aria-pressed") == "true"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert axe(page) == []
    shoot(page, "search-dark")
    page.goto("/leader/")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark", "it holds on the next page too"
    assert axe(page) == []
    shoot(page, "leader-dark")


def test_a_filter_is_kept_for_the_next_morning(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "leader", "/department/")
    with page.expect_navigation():
        page.get_by_label("Cơ quan").select_option("NAMCAN")
    page.get_by_text("Lưu bộ lọc này").click()
    page.get_by_label("Tên bộ lọc").fill("Xã tôi phụ trách")
    press(page.get_by_role("main"), "Lưu")
    page.goto("/department/")
    assert page.get_by_role("article").count() == 3
    follow(page.get_by_role("group", name="Bộ lọc đã lưu"), "Xã tôi phụ trách")
    assert page.get_by_role("article").get_by_role("heading").all_inner_texts() == ["Đất khu công nghiệp"]
    assert axe(page) == []
    shoot(page, "leader-filter")
    press(page.get_by_role("main"), "Bỏ bộ lọc “Xã tôi phụ trách”")
    assert page.get_by_role("link", name="Xã tôi phụ trách").count() == 0
