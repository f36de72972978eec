"""The widget in a frame on another site: shown where the setting names that site, and nowhere else (R28)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from meetup.sessions import service as sessions
from tests.factories import make_session

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.factories import Unit

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def province_site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another site: its address, and the folder of its pages."""
    folder = tmp_path / "province"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


@pytest.fixture(params=["named", "not named"])
def named(request: pytest.FixtureRequest) -> bool:
    """Whether the setting names the other site."""
    return bool(request.param == "named")


@pytest.fixture
def settings(province_site: tuple[str, Path], named: bool) -> dict[str, Any]:
    """The site that may show the widget."""
    return {"MEETUP_WIDGET_SITES": province_site[0] if named else "https://other.example"}


def test_another_site_shows_it_if_it_is_named(
    browser: Browser, live_server: str, province_site: tuple[str, Path], named: bool, work: Unit
) -> None:
    with work() as w:
        make_session(w, title="Phiên sắp tới")
        told = make_session(w, title="Phiên đã qua")
        sessions.hold(w, told)
        sessions.report(w, told, summary="Ba việc đã giao cho Sở Tài chính.")
        w.commit()
    address, folder = province_site
    (folder / "index.html").write_text(f'<!doctype html><iframe src="{live_server}/widget/" width="390" height="600">')
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    try:
        page = context.new_page()
        page.goto(f"{address}/index.html")
        page.wait_for_load_state("networkidle")
        frame = page.frames[1]
        if not named:
            assert frame.url.startswith("chrome-error:")
            return
        words = frame.locator("main").inner_text()
        assert "Phiên sắp tới" in words
        assert "Ba việc đã giao cho Sở Tài chính." in words
        frame.get_by_role("link", name="Phiên sắp tới").click()
        page.wait_for_url(f"{live_server}/sessions/**")
        # No other page of ours is shown in a frame, named site or not.
        (folder / "other.html").write_text(f'<!doctype html><iframe src="{live_server}/sessions/">')
        page.goto(f"{address}/other.html")
        page.wait_for_load_state("networkidle")
        assert page.frames[1].url.startswith("chrome-error:")
    finally:
        context.close()
