"""The demo's story, page by page in Vietnamese: what the requirements ask to be seen stands there in words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment
from flask import Flask
from PIL import Image
from sqlalchemy import select

from meetup import create_app
from meetup.demo import people
from meetup.demo.story import Story
from meetup.enterprises.models import Enterprise
from meetup.followups.models import FollowUp
from meetup.issues import service
from meetup.issues.models import Issue
from meetup.migrate import upgrade
from meetup.mount import Mount
from meetup.registrations.models import Registration
from meetup.staff import service as staff
from tests.rig.clock import SettableClock
from tests.rig.visitor import Visitor, parse

WORDS = Path(__file__).parents[2] / "meetup/translations/vi/LC_MESSAGES/meetup.po"


@dataclass
class Told:
    """The site with the story in it."""

    app: Flask
    mount: Mount
    clock: SettableClock

    def visitor(self, mail: str = "") -> Visitor:
        """A browser that reads Vietnamese, signed in as `mail` of the demo's staff."""
        client = self.app.test_client()
        assert isinstance(client, Visitor)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "vi"
        if mail:
            values = {"email": people.address(mail), "password": people.DEMO_PASSWORD}
            assert client.fill("/login", values).status_code == 200
        return client

    def own_page(self, name: str) -> str:
        """The path of an enterprise's page for the session to come."""
        with self.mount.work() as work:
            found = [
                one for one in work.db.scalars(select(Registration)) if one.enterprise_id == _enterprise(work, name)
            ]
            token = work.token("registration", found[-1].subject)
            work.commit()
        return f"/r/{token}"

    def issue(self, title: str) -> int:
        """The number of the issue whose title begins so."""
        with self.mount.work() as work:
            return work.db.scalars(select(Issue.number).where(Issue.title.startswith(title))).one()


def _enterprise(work: Any, name: str) -> int:
    return int(work.db.scalars(select(Enterprise.id).where(Enterprise.name == name)).one())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("story")
    clock = SettableClock(datetime.fromisoformat("2026-11-24T14:00:00+07:00"))
    app = create_app(
        {
            "MEETUP_DATABASE_URL": f"sqlite:///{folder / 'meetup.sqlite3'}",
            "MEETUP_SECRET_KEY": "x" * 40,
            "SECRET_KEY": "x" * 40,
            "MEETUP_BASE_URL": "http://localhost",
            "MEETUP_MAIL_FROM": people.address("caphe"),
            "MEETUP_RATE_LIMITS": False,
            "MEETUP_PLUGINS": "",
        },
        clock=clock,
        instance=folder,
    )
    app.test_client_class = Visitor
    mount: Mount = app.extensions["meetup"]["meetup"]
    upgrade(mount.database.engine)
    Story(mount, lambda _done, _all: None).run()
    with mount.work() as work:
        for mail, name, role, department in people.STAFF:
            staff.create_user(
                work,
                email=people.address(mail),
                role=role,
                department_code=department,
                name=name,
                password=people.DEMO_PASSWORD,
            )
        work.commit()
    yield Told(app, mount, clock)
    mount.database.dispose()


def text(page: BeautifulSoup) -> str:
    main = page.find("main")
    assert main is not None
    return re.sub(r"\s+", " ", main.get_text(" "))


def test_a_programme_says_what_it_rests_on_and_what_it_is_for(told: Told) -> None:
    """R3, R37, R46."""
    front = text(told.visitor().soup("/"))
    for words in ("Kỳ 37", "01/KH-UBND", "05/01/2026", "Mục tiêu", "Kiến nghị được trả lời đúng hạn: 90 %"):
        assert words in front, words
    assert "01/KH-UBND" in text(told.visitor().soup("/sessions/ky-37-tong-hop"))


def test_the_public_reads_of_agencies_and_never_of_an_officer(told: Told) -> None:
    """R22."""
    with told.mount.work() as work:
        f = work.db.scalars(select(FollowUp).where(FollowUp.issue.has(Issue.title.startswith("Điểm dừng chân")))).one()
        f.officer = "Cán bộ Kín Tên"
        number, issue = f.number, work.db.scalars(select(Issue).where(Issue.id == f.issue_id)).one().number
        work.commit()
    public = told.visitor().get(f"/issues/{issue}").text
    assert "UBND xã Đất Mũi" in public and "Cán bộ Kín Tên" not in public
    assert "Cán bộ Kín Tên" in told.visitor("thuky").get(f"/department/follow-ups/{number}").text


