"""What a hand does on a page, whoever's it is: come in, press a button, follow a link; each waits for what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def come(page: Page, who: str, path: str) -> None:
    """Come in as `who`, whom the door of ``tests.features.following`` knows by a header."""
    page.context.set_extra_http_headers({"X-As": who})
    page.goto(path)


def follow(part: Locator | Page, words: str) -> None:
    """Press the first link called `words`."""
    link = part.get_by_role("link", name=words, exact=True).first
    with link.page.expect_navigation():
        link.click()


def press(part: Locator | Page, words: str) -> None:
    """Press the button called `words`."""
    button = part.get_by_role("button", name=words, exact=True)
    with button.page.expect_navigation():
        button.click()


def is_in_sight(part: Locator) -> bool:
    """Whether nobody has to swipe sideways to see it."""
    box, size = part.bounding_box(), part.page.viewport_size
    assert box
    assert size
    return box["x"] >= -1 and box["x"] + box["width"] <= size["width"] + 1
