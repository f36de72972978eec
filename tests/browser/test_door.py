"""The door on phones in a browser: the camera, and an hour without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.registrations.codes import code_of
from meetup.registrations.models import Arrival, Registration
from tests.factories import ORGANIZER, make_registration, make_session, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.clock import SettableClock

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

#: A camera that shows one code after the other, and a browser that reads codes by itself, as on Android.
_CAMERA = """(codes) => {
  const shown = [...codes];
  window.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(['qr_code']); }
    detect() { return Promise.resolve(shown.length ? [{ rawValue: shown.shift() }] : []); }
  };
  navigator.mediaDevices.getUserMedia = () => {
    const canvas = document.createElement('canvas'), brush = canvas.getContext('2d');
    setInterval(() => { brush.fillStyle = `hsl(${Date.now() % 360} 50% 50%)`; brush.fillRect(0, 0, 300, 150); }, 50);
    return Promise.resolve(canvas.captureStream(20));
  };
}"""


@pytest.fixture
def door(mount: Mount, work: Unit, clock: SettableClock) -> tuple[str, list[int], list[str]]:
    """A session with a hundred registrations on its morning: the door's path, the keys and the codes."""
    sign_in(mount, ORGANIZER)
    with work() as w:
        session = make_session(w, capacity=150)
        rows = [make_registration(w, session, number) for number in range(1, 101)]
        found = f"/organize/sessions/{session.slug}/door/", [r.id for r in rows], [code_of(w, r) for r in rows]
        w.commit()
    clock.travel(to="2026-11-28T07:05")
    return found


def ready(page: Page, path: str, people: int = 100) -> None:
    """Open the door; the phone has the list and can do without the network from then on."""
    page.goto(path)
    page.wait_for_selector("[data-kept=yes]", state="attached")
    counted(page, f"/{people}")


def counted(page: Page, part: str) -> None:
    """Wait until the count of people says so."""
    page.locator("[data-door-count]", has_text=part).wait_for()


def wait_for_sent(page: Page) -> None:
    page.wait_for_selector("[data-door-state][data-waiting='0']", state="attached", timeout=30_000)


def test_fifty_people_on_each_of_two_phones_without_a_network(
    door: tuple[str, list[int], list[str]],
    work: Unit,
    new_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    axe: Callable[[Page], list[str]],
) -> None:
    path, keys, codes = door
    phones = [new_page(390), new_page(390)]
    for phone in phones:
        ready(phone, path)
        phone.context.set_offline(True)
    # Ten of them show their code at both doors.
    for phone, some in zip(phones, (codes[:50], codes[40:90]), strict=True):
        # The phone is put away and taken out again: the page comes without a network too.
        answer = phone.reload()
        assert answer is not None
        assert answer.from_service_worker
        counted(phone, "/100")
        for code in some:
            phone.fill("#door-q", code)
            phone.press("#door-q", "Enter")
        phone.wait_for_selector("[data-door-state][data-waiting='50']", state="attached")
        shoot(phone, f"door-offline-{phones.index(phone)}")
    assert axe(phones[0]) == []
    phones[0].fill("#door-name", "Đặng Thị Đến")
    phones[0].press("#door-name", "Enter")
    phones[0].wait_for_selector("[data-door-state][data-waiting='51']", state="attached")
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Arrival)) == 0
    for phone in phones:
        phone.context.set_offline(False)
        # Once by itself, once by an impatient thumb.
        phone.click("[data-door-send]")
    for phone in phones:
        wait_for_sent(phone)
        shoot(phone, f"door-sent-{phones.index(phone)}")
    with work(write=False) as w:
        came = set(w.db.scalars(select(Registration.id).where(Registration.state == "attended")))
        assert set(keys[:90]) < came
        assert len(came) == 91, "ninety who were expected, and one who was not"
        assert w.db.scalar(select(func.count()).select_from(Arrival)) == 101
        times = w.db.scalars(select(Registration.checked_in_at).where(Registration.state == "attended")).all()
        assert all(times)


def test_the_camera_reads_codes(
    door: tuple[str, list[int], list[str]], work: Unit, new_page: Callable[..., Page], shoot: Any
) -> None:
    path, keys, codes = door
    phone = new_page(390)
    shown = [f"https://caphe.example{path.removesuffix('door/')}check-in?q={codes[3]}", "WIFI:S:khach;;", codes[7]]
    phone.add_init_script(f"({_CAMERA})({shown!r})")
    ready(phone, path)
    phone.click("[data-door-scan]")
    counted(phone, "2/")
    shoot(phone, "door-camera")
    wait_for_sent(phone)
    with work(write=False) as w:
        came = set(w.db.scalars(select(Registration.id).where(Registration.state == "attended")))
    assert came == {keys[3], keys[7]}
    phone.click("[data-door-scan]")
    assert phone.locator("video").is_hidden()


@pytest.mark.parametrize("viewport", [390, 1280], indirect=True)
def test_by_name_with_the_keyboard_alone(
    door: tuple[str, list[int], list[str]], work: Unit, page: Page, shoot: Any, axe: Any
) -> None:
    path, keys, _codes = door
    ready(page, path)
    page.focus("#door-q")
    page.keyboard.type("nguoi 42.1")
    assert page.locator("[data-door-list] li").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    counted(page, "1/")
    assert "Công ty TNHH Mẫu 42" in page.locator("[data-door-said]").inner_text()
    wait_for_sent(page)
    shoot(page, "door-by-name")
    assert axe(page) == []
    with work(write=False) as w:
        assert w.get(Registration, keys[41]).state == "attended"


def test_a_phone_that_is_signed_out_meanwhile_keeps_what_it_noted(
    door: tuple[str, list[int], list[str]], mount: Mount, work: Unit, page: Page
) -> None:
    path, keys, codes = door
    ready(page, path)
    sign_in(mount, None)
    page.fill("#door-q", codes[0])
    page.press("#door-q", "Enter")
    page.locator("[data-door-said]", has_text="đăng nhập").wait_for()
    assert page.locator("[data-door-state]").get_attribute("data-waiting") == "1"
    sign_in(mount, ORGANIZER)
    page.click("[data-door-send]")
    wait_for_sent(page)
    with work(write=False) as w:
        assert w.get(Registration, keys[0]).state == "attended"
