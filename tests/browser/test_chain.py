"""The whole chain in a browser, as the three kinds of user: nothing is done behind the pages' back.

Set-up is by commands, mails come from the mail server and their links are followed,
the worker runs between the steps. The enterprise has a phone and no account; it walks
once with scripts and once without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.features.chain import PASSWORD, bring_in, deliver, hire

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.rig.clock import SettableClock
    from tests.rig.mail import Mail, SmtpServer

TITLE = "Hoàn thuế GTGT chậm"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class Person:
    """Somebody at a browser.

    Args:
        page: the browser's page.
        name: of the pictures.
        shoot: takes them.
    """

    def __init__(self, page: Page, name: str, shoot: Callable[[Page, str], Path]) -> None:
        self.page = page
        self.name = name
        self._shoot = shoot
        self._shots = 0

    def go(self, address: str) -> Person:
        """Open an address, as typed or out of a mail."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        return self

    def follow(self, selector: str) -> Person:
        """Press a link that is seen."""
        return self.press(self.page.locator(selector).locator("visible=true").first)

    def press(self, what: Any) -> Person:
        """Press what leads to another page, or to this one anew."""
        with self.page.expect_navigation():
            what.click()
        return self

    def fill(self, form: str, **typed: str) -> Person:
        """Type into the form that is sent to where `form` ends."""
        found = self._form(form)
        for name, value in typed.items():
            field = found.locator(f"[name='{name.replace('__', '-')}']").first
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def tick(self, form: str, name: str, value: str = "") -> Person:
        """Tick a box or choose a button by its label, as a finger does."""
        which = f"[name='{name}']" + (f"[value='{value}']" if value else "")
        self._form(form).locator(which).check()
        return self

    def attach(self, form: str, name: str, content: bytes) -> Person:
        """Choose a file."""
        field = self._form(form).locator("input[type=file]")
        field.set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
        return self

    def send(self, form: str) -> Person:
        """Press the form's button; the answer has to be a page that is no error."""
        button = self._form(form).locator("button:not([type=button]):not([disabled])").locator("visible=true").last
        self.press(button)
        assert self.page.locator(".mu-summary, .mu-oops").count() == 0, self.page.locator("main").inner_text()
        return self

    def sees(self, *words: str) -> Person:
        """What stands on the page."""
        text = self.page.locator("main").inner_text()
        for word in words:
            assert word in text, f"{word!r} is not on {self.page.url}:\n{text}"
        return self

    def shot(self, what: str) -> Person:
        """A picture of the page."""
        self._shots += 1
        self._shoot(self.page, f"chain-{self.name}-{self._shots:02}-{what}")
        return self

    def sign_in(self, email: str) -> Person:
        """Through the sign-in page that is open."""
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", PASSWORD)
        return self.press(self.page.locator("main form button.btn-primary"))

    def _form(self, action: str) -> Any:
        found = self.page.locator("main form" if not action else f"form[action$='{action}']").first
        # What is folded is opened first.
        for folded in found.locator("xpath=ancestor::details[not(@open)]").all():
            folded.locator("summary").first.click()
        return found


