"""What the public page of a session weighs on a phone, and how soon it is there on a slow line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from sqlalchemy import select

from meetup.photos import service as photos
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from meetup.storage import Upload
from tests.factories import STARTS, make_registration, make_session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

    from tests.factories import Unit

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

#: Bytes over the wire, headers with them (issue 5).
FIRST_VISIT, NEXT_VISIT = 60_000, 10_000
#: WebPageTest's slow 3G: 400 kbit/s each way, 400 ms for a round trip.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
LARGEST_PAINT_MS = 2_500


@pytest.fixture
def settings() -> dict[str, Any]:
    """Everything that a programme would have on its public pages."""
    return {"MEETUP_PLUGINS": "coffee-connect,mailbox,survey"}


@pytest.fixture
def path(work: Unit) -> str:
    """A session as it is announced: a place, a text, people who come."""
    with work() as w:
        session = make_session(w, capacity=200, venue="Trung tâm Hội nghị tỉnh, 12 Trần Hưng Đạo")
        for number in range(1, 6):
            make_registration(w, session, number)
        found = f"/sessions/{session.slug}"
        w.commit()
    return found


@dataclass
class Line:
    """A phone's line: what came over it."""

    page: Page
    wire: CDPSession
    addresses: list[str] = field(default_factory=list)
    bytes: int = 0

    def visit(self, address: str) -> int:
        """Open the page; gives the bytes that it took."""
        self.bytes = 0
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        return self.bytes


@pytest.fixture
def phone(browser: Browser, live_server: str) -> Iterator[Callable[..., Line]]:
    """Opens a phone of 390 px with an empty cache: ``phone(javascript=False)``."""
    contexts: list[Any] = []

    def open_phone(*, javascript: bool = True) -> Line:
        # Not by `new_page`: that looks into every request, and a page whose requests are looked into has no cache.
        context = browser.new_context(
            base_url=live_server,
            viewport={"width": 390, "height": 844},
            java_script_enabled=javascript,
            locale="vi-VN",
        )
        contexts.append(context)
        page = context.new_page()
        line = Line(page, context.new_cdp_session(page))
        line.wire.send("Network.enable")
        line.wire.on("Network.requestWillBeSent", lambda told: line.addresses.append(told["request"]["url"]))
        line.wire.on("Network.loadingFinished", lambda told: setattr(line, "bytes", line.bytes + _size(told)))
        return line

    yield open_phone
    for context in contexts:
        context.close()


def _size(told: dict[str, Any]) -> int:
    return int(told["encodedDataLength"])


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_the_page_is_light_and_lighter_the_second_time(
    phone: Callable[..., Line], live_server: str, path: str, javascript: bool
) -> None:
    line = phone(javascript=javascript)
    first = line.visit(path)
    assert first <= FIRST_VISIT, f"{first} bytes, all assets counted"
    assert first > 5_000, "what came was not counted"
    again = line.visit(path)
    assert again <= NEXT_VISIT, f"{again} bytes on the next visit"
    hosts = {urlsplit(one).netloc for one in line.addresses if one.startswith("http")}
    assert hosts == {urlsplit(live_server).netloc}, "somebody else is asked"
    assert line.page.locator("main a[href$='/register']").count() >= 1
    print(f"first visit {first} bytes, next visit {again} bytes")  # noqa: T201 - for whoever wants to know


def test_on_a_slow_line_it_is_there_soon(phone: Callable[..., Line], path: str) -> None:
    painted_soon(phone, path)


@pytest.fixture
def photographed(work: Unit, path: str, clock: Any) -> str:
    """The same session when it was held, with six photographs of 12 megapixels on its page."""
    clock.travel(to=STARTS)
    with work() as w:
        session = w.db.scalars(select(Session)).one()
        sessions.hold(w, session)
        for number in range(6):
            picture = Image.effect_noise((400, 300), 60).resize((4000, 3000)).convert("RGB")
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=70)
            words = {"caption": "Bên ly cà phê", "alt": f"Ảnh {number}", "credit": "Ảnh: Ban tổ chức"}
            (photo,) = photos.add(w, session, [Upload(f"{number}.jpg", out.getvalue())], **words)
            photos.publish(w, photo, nobody_unasked=True)
        w.commit()
    return path


def test_photographs_come_after_the_words(phone: Callable[..., Line], photographed: str) -> None:
    """They delay no word, move nothing when they come, and are there for whoever scrolls to them."""
    painted_soon(phone, photographed, "entry => !entry.url")
    line = phone()
    line.page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "one => { if (!one.hadRecentInput) window.moved += one.value; }))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    line.visit(photographed)
    pictures = line.page.locator("figure img")
    assert pictures.count() == 6
    for at in range(6):
        pictures.nth(at).scroll_into_view_if_needed()
        line.page.wait_for_function("at => document.querySelectorAll('figure img')[at].naturalWidth === 960", arg=at)
    assert line.page.evaluate("window.moved") < 0.1


def painted_soon(phone: Callable[..., Line], path: str, counts: str = "() => true") -> None:
    """The soonest of three phones: what else the machine does is no part of it.

    Args:
        counts: which entries of the largest paint; those of pictures have an address.
    """
    painted = []
    for _turn in range(3):
        line = phone()
        line.wire.send("Network.emulateNetworkConditions", SLOW_3G)
        line.page.add_init_script(
            f"const counts = {counts}; new PerformanceObserver(list => {{ "
            "window.painted = list.getEntries().filter(counts).at(-1)?.startTime ?? window.painted; })"
            ".observe({type: 'largest-contentful-paint', buffered: true});"
        )
        line.visit(path)
        painted.append(line.page.evaluate("window.painted"))
        assert painted[-1] > 400, "the line was not slow"
        if painted[-1] <= LARGEST_PAINT_MS:
            break
    assert min(painted) <= LARGEST_PAINT_MS, f"largest contentful paint after {painted} ms"
    print(f"largest contentful paint after {min(painted):.0f} ms")  # noqa: T201 - for whoever wants to know
