"""A department's day, by what is on its pages: the officer's, the head's, and those whom they ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.departments import service as departments
from meetup.followups.models import Answer
from meetup.issues.attachments import attach
from meetup.issues.models import Issue
from meetup.storage import Upload
from tests.browser.hands import come, follow, is_in_sight, press
from tests.features.following import ANSWER, Province, build, staff

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"

Shoot = Callable[["Page", str], Path]
Axe = Callable[["Page"], list[str]]


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def opened(page: Page, who: str, title: str) -> None:
    """Come in as `who`, to the queue of their department, and on to the follow-up called `title`."""
    come(page, who, "/department/")
    follow(page.get_by_role("main"), title)
    assert page.get_by_role("heading", level=1, name=title).is_visible()


def act(page: Page, words: str) -> Locator:
    """What can be done under the heading `words`, opened if it is closed."""
    found = page.locator("details.mu-details").filter(has=page.locator("summary", has_text=words))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def test_the_queue_and_one_page_a_follow_up(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    province.order("Việc còn xa", days=15)
    number = province.order("Hoàn thuế GTGT chậm", days=2, along=("SXD",))
    province.order("Việc ở giữa", days=6)
    province.order("Việc của cơ quan khác", lead="NAMCAN")
    province.door.people["colleague"] = staff("officer", province.departments["STC"], "binh@province.example")
    province.door.colleagues = lambda _work: list(province.door.people.values())  # type: ignore[attr-defined]
    province.do(
        number, lambda w, f: attach(w, w.get(Issue, f.issue_id), [Upload("to-khai.pdf", PDF)], side="enterprise")
    )
    come(page, "STC", "/department/")
    cards = page.get_by_role("main").get_by_role("article")
    assert [one.split("\n")[0] for one in cards.get_by_role("heading").all_inner_texts()] == [
        "Hoàn thuế GTGT chậm",
        "Việc ở giữa",
        "Việc còn xa",
    ]
    for at, days in enumerate((2, 6, 15)):
        assert f"còn {days} ngày làm việc" in cards.nth(at).inner_text()
    assert axe(page) == []
    shoot(page, "department-queue")
    cards.first.get_by_role("link").click()
    page.get_by_role("heading", level=1, name="Hoàn thuế GTGT chậm").wait_for()
    for heading, said in (
        ("Nhiệm vụ", "Trả lời doanh nghiệp về hồ sơ hoàn thuế."),
        ("Nội dung doanh nghiệp nêu", "hồ sơ nộp ba tháng chưa có trả lời."),
        ("Tài liệu", "to-khai.pdf 48 B"),
        ("Cơ quan phối hợp", "Chưa có ý kiến"),
    ):
        assert said in page.get_by_role("region", name=heading, exact=True).inner_text()
    assert "Giao Sở trả lời." in page.get_by_role("main").inner_text()
    assert "Đã phân công" in page.get_by_role("list", name="Lịch sử").inner_text()
    with page.expect_download() as found:
        page.get_by_role("link", name="to-khai.pdf").click()
    assert Path(found.value.path()).read_bytes() == PDF
    assert axe(page) == []
    shoot(page, "department-follow-up")
    taking = act(page, "Tiếp nhận")
    taking.get_by_label("Cán bộ").fill("Trần Thị Bình")
    press(taking, "Tiếp nhận")
    row = province.row(number)
    assert (row.state, row.officer) == ("accepted", "Trần Thị Bình")
    note = act(page, "Ghi tiến độ")
    note.get_by_label("Việc đã thực hiện").fill("Nhờ @binh kiểm tra chứng từ.")
    note.get_by_label("Chỉ dùng nội bộ").check()
    press(note, "Ghi lại")
    (mail,) = province.mails("follow_up_mention")
    assert mail.recipient == "binh@province.example"
    assert "Nhờ @binh kiểm tra chứng từ." in page.get_by_role("list", name="Lịch sử").inner_text()
    shoot(page, "department-mention")


def test_a_coordinating_agency_gives_an_opinion_and_owns_nothing(
    province: Province, page: Page, shoot: Shoot, axe: Axe
) -> None:
    number = province.order("Hoàn thuế GTGT chậm", along=("SXD",), to="accepted")
    come(page, "SXD", "/department/")
    assert page.get_by_role("article").count() == 0, "it stands among what they owe"
    parts = page.get_by_role("navigation", name="Các phần của danh sách")
    with page.expect_navigation():
        parts.get_by_role("link", name="Phối hợp").click()
    assert is_in_sight(parts.locator("[aria-current]"))
    follow(page.get_by_role("article"), "Hoàn thuế GTGT chậm")
    assert page.locator("details.mu-details summary").all_inner_texts() == ["Ghi tiến độ", "Cho ý kiến"]
    giving = act(page, "Cho ý kiến")
    giving.get_by_label("Ý kiến của Quý cơ quan").fill("Không vướng quy hoạch.")
    assert axe(page) == []
    shoot(page, "department-opinion")
    press(giving, "Gửi ý kiến")
    row = province.row(number)
    assert (row.state, row.lead_department_id) == ("accepted", province.departments["STC"])
    opened(page, "STC", "Hoàn thuế GTGT chậm")
    said = page.get_by_role("region", name="Cơ quan phối hợp").inner_text()
    assert "Sở Xây dựng" in said
    assert "Không vướng quy hoạch." in said


def test_an_answer_is_drafted_returned_and_approved(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    with province.work() as w:
        departments.update_department(w, province.department(w, "STC"), needs_approval=True)
        w.commit()
    number = province.order("Hoàn thuế GTGT chậm", to="accepted")
    opened(page, "STC", "Hoàn thuế GTGT chậm")
    assert page.get_by_role("button", name="Gửi trả lời đến ban tổ chức").count() == 0, "a way around the head"
    draft = act(page, "Soạn dự thảo trình thủ trưởng")
    draft.get_by_label("Kết quả").select_option(label="Đã giải quyết: đã làm theo đề nghị")
    draft.get_by_label("Nội dung trả lời doanh nghiệp").fill(ANSWER)
    draft.get_by_label("Tài liệu").set_input_files({"name": "qd-45.pdf", "mimeType": "application/pdf", "buffer": PDF})
    draft.get_by_label("Đã xong: trình thủ trưởng duyệt").check()
    shoot(page, "department-draft")
    press(draft, "Lưu bản nháp")
    assert province.state(number) == "accepted"

    def decide(words: str, remark: str = "") -> None:
        come(page, "head", "/department/")
        waiting = page.get_by_role("region", name="Dự thảo chờ Quý vị duyệt")
        follow(waiting, "Xem và quyết định")
        assert page.get_by_role("link", name="qd-45.pdf").is_visible()
        decision = act(page, "Duyệt hoặc trả lại dự thảo")
        if remark:
            decision.get_by_label("Nội dung cần sửa").fill(remark)
            assert axe(page) == []
            shoot(page, "department-head-decides")
        press(decision, words)

    decide("Trả lại dự thảo", "Nêu rõ số quyết định.")
    opened(page, "STC", "Hoàn thuế GTGT chậm")
    assert "Nêu rõ số quyết định." in page.get_by_role("region", name="Dự thảo trả lời").inner_text()
    again = act(page, "Sửa dự thảo")
    better = f"{ANSWER} Quyết định số 45/QĐ-CT."
    again.get_by_label("Nội dung trả lời doanh nghiệp").fill(better)
    again.get_by_label("Đã xong: trình thủ trưởng duyệt").check()
    press(again, "Lưu bản nháp")
    decide("Duyệt và gửi")
    assert page.get_by_text("Đã duyệt: trả lời đã gửi ban tổ chức.").is_visible()
    shoot(page, "department-approved")
    assert province.state(number) == "answered"
    with province.work(write=False) as w:
        given = w.db.scalars(select(Answer)).one()
        assert (given.text, given.approved_by) == (better, province.actor("head").name)
    assert [len(province.mails(kind)) for kind in ("draft_waiting", "draft_returned", "follow_up_answered")] == [
        2,
        1,
        1,
    ]


def test_a_transfer_is_asked_for_and_taken_over(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    number = province.order("Giấy phép xây dựng kho", to="accepted")
    due = province.row(number).due_on
    opened(page, "STC", "Giấy phép xây dựng kho")
    asking = act(page, "Chuyển cơ quan khác")
    asking.get_by_label("Cơ quan nhận").select_option("SXD")
    asking.get_by_label("Lý do").fill("Việc cấp phép không thuộc Sở Tài chính.")
    asking.get_by_label("Căn cứ").fill("Quyết định 12/2025/QĐ-UBND, Điều 3.")
    press(asking, "Đề nghị chuyển")
    assert (province.state(number), province.row(number).lead_department_id) == (
        "transfer_requested",
        province.departments["STC"],
    )
    come(page, "SXD", "/department/")
    incoming = page.get_by_role("region", name="Cơ quan khác đề nghị chuyển đến")
    assert axe(page) == []
    shoot(page, "department-incoming")
    follow(incoming, "Trả lời đề nghị")
    answering = act(page, "Trả lời đề nghị chuyển")
    assert "Quyết định 12/2025/QĐ-UBND, Điều 3." in answering.inner_text()
    shoot(page, "department-transfer")
    press(answering, "Nhận chuyển")
    row = province.row(number)
    assert (row.lead_department_id, row.transfers, row.due_on) == (province.departments["SXD"], 1, due)
    opened(page, "SXD", "Giấy phép xây dựng kho")
    assert "Cơ quan nhận đã tiếp nhận" in page.get_by_role("list", name="Lịch sử").inner_text()


def test_an_extension_is_asked_for_and_granted(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    number = province.order("Hoàn thuế GTGT chậm", to="accepted")
    opened(page, "STC", "Hoàn thuế GTGT chậm")
    asking = act(page, "Đề nghị gia hạn")
    asking.get_by_label("Hạn mới").fill("30/11/2026")
    asking.get_by_label("Lý do").fill("Chờ văn bản của Cục Thuế.")
    press(asking, "Gửi đề nghị")
    assert province.row(number).due_on == date(2026, 11, 16), "asking moves nothing"
    come(page, "organizer", "/organize/follow-ups/")
    follow(page.get_by_role("main"), "Hoàn thuế GTGT chậm")
    deciding = act(page, "Quyết định gia hạn")
    assert "30/11/2026" in deciding.inner_text()
    assert "Chờ văn bản của Cục Thuế." in deciding.inner_text()
    assert axe(page) == []
    shoot(page, "department-extension")
    press(deciding, "Đồng ý")
    row = province.row(number)
    assert (row.due_on, row.first_due_on) == (date(2026, 11, 30), date(2026, 11, 16))
    opened(page, "STC", "Hoàn thuế GTGT chậm")
    assert "hạn ban đầu: 16/11/2026" in page.get_by_role("main").inner_text()


def test_the_departments_calendar_link(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    province.order("Hoàn thuế GTGT chậm")
    come(page, "STC", "/department/")
    press(page.get_by_role("region", name="Trong lịch của Quý vị"), "Tạo đường dẫn lịch")
    assert axe(page) == []
    shoot(page, "department-calendar-link")
    link = page.locator("code").first.inner_text()
    page.context.set_extra_http_headers({})
    feed = page.request.get(link)
    assert feed.status == 200
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "Hoàn thuế GTGT chậm" in feed.text().replace("\r\n ", "")
    come(page, "STC", "/department/")
    press(page.get_by_role("main"), "Tạo đường dẫn mới")
    assert page.request.get(link).status == 404, "the link before is ended"