def link_in(mail: Mail, part: str) -> str:
    """The link of a mail whose address has `part` in it."""
    found = re.findall(r"https?://[^\s>)\"]+", mail.text)
    fitting = [one for one in found if part in one]
    assert fitting, f"no link with {part} in {found}"
    return fitting[0]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_chain_in_a_browser(
    scripts: bool,
    runner: Any,
    smtp: SmtpServer,
    clock: SettableClock,
    new_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    bring_in(runner, tmp_path)
    hire(runner)
    name = "" if scripts else "-no-scripts"
    admin = Person(new_page(1280), f"admin{name}", shoot).go("/login").sign_in("admin@province.example")
    organizer = Person(new_page(1280), f"organizer{name}", shoot).go("/login").sign_in("thuky@province.example")
    officer = Person(new_page(1280), f"officer{name}", shoot)
    enterprise = Person(new_page(390, javascript=scripts), f"enterprise{name}", shoot)

    # The programme, a field of work, and a session that is announced.
    admin.go("/organize/programmes/new").fill("", name="Cà phê kết nối doanh nghiệp", email="caphe@province.example")
    admin.send("").shot("programme")
    organizer.go("/organize/departments/").fill("/departments/fields", code="thue", name="Thuế")
    organizer.send("/departments/fields").sees("Thuế")
    organizer.go("/organize/").shot("desk").follow("a[href$='/sessions/new']")
    organizer.fill(
        "",
        title="Cà phê kỳ đầu",
        topic="Thuế, hóa đơn",
        starts_at="2026-11-14T07:00",
        ends_at="2026-11-14T09:00",
        venue="Không gian Khởi nghiệp",
        capacity="3",
        seats_per_enterprise="2",
        chair="Nguyễn Văn Chủ",
        chair_role="Chủ tịch UBND tỉnh",
    )
    organizer.shot("session-new").send("").sees("Cà phê kỳ đầu").shot("session-draft")
    desk = organizer.page.url
    organizer.send("/publish").shot("session-published")

    # The enterprise finds it, registers, and opens its mail.
    enterprise.go("/").shot("home").follow(".mu-hero a.btn-secondary")
    enterprise.sees("Cà phê kỳ đầu", "14/11/2026", "Không gian Khởi nghiệp").shot("session")
    enterprise.follow("main a[href$='/register']")
    enterprise.fill(
        "",
        kind="enterprise",
        tax_code="9999900013",
        name="Công ty TNHH Thủy sản Mẫu Một",
        contact_name="Nguyễn Văn An",
        email="an@mot.example",
        phone="0290 000 0001",
        participants__0__name="Nguyễn Văn An",
    )
    enterprise.tick("", "consent").shot("register").send("").shot("registered")
    assert "/r/" not in enterprise.page.url, "the secret link stands on the screen"
    deliver(runner)
    enterprise.go(link_in(smtp.last("an@mot.example"), "/r/")).sees("Công ty TNHH Thủy sản Mẫu Một").shot("own")

    # It hands in an issue with a document.
    enterprise.follow("a[href$='/issues/new']")
    enterprise.fill(
        "", title=TITLE, description="Hồ sơ hoàn thuế nộp ba tháng chưa có trả lời, ảnh hưởng vốn lưu động."
    )
    enterprise.attach("", "ho-so.pdf", PDF).shot("issue-new").send("").sees(TITLE).shot("issue-sent")
    enterprise.sees("ho-so.pdf")

    # Triage: the document is read, the issue taken on, and put on the agenda.
    organizer.go("/organize/issues/").sees(TITLE).shot("triage-queue").follow(f"main a:has-text('{TITLE}')")
    triage = organizer.page.url
    paper = organizer.page.locator("main a[href*='/files/']").first.get_attribute("href")
    assert paper
    assert organizer.page.request.get(paper).body() == PDF
    organizer.fill("/accept", field="thue", lead_department="STC").shot("triage").send("/accept")
    organizer.go(desk).follow("main a[href$='/agenda']").shot("agenda-empty")
    organizer.press(organizer.page.locator("form:has(input[name=add]) button")).sees("07:00", TITLE).shot("agenda")
    smtp.clear()
    deliver(runner)
    assert len(smtp.to("an@mot.example")) >= 2, "the enterprise hears that it was taken on, and when it is its turn"

    # The morning: check-in, the stage, the projector, the conclusion with an order in one line.
    clock.travel(to="2026-11-14T07:00")
    organizer.go(desk).send("/hold").shot("session-held")
    organizer.follow("main a[href$='/check-in']").send("/check-in").shot("check-in")
    organizer.go(f"{desk}live").sees(TITLE).shot("live-empty").send("/live/stage")
    hall = Person(organizer.page.context.new_page(), f"hall{name}", shoot).go(f"{desk}projector")
    hall.page.get_by_text(TITLE).first.wait_for()
    hall.shot("projector").page.close()
    number = re.search(r"(\d+)$", triage)
    assert number
    conclude = f"/live/{number[1]}"
    organizer.fill(
        conclude,
        text="Giao Sở Tài chính trả lời doanh nghiệp.",
        lines="STC 10 ngày làm việc: trả lời doanh nghiệp về hồ sơ hoàn thuế",
    )
    organizer.shot("live").send(conclude).sees("trả lời doanh nghiệp về hồ sơ hoàn thuế").shot("live-concluded")
    smtp.clear()
    deliver(runner)

    # The department: from its mail to the answer.
    clock.travel(to="2026-11-16T09:00")
    officer.go(link_in(smtp.last("stc@province.example"), "/department/")).sign_in("canbo@stc.example")
    officer.sees(TITLE, "01/12/2026").shot("follow-up")
    work = officer.page.url
    officer.send("/accept").fill("/progress", text="Đã kiểm tra hồ sơ.").send("/progress").shot("accepted")
    deliver(runner)
    enterprise.go(link_in(smtp.last("an@mot.example"), "/r/")).sees("Đã kiểm tra hồ sơ.").shot("progress")
    officer.tick("/answer", "outcome", "resolved").fill(
        "/answer",
        text="Số thuế được hoàn vào tài khoản ngày 20/11/2026 theo quyết định 45.",
        legal_references="Luật Quản lý thuế 38/2019/QH14",
    )
    officer.attach("/answer", "quyet-dinh-45.pdf", PDF).shot("answer").send("/answer").shot("answered")
    officer.go("/department/").shot("department")

    # The organiser checks it; the enterprise has the last word, from its mail.
    organizer.go("/organize/follow-ups/").sees(TITLE).shot("to-verify")
    organizer.go(work).shot("verify").send("/verify").shot("verified")
    smtp.clear()
    deliver(runner)
    enterprise.go(link_in(smtp.last("an@mot.example"), "/follow-ups/"))
    enterprise.sees("Số thuế được hoàn", "quyet-dinh-45.pdf").shot("confirm")
    enterprise.press(enterprise.page.locator("form[action$='/confirm'] button[value='4']")).shot("confirmed")

    # Published; anybody finds it without diacritics, and the results count it.
    organizer.go(triage).fill(
        "/publish",
        title=TITLE,
        question="Hồ sơ hoàn thuế nộp ba tháng chưa có trả lời.",
        answer="Đã hoàn thuế ngày 20/11/2026.",
    )
    organizer.shot("publish").send("/publish").shot("published")
    enterprise.go("/issues/?q=hoan+thue").sees(TITLE).shot("search").follow(f"main a:has-text('{TITLE}')")
    enterprise.sees("Đã hoàn thuế ngày 20/11/2026.").shot("issue-public")
    assert "an@mot.example" not in enterprise.page.content()
    enterprise.go("/results/").sees("Sở Tài chính").shot("results")
    Person(new_page(1280), f"public{name}", shoot).go("/results/").sees("Sở Tài chính").shot("results")
    organizer.go(desk).send("/report").shot("session-reported")
    deliver(runner)