def test_place_sector_and_procedure_reach_the_desk(told: Told) -> None:
    """R17, R33."""
    own = told.own_page("Công ty TNHH Thủy sản Mẫu Một")
    visitor = told.visitor()
    page = visitor.soup(f"{own}/issues/new")
    values = {option.get_text(strip=True): option["value"] for option in page.select("select[name=locality] option")}
    answer = visitor.send(
        page,
        f"{own}/issues/new",
        {
            "title": "Cấp phép nạo vét luồng lạch",
            "description": "Hồ sơ nộp từ tháng 8.",
            "locality": values["UBND xã Sông Đốc"],
            "procedure": "1.004232 Cấp phép nạo vét",
        },
    )
    assert answer.status_code == 200
    desk = text(told.visitor("thuky").soup(f"/organize/issues/{told.issue('Cấp phép nạo vét')}"))
    for words in ("UBND xã Sông Đốc", "Thủy sản", "1.004232 Cấp phép nạo vét"):
        assert words in desk, words


def test_who_has_never_come_before_is_marked(told: Told) -> None:
    """R31."""
    answer = told.visitor().fill(
        "/sessions/ky-37-tong-hop/register",
        {
            "kind": "investor",
            "name": "Quỹ đầu tư Chưa Từng Đến",
            "contact_name": "Jane Roe",
            "email": "jane@example.com",
            "consent": "y",
        },
    )
    assert answer.status_code == 200
    rows = told.visitor("thuky").soup("/organize/sessions/ky-37-tong-hop/").select("tr")
    assert "lần đầu" in next(row for row in rows if "Chưa Từng Đến" in row.get_text()).get_text()
    assert "lần đầu" not in next(row for row in rows if "Mẫu Một" in row.get_text()).get_text()


def test_complaints_and_denunciations_are_told_their_own_way(told: Told) -> None:
    """R45."""
    for path in ("/issues/new", f"{told.own_page('Công ty TNHH Thủy sản Mẫu Một')}/issues/new"):
        assert "Khiếu nại, tố cáo" in text(told.visitor().soup(path)), path


def test_the_comment_form_says_that_the_address_is_not_shown(told: Told) -> None:
    """R39, R40."""
    page = told.visitor().soup(f"/issues/{told.issue('Điểm dừng chân')}")
    assert "Email của bạn sẽ không được hiển thị công khai" in text(page)
    assert "Độc giả mẫu" in text(page) and "docgia1" not in page.decode()


# -- every page ------------------------------------------------------------------------------------------


def pages(told: Told) -> Iterator[tuple[str, str, BeautifulSoup]]:
    """(who, path, page) of each kind of page that links lead to, for each kind of reader."""
    anyone = ["/", "/r/", told.own_page("Công ty TNHH Vận tải Mẫu Bảy"), told.own_page("Chi nhánh Công ty Mẫu Sáu")]
    for who in ("", "thuky", "lanhdao", "canbo.sxd"):
        visitor = told.visitor(who)
        queue, seen, kinds = (["/desk", *anyone] if who else list(anyone)), set(), dict[str, int]()
        while queue:
            path = queue.pop(0).partition("#")[0]
            kind = re.sub(r"=[^&]*", "=", re.sub(r"/(sessions|r)/[^/?]+", r"/\1/x", re.sub(r"\d+", "1", path)))
            if path in seen or kinds.get(kind, 0) >= 2 or "/assets/" in path:
                continue
            seen.add(path)
            answer = visitor.get(path, follow_redirects=True)
            assert answer.status_code == 200, (who, path, answer.status_code)
            if not answer.content_type.startswith("text/html"):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            page = parse(answer)
            yield who, path, page
            links = (str(a["href"]).removeprefix("http://localhost") for a in page.select("a[href]"))
            queue += [href for href in links if href.startswith("/") and href not in seen]


@pytest.fixture(scope="module")
def everything(told: Told) -> list[tuple[str, str, BeautifulSoup]]:
    found = list(pages(told))
    assert len(found) > 100
    return found


