"""The organiser's desk with keys, fingers and a mouse: triage, and the order of an agenda."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from meetup.issues import queries
from meetup.sessions.models import Session
from tests.features.following import run_worker
from tests.features.issuing import ORGANIZER, Province, build

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]


@pytest.fixture
def province(mount: Any, work: Any) -> Province:
    made = build(mount, work)
    made.sign_in(ORGANIZER)
    return made


@pytest.fixture
def due(site: Any, clock: Any) -> Callable[[int], None]:
    """So many seconds go by, and the worker comes."""

    def goes_by(seconds: int) -> None:
        clock.travel(seconds=seconds)
        run_worker(site)

    return goes_by


@pytest.mark.parametrize("viewport", [390, 1280], indirect=True)
def test_triage_with_keys_alone(
    province: Province,
    page: Page,
    due: Callable[[int], None],
    shoot: Callable[[Page, str], Path],
    axe: Callable[[Page], list[str]],
) -> None:
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(4)]
    page.goto("/organize/issues/")
    shoot(page, "triage-queue")
    assert axe(page) == []
    # The first two are ticked and taken on together.
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    page.wait_for_url("**/several?**")
    page.locator("#accept [name=field]:focus").wait_for()
    assert axe(page) == []
    shoot(page, "triage-several")
    page.keyboard.type("Đất")
    page.locator("#accept [name=field]").select_option(index=1)
    page.locator("#accept [name=lead_department]").select_option("SNNMT")
    page.locator("#accept button[type=submit]").press("Enter")
    page.wait_for_url("**/organize/issues/")
    # Nothing has happened yet, so it can be undone.
    assert axe(page) == []
    shoot(page, "triage-undo")
    with page.expect_navigation():
        page.locator("#decisions button").press("Enter")
    assert page.locator("#decisions button").count() == 0
    due(61)
    assert {province.issue(one).state for one in numbers} == {"submitted"}
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    page.locator("#accept [name=field]:focus").wait_for()
    page.locator("#accept [name=field]").select_option(index=1)
    page.locator("#accept [name=lead_department]").select_option("SNNMT")
    page.locator("#accept button[type=submit]").press("Enter")
    page.wait_for_url("**/organize/issues/")
    due(61)
    # The page finds out by itself.
    page.locator("#decisions button").wait_for(state="detached")
    assert [province.issue(one).state for one in numbers] == ["accepted", "accepted", "submitted", "submitted"]
    page.reload()
    # The third is declined by itself, the form stands open.
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.wait_for_url(f"**/organize/issues/{numbers[2]}#decline")
    page.locator("#decline [name=reason]:focus").wait_for()
    page.keyboard.type("Thuộc thẩm quyền của Thanh tra tỉnh.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    # Going on leads to the next new one, which resembles those that were taken on.
    page.wait_for_url(f"**/organize/issues/{numbers[3]}")
    assert page.get_by_text("Thuê đất số 0").count() >= 1, "the duplicate is suggested"
    page.keyboard.press("m")
    page.locator("#merge [name=into]:focus").wait_for()
    page.keyboard.type(str(numbers[0]))
    page.keyboard.press("Enter")
    page.wait_for_url("**/organize/issues/")
    assert province.issue(numbers[2]).state == "declined"
    assert province.issue(numbers[3]).state == "merged"


def order(province: Province) -> list[str]:
    with province.work(write=False) as w:
        return [item.issue.title[-1] for item in queries.agenda(w.db, w.get(Session, province.session))]


@pytest.mark.parametrize("viewport", [390, 1280], indirect=True)
def test_the_agenda_by_mouse_keys_and_fingers(
    province: Province, page: Page, shoot: Callable[[Page, str], Path], axe: Callable[[Page], list[str]]
) -> None:
    for title in "ABC":
        province.raise_issue(f"Kiến nghị {title}", to="discussed")
    page.goto(f"/organize/sessions/{province.slug}/agenda")
    rows = page.locator("[data-agenda-row]")
    times = page.locator("[data-agenda-at]")
    begins = times.first.inner_text()

    def shown() -> str:
        return "".join(title[-1] for title in rows.locator("h2").all_inner_texts())

    assert shown() == "ABC"
    # By the button, as a finger does.
    rows.nth(0).locator("[name=down]").click()
    assert shown() == "BAC"
    assert page.evaluate("document.activeElement.name") == "down"
    # By keys: Alt and the arrow, from any field of the line; one goes along with it.
    page.keyboard.press("Alt+ArrowDown")
    assert shown() == "BCA"
    assert "3" in page.locator("[data-agenda-said]").inner_text()
    # By the mouse.
    if page.viewport_size and page.viewport_size["width"] == 1280:
        rows.nth(2).locator("h2").drag_to(rows.nth(0), target_position={"x": 300, "y": 3})
        assert shown() == "ABC"
        rows.nth(0).locator("[name=down]").click()
        rows.nth(1).locator("[name=down]").click()
    assert shown() == "BCA"
    assert page.locator("[data-agenda-unkept]").is_visible()
    assert times.first.inner_text() == begins
    rows.nth(0).locator("[data-agenda-minutes]").fill("200")
    assert "220" in page.locator("[data-agenda-sum]").inner_text()
    assert "thừa" in page.locator("[data-agenda-over]").inner_text()
    shoot(page, "agenda-over-full")
    assert axe(page) == []
    rows.nth(0).locator("[data-agenda-minutes]").fill("30")
    assert "thừa" not in page.locator("[data-agenda-over]").inner_text()
    page.locator("[data-agenda] button.btn-primary").click()
    page.wait_for_load_state()
    assert order(province) == ["B", "C", "A"]
    assert "30" in rows.nth(0).locator("[data-agenda-minutes]").input_value()
    assert page.locator("[data-agenda-unkept]").is_hidden()
