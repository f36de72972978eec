"""A question before a step: answered by a double click it is answered once, and nothing below it is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from meetup.sessions.models import Session
from tests.browser.hands import come
from tests.features.following import Province, build

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.parametrize("viewport", [390, 1280], indirect=True),
]

DESK = "/organize/sessions/ky-1/"


@pytest.fixture
def province(site: Any, mount: Any, work: Any, clock: Any) -> Province:
    return build(site, mount, work)


def test_a_double_click_presses_nothing_below(province: Province, page: Page) -> None:
    come(page, "organizer", DESK)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.resource_type == "document" else None)
    page.get_by_role("button", name="Mở buổi gặp").or_(page.get_by_role("button", name="Bắt đầu buổi gặp")).click()
    # Wherever the dialog stands, there is something below it.
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<a href=/sessions/ id=below>x</a>');"
        "document.getElementById('below').style.cssText = 'position: fixed; inset: 0; z-index: 99'"
    )
    yes = page.locator("dialog .btn-primary")
    box = yes.bounding_box()
    assert box is not None
    with page.expect_navigation():
        for _ in range(2):
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(120)
    page.wait_for_timeout(800)
    with province.work(write=False) as w:
        assert w.get(Session, province.session).state == "held"
    assert page.url.endswith(DESK)
    assert all(url.rstrip("/").rpartition("/")[2] in {"ky-1", "hold"} for url in asked), asked
    assert page.locator("dialog").count() == 0


def test_no_leaves_all_as_it_was(province: Province, page: Page, shoot: Callable[..., Any]) -> None:
    come(page, "organizer", DESK)
    page.get_by_role("button", name="Mở buổi gặp").or_(page.get_by_role("button", name="Bắt đầu buổi gặp")).click()
    shoot(page, "confirming")
    page.locator("dialog .btn-secondary").click()
    assert page.locator("dialog").count() == 0
    with province.work(write=False) as w:
        assert w.get(Session, province.session).state == "published"
