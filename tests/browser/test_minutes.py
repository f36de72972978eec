"""The conclusion notice: a draft out of what was recorded, edited, published; on screen, on paper and as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pytest

from meetup.followups import service
from meetup.issues import service as issues
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.browser.hands import follow, press
from tests.factories import sign_in
from tests.features.following import Province, build

if TYPE_CHECKING:
    from playwright.sync_api import Page

Shoot = Callable[["Page", str], Path]
Axe = Callable[["Page"], list[str]]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]

OPEN, SECRET = "Hoàn thuế GTGT chậm", "Cán bộ thuế gợi ý quà"


@pytest.fixture
def province(site: Any, mount: Any, work: Any, clock: Any) -> Province:
    """A session that was held, with two conclusions, one of them in confidence."""
    made = build(site, mount, work)
    with work(made.actor("organizer")) as w:
        session = w.get(Session, made.session)
        sessions.update(
            w, session, chair="Trần Văn Bình", chair_role="Chủ tịch UBND tỉnh", secretary="Nguyễn Thị Lan", topic="Thuế"
        )
        open_, secret = made.issue(w, OPEN), made.issue(w, SECRET)
        secret.visibility = "confidential"
        issues.set_agenda(w, session, [(open_, 10), (secret, 10)])
        w.commit()
    clock.travel(to="2026-11-14T09:00")
    with work(made.actor("organizer")) as w:
        sessions.hold(w, w.get(Session, made.session))
        order = service.FollowUpOrder(made.department(w, "STC"), "hướng dẫn hồ sơ.", (), None, 10)
        service.conclude(w, w.get(type(open_), open_.id), text="Giao Sở tài chính trả lời.", orders=[order])
        service.conclude(w, w.get(type(secret), secret.id), text="Lời kín của chủ tọa.", orders=[order])
        w.commit()
    # What a browser downloads by itself carries no header of ours.
    sign_in(mount, made.actor("organizer"))
    return made


def downloaded(page: Page) -> tuple[str, list[str]]:
    """The notice as a file: its name, and every paragraph in it."""
    with page.expect_download() as found:
        page.get_by_role("link", name="Tải .docx").click()
    document = docx.Document(str(found.value.path()))
    cells = [cell for table in document.tables for line in table.rows for cell in line.cells]
    texts = [one.text for one in (*document.paragraphs, *(p for cell in cells for p in cell.paragraphs))]
    return found.value.suggested_filename, [one for one in texts if one]


def test_from_the_draft_to_the_published_notice(province: Province, page: Page, shoot: Shoot, axe: Axe) -> None:
    page.goto("/organize/sessions/ky-1/")
    follow(page.get_by_role("main"), "Thông báo kết luận")
    sheet = page.locator("#content")
    draft = sheet.inner_text()
    for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "DỰ THẢO", "THÔNG BÁO", "Số: …/TB-UBND", OPEN, "01/12/2026"):
        assert words in draft
    assert "Giao Sở tài chính trả lời." in draft
    assert axe(page) == []
    shoot(page, "minutes-draft")

    # Edited, and kept as a draft: nobody outside sees anything of it.
    follow(page, "Sửa")
    form = page.get_by_role("main").locator("form")
    assert form.get_by_label(SECRET).count() == 0
    form.get_by_label(OPEN).fill("")
    press(form, "Lưu và công bố kết quả")
    assert page.locator(".mu-field--bad .mu-error").is_visible()
    assert axe(page) == []
    shoot(page, "minutes-slip")
    form.get_by_label(OPEN).fill("Giao Sở Tài chính hướng dẫn doanh nghiệp bổ sung hồ sơ.\n\nThuế tỉnh phối hợp.")
    form.get_by_label("Số thông báo").fill("12/TB-UBND")
    form.get_by_label("Tóm tắt").fill("Một kiến nghị về thuế, giao một việc.")
    assert axe(page) == []
    shoot(page, "minutes-edit")
    press(form, "Lưu bản nháp")
    name, said = downloaded(page)
    assert name == "thong-bao-ket-luan-ky-1-du-thao.docx"
    assert {"DỰ THẢO", "Số: 12/TB-UBND", "Thuế tỉnh phối hợp."} <= set(said)
    public = page.request.get("/sessions/ky-1").text()
    assert "12/TB-UBND" not in public
    assert "giao một việc" not in public

    follow(page, "Sửa")
    press(form, "Lưu và công bố kết quả")
    assert "DỰ THẢO" not in sheet.inner_text()
    assert axe(page) == []
    shoot(page, "minutes-published")
    name, said = downloaded(page)
    assert name == "thong-bao-ket-luan-ky-1.docx"
    assert "DỰ THẢO" not in said
    for words in (
        "THÔNG BÁO",
        "Số: 12/TB-UBND",
        "Giao Sở Tài chính hướng dẫn doanh nghiệp bổ sung hồ sơ.",
        "Thuế tỉnh phối hợp.",
        "– Giao Sở Tài chính chủ trì: hướng dẫn hồ sơ. Trả lời trước ngày 01/12/2026.",
    ):
        assert words in said, said
    whole = "\n".join(said)
    assert "Giao Sở tài chính trả lời." not in whole
    for words in (SECRET, "Lời kín của chủ tọa."):
        assert words not in whole
        assert words not in sheet.inner_text()
    # On the screen it says what the file says.
    shown = " ".join(sheet.inner_text().split())
    for words in said:
        assert " ".join(words.split()) in shown, words
    sign_in(province.mount, None)
    page.goto("/sessions/ky-1")
    told = page.get_by_role("main").inner_text()
    assert "12/TB-UBND" in told
    assert "Một kiến nghị về thuế, giao một việc." in told


def test_the_sheet_is_what_the_printer_gets(province: Province, page: Page, shoot: Shoot) -> None:
    page.goto("/organize/sessions/ky-1/minutes")
    button = page.get_by_role("button", name="In", exact=True)
    page.evaluate("window.print = () => { window.printed = true }")
    button.click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert button.is_hidden()
    assert page.get_by_role("link", name="Tải .docx").is_hidden()
    assert page.get_by_role("heading", level=1, name="THÔNG BÁO").is_visible()
    # A4 of which nothing is cut off at the right.
    page.set_viewport_size({"width": 794, "height": 1123})
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    shoot(page, "minutes-on-paper")
    assert len(page.pdf(format="A4", prefer_css_page_size=True)) > 5_000
