"""A headless browser: the distribution's Chromium, driven by Playwright."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.rig.report import cannot_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Screenshots of the last run; ignored by git.
ARTEFACTS = Path(__file__).parent.parent / "artefacts"
NODE_MODULES = Path(__file__).parent.parent / "node_modules"
HEIGHTS = {390: 844, 1280: 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window.

    One for each module, not for the run: Playwright keeps an event loop running in this
    thread, in which nothing that turns async into sync works, and other modules do that.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        cannot_run("The browser", f"playwright is not installed ({error})")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        cannot_run("The browser", "Chromium is not installed; run make test-deps")
    with sync_playwright() as playwright:
        try:
            # Root may not use the sandbox, and shared memory is small in containers.
            opened = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=vi"]
            )
        except Error as error:
            cannot_run("The browser", f"Chromium did not start: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Browser, live_server: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens pages, each as a visitor of its own: ``new_page(width=390, javascript=False)``.

    What the browser complains about (script errors, the Content-Security-Policy, an
    address outside of the site) fails the test at its end; a test that means to
    cause such a complaint empties ``page.faults``.
    """
    contexts: list[Any] = []
    pages: list[Page] = []
    home = urlsplit(live_server).netloc

    def open_page(width: int = 1280, *, javascript: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server,
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            java_script_enabled=javascript,
            locale=options.pop("locale", "vi-VN"),
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        faults: list[str] = []
        page.faults = faults  # type: ignore[attr-defined]

        def stay_home(route: Any) -> None:
            if urlsplit(route.request.url).netloc == home:
                route.continue_()
            else:
                faults.append(f"asked for {route.request.url}, outside of the site")
                route.abort()

        def note(message: Any) -> None:
            # A page that answers 4xx on purpose is no complaint.
            if message.type == "error" and not message.text.startswith("Failed to load resource"):
                faults.append(message.text)

        context.route("**/*", stay_home)
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        pages.append(page)
        return page

    yield open_page

    failed = getattr(request.node, "rig_failed", False)
    if failed:
        for number, page in enumerate(pages):
            _shoot(page, f"failed-{request.node.name}-{number}")
    found = [fault for page in pages for fault in page.faults]  # type: ignore[attr-defined]
    for context in contexts:
        context.close()
    if found and not failed:
        pytest.fail("the browser complained:\n" + "\n".join(found), pytrace=False)


@pytest.fixture
def viewport(request: pytest.FixtureRequest) -> int:
    """The page's width: 1280, or both by ``@pytest.mark.parametrize("viewport", [390, 1280], indirect=True)``."""
    return int(getattr(request, "param", 1280))


@pytest.fixture
def page(new_page: Callable[..., Page], viewport: int) -> Page:
    """One page on the live server, at the width of ``viewport``."""
    return new_page(viewport)


@pytest.fixture
def shoot() -> Callable[[Page, str], Path]:
    """Takes a picture into tests/artefacts: ``shoot(page, "register")``."""
    return _shoot


def _shoot(page: Page, name: str) -> Path:
    ARTEFACTS.mkdir(exist_ok=True)
    width = (page.viewport_size or {"width": 0})["width"]
    path = ARTEFACTS / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name).strip('-')}-{width}.png"
    page.screenshot(path=path, full_page=True)
    return path


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong with a page, by WCAG 2.2 AA: ``assert axe(page) == []``."""
    script = NODE_MODULES / "axe-core" / "axe.min.js"
    if not script.is_file():
        cannot_run("Accessibility", "axe-core is not installed; run make test-deps")

    def examine(page: Page) -> list[str]:
        # Evaluated, not added as a tag: the page's own policy forbids scripts that are not the site's.
        page.evaluate(script.read_text("utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
        return [
            f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['target']} {node['html'][:160]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    return examine
