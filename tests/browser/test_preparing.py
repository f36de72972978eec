"""An organiser prepares a session: a draft and what it lacks, a copy of the last one, the month's programme."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.issues import service as issues
from meetup.issues.models import AgendaItem
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.browser.hands import come, follow, is_in_sight, press
from tests.factories import make_session
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

#: A draft's points in their order: what the checklist calls it, the field that mends it, and what is typed there.
POINTS = (
    ("Chuyên đề", "topic", "Giao thông và logistics"),
    ("Địa điểm hoặc địa chỉ trực tuyến", "venue", "Không gian Khởi nghiệp, phường An Xuyên"),
    ("Chủ trì", "chair", "Trần Văn Bình"),
    ("Thư ký", "secretary", "Nguyễn Thị Lan"),
    ("Nội dung", "description", "Bến bãi, vận tải thủy và kho lạnh."),
)


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    """One session is announced, as number 1 of its programme."""
    made = build(site, mount, work)
    with work() as w:
        w.db.scalars(select(Programme)).one().last_number = 1
        w.commit()
    return made


def newest(province: Province) -> Session:
    with province.work(write=False) as w:
        return w.db.scalars(select(Session).order_by(Session.id.desc()).limit(1)).one()


def missing(page: Page) -> list[str]:
    """What the checklist says is still missing."""
    lines = page.locator("main .mu-check li").filter(has_text="còn thiếu")
    return [one.split(" (")[0].strip() for one in lines.all_inner_texts()]


def has_the_eye(page: Page, name: str) -> Locator:
    """The field that a link leads to: one can type at once, and nobody looks for it in a long form."""
    field = page.locator(f"#{name}:target:focus")
    box, size = field.bounding_box(), page.viewport_size
    assert box
    assert size
    assert 0 <= box["y"] < size["height"]
    label = page.locator(f"label[for={name}]").bounding_box()
    assert label
    assert label["y"] >= 0, "what the field is called stands above the window's edge"
    return field


def test_a_draft_says_what_it_lacks_until_it_can_go_out(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "organizer", "/organize/")
    follow(page.get_by_role("main"), "Thêm buổi gặp")
    form = page.get_by_role("main").locator("form")
    for name, text in {
        "title": "Cà phê kỳ tháng Mười hai",
        "starts_at": "12/12/2026 07:00",
        "ends_at": "12/12/2026 09:00",
        "capacity": "30",
    }.items():
        form.locator(f"[name={name}]").fill(text)
    assert axe(page) == []
    shoot(page, "preparing-new")
    press(form, "Lưu bản nháp")
    draft = page.url
    assert missing(page) == [words for words, _name, _text in POINTS] + ["Công bố"]
    assert axe(page) == []
    shoot(page, "preparing-missing")
    # One line after the other, by its own link.
    for at, (words, name, text) in enumerate(POINTS, 1):
        follow(page.locator("main .mu-check"), words)
        has_the_eye(page, name).fill(text)
        if name == "chair":
            shoot(page, "preparing-mending")
        press(page.get_by_role("main"), "Lưu")
        assert missing(page) == [words for words, _name, _text in POINTS[at:]] + ["Công bố"]
    # The public sees nothing of it until it is published.
    assert page.request.get("/sessions/", headers={"X-As": ""}).text().count("tháng Mười hai") == 0
    press(page.get_by_role("main"), "Công khai")
    assert missing(page) == ["Mời doanh nghiệp"]
    assert axe(page) == []
    shoot(page, "preparing-published")
    session = newest(province)
    assert (session.state, session.number) == ("published", 2)
    follow(page.get_by_role("main"), "Trang công khai")
    come(page, "nobody", page.url)
    shown = page.get_by_role("main").inner_text()
    for _words, name, text in POINTS:
        assert name == "secretary" or text in shown, name
    assert page.goto(draft).status != 200 or "/sign-in" in page.url  # type: ignore[union-attr]


@pytest.fixture
def held(province: Province, clock: Any) -> Province:
    """The last session, with everything that belongs to that day alone: guests, an agenda, what came of it."""
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        sessions.update(
            w,
            session,
            topic="Thuế, hóa đơn",
            description="Mỗi doanh nghiệp nêu trong 5 phút.",
            chair="Trần Văn Bình",
            chair_role="Chủ tịch UBND tỉnh",
            delegate="Lê Thị Thay",
            secretary="Nguyễn Thị Lan",
            registration_closes_at=session.starts_at.replace(day=12),
        )
        issues.set_agenda(w, session, [(province.issue(w), 15)])
        w.commit()
    clock.travel(to="2026-11-14T09:00")
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        sessions.hold(w, session)
        sessions.report(w, session, conclusion_number="12/TB-UBND", summary="Đã nghe một ý kiến.")
        w.commit()
    clock.travel(to="2026-11-16T09:00")
    return province


def test_the_last_session_is_copied_to_another_day(held: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    come(page, "organizer", "/organize/sessions/")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name="Cà phê kỳ đầu").first.click()
    copying = page.locator("details").filter(has=page.locator("summary", has_text="Sao chép sang ngày khác"))
    copying.locator("summary").click()
    # The day is the organiser's to choose: there is none to begin with, and none is guessed.
    assert copying.get_by_label("Bắt đầu").input_value() == ""
    press(copying, "Sao chép")
    assert copying.get_attribute("open") is not None
    assert copying.locator(".mu-error").is_visible()
    assert axe(page) == []
    shoot(page, "preparing-copy-without-a-day")
    copying.get_by_label("Bắt đầu").fill("12/12/2026 08:30")
    press(copying, "Sao chép")
    assert "bản sao" in page.get_by_role("main").inner_text()
    assert axe(page) == []
    shoot(page, "preparing-copy")
    carried = {
        "title": "Cà phê kỳ đầu",
        "topic": "Thuế, hóa đơn",
        "description": "Mỗi doanh nghiệp nêu trong 5 phút.",
        "venue": "Không gian Khởi nghiệp",
        "capacity": "20",
        "seats_per_enterprise": "2",
        "chair": "Trần Văn Bình",
        "chair_role": "Chủ tịch UBND tỉnh",
        "secretary": "Nguyễn Thị Lan",
        # By the wall clock it lasts as long, and closes as many days before.
        "starts_at": "12/12/2026 08:30",
        "ends_at": "12/12/2026 10:30",
        "registration_closes_at": "10/12/2026 08:30",
        # Who stood in for the chair that day is nobody's deputy for good.
        "delegate": "",
    }
    assert {name: page.locator(f"main [name={name}]").input_value() for name in carried} == carried
    press(page.get_by_role("main"), "Lưu")
    assert missing(page) == ["Công bố"]
    copied = newest(held)
    assert copied.id != held.session
    assert (copied.state, copied.number, copied.seats_taken) == ("draft", None, 0)
    assert (copied.conclusion_number, copied.summary, copied.on_stage_id) == ("", "", None)
    with held.work(write=False) as w:
        for model in (Registration, AgendaItem):
            assert w.db.scalar(select(func.count()).select_from(model).where(model.session_id == copied.id)) == 0
        before = w.get(Session, held.session)
        assert (before.state, before.conclusion_number) == ("reported", "12/TB-UBND")
    shoot(page, "preparing-copied")


def test_the_programme_of_a_month_as_calendar_and_as_list(
    province: Province, page: Page, shoot: Shoot, axe: Axe
) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}+07:00")

    with province.work(province.actor("organizer")) as w:
        make_session(w, title="Kỳ chuyên đề vận tải", starts_at=at("2026-11-28T07:00"), ends_at=at("2026-11-28T09:00"))
        make_session(
            w,
            title="Kỳ còn soạn",
            published=False,
            starts_at=at("2026-12-12T07:00"),
            ends_at=at("2026-12-12T09:00"),
        )
        w.commit()
    come(page, "organizer", "/organize/")
    follow(page.get_by_role("navigation", name="Danh mục công việc"), "Các buổi gặp")
    follow(page.get_by_role("main"), "Dạng lịch")
    assert page.get_by_role("heading", level=1, name="Chương trình tháng 11/2026").is_visible()
    menu = page.get_by_role("navigation", name="Danh mục công việc")
    assert menu.locator("[aria-current]").inner_text() == "Các buổi gặp"
    month = page.get_by_role("table", name="Chương trình tháng 11/2026")
    day = month.get_by_role("cell").filter(has=page.locator("time[datetime='2026-11-28']"))
    (inside,) = day.get_by_role("link").all()
    assert "07:00" in inside.inner_text()
    assert is_in_sight(inside)
    assert is_in_sight(month)
    box = inside.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24, "nobody hits it with a thumb"
    assert month.locator("[aria-current=date] time").get_attribute("datetime") == "2026-11-02"
    listed = page.get_by_role("region", name="Dạng danh sách")
    assert [one.split(":")[0] for one in listed.get_by_role("heading", level=3).all_inner_texts()] == [
        "Cà phê kỳ đầu",
        "Kỳ chuyên đề vận tải",
    ]
    assert "28/11/2026" in listed.inner_text()
    assert axe(page) == []
    shoot(page, "preparing-month")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name="Tháng sau").click()
    assert page.get_by_role("heading", level=1, name="Chương trình tháng 12/2026").is_visible()
    assert "Bản nháp" in listed.inner_text()
    shoot(page, "preparing-month-after")
    # From a day of the grid, and from a line of the list, to the session itself.
    with page.expect_navigation():
        page.locator("td:has(time[datetime='2026-12-12'])").get_by_role("link").click()
    assert page.get_by_role("heading", level=1, name="Kỳ còn soạn").is_visible()
    page.go_back()
    with page.expect_navigation():
        listed.get_by_role("link").first.click()
    assert page.get_by_role("heading", level=1, name="Kỳ còn soạn").is_visible()