def test_no_english_is_left_on_a_vietnamese_page(everything: list[tuple[str, str, BeautifulSoup]]) -> None:
    """R43: no text, label or title is one of our English words for which the catalogue has a Vietnamese one."""
    with WORDS.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    english = set()
    for message in catalogue:
        source = message.id if isinstance(message.id, str) else message.id[0] if message.id else ""
        if source and message.string and message.string != source:
            english.add(source)
    machine = re.compile(r"\b[a-z]+_[a-z]+(_[a-z]+)*\b|\b(issue|follow_up|session|registration)\.[a-z_]+\b")
    left = set()
    for who, path, page in everything:
        for waste in page.select("script, style, code, pre, svg, [lang=en], kbd"):
            waste.decompose()
        texts = [str(node) for node in page.find_all(string=True) if not isinstance(node, Comment)]
        texts += [
            str(tag[name]) for name in ("aria-label", "title", "alt", "placeholder") for tag in page.select(f"[{name}]")
        ]
        for one in texts:
            words = " ".join(one.split())
            if words in english or machine.search(words):
                left.add((words, who, path))
    assert not left


def test_every_star_is_explained_and_told_to_a_screen_reader(everything: list[tuple[str, str, BeautifulSoup]]) -> None:
    """R41: a form with a required field says what the star means, and the field says so itself."""
    starred = 0
    for who, path, page in everything:
        for form in page.select("main form"):
            required = form.select("[required], [aria-required]")
            if not required or str(form.get("method", "")).lower() != "post":
                continue
            starred += 1
            assert "Các trường bắt buộc được đánh dấu *" in form.get_text(), (who, path, form.get("action"))
            assert all(field.get("aria-required") == "true" for field in required), (who, path)
    assert starred > 10


def test_a_held_session_says_who_chaired_it_and_what_came_of_it(told: Told) -> None:
    """R4, R5, R28."""
    page = text(told.visitor().soup("/sessions/ky-31-dat-dai-va-mat-bang"))
    for words in ("05/09/2026", "Chủ tịch UBND tỉnh", "Nguyễn Văn Chủ", "131/TB-UBND", "Đã công khai kết quả"):
        assert words in page, words


def test_an_investor_from_abroad_reads_english_and_needs_no_tax_code(told: Told) -> None:
    """R11: the same page in English; an investor is one of those who register."""
    page = told.visitor().soup("/sessions/ky-37-tong-hop/register?lang=en")
    assert "Investors and citizens may leave it empty." in text(page)
    assert page.select_one("[value=investor]")
    assert page.select_one("[name=tax_code]") and not page.select_one("[name=tax_code][required]")


def test_how_many_have_the_same_difficulty(told: Told) -> None:
    """R24."""
    desk = text(told.visitor("thuky").soup(f"/organize/issues/{told.issue('Cầu tại xã Cái Nước')}"))
    assert re.search(r"[2-9] doanh nghiệp khác cùng vướng mắc", desk)


def test_a_picture_is_published_with_a_description_only(told: Told) -> None:
    """R42."""
    number = told.issue("Điểm dừng chân")
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    with told.mount.work() as work:
        issue = work.db.scalars(select(Issue).where(Issue.number == number)).one()
        service.attach(work, issue, [service.Upload("bon-nuoc.png", picture.getvalue())], side="department")
        work.commit()
    desk, form = told.visitor("thuky"), f"/organize/issues/{number}/files"
    page = desk.soup(f"/organize/issues/{number}")
    key = str(page.select_one(f"form[action='{form}'] [name=shown]")["value"])  # type: ignore[index]
    refused = desk.fill(f"/organize/issues/{number}", {"shown": key}, form=form)
    assert "chưa có mô tả" in refused.text
    desk.fill(f"/organize/issues/{number}", {"shown": key, f"alt-{key}": "Bồn chứa nước mới"}, form=form)
    shown = text(told.visitor().soup(f"/issues/{number}"))
    assert "Bồn chứa nước mới" in shown and "bon-nuoc.png" not in shown


def test_the_minutes_name_who_leads_by_when_and_under_which_number(told: Told) -> None:
    """R15."""
    minutes = parse(told.visitor("thuky").get("/organize/sessions/ky-31-dat-dai-va-mat-bang/minutes")).get_text(" ")
    for words in (
        "131/TB-UBND",
        "Giao Sở Nông nghiệp và Môi trường chủ trì",
        "phối hợp với UBND xã Sông Đốc",
        "28/09/2026",
    ):
        assert words in re.sub(r"\s+", " ", minutes), words
