"""Draws the pictures of the README and of the tour from the demo's story, as visitors, enterprises and staff see it.

Needs Debian's Chromium and the test extras. Run: python tools/pictures.py
"""

from __future__ import annotations

import base64
import io
import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from meetup import create_app
from meetup.demo import people, rows, script
from meetup.demo.story import ORGANIZER, Story
from meetup.departments.models import Department
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.migrate import upgrade
from meetup.mount import Mount
from meetup.registrations import service as registrations
from meetup.registrations.links import manage_token
from meetup.registrations.models import Registration
from meetup.staff import service as staff

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
#: Always the same morning, so that the picture changes only when the pages do.
NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
MOST_BYTES = 250_000

LOOK: dict[str, Any] = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "reduced_motion": "reduce"}

#: Pictures of the tour by staff: name → who signs in, and the page; `{session}` and `{late}` are of the story.
DESKS = {
    "tour-organiser": ("thuky", "/organize/sessions/{session}/"),
    "tour-agenda": ("thuky", "/organize/sessions/{session}/agenda"),
    "tour-department": ("canbo.thue", "/department/follow-ups/{late}"),
    "tour-leader": ("lanhdao", "/leader/"),
    "tour-results": ("", "/results/"),
}

#: A window on cream paper, and a telephone before it.
SHEET = """<!doctype html><meta charset="utf-8"><style>
* {{ box-sizing: border-box; margin: 0; }}
body {{ width: 1200px; height: 720px; position: relative; overflow: hidden;
  background: linear-gradient(160deg, #f3e7d3, #e6d3b6); }}
figure {{ position: absolute; overflow: hidden; background: #fffdf9;
  box-shadow: 0 24px 50px -18px rgba(66, 44, 22, .45); }}
img {{ display: block; width: 100%; }}
.desk {{ left: 36px; top: 48px; width: 960px; height: 624px; border-radius: 12px; }}
.bar {{ display: flex; gap: 8px; height: 24px; padding: 7px 14px; background: #efe4d2; }}
.bar i {{ width: 10px; height: 10px; border-radius: 50%; background: #d9a066; }}
.bar i:nth-child(2) {{ background: #8c4d14; }} .bar i:nth-child(3) {{ background: #0e5a53; }}
.phone {{ right: 28px; top: 62px; width: 290px; height: 634px; border-radius: 34px; border: 9px solid #2a211b; }}
</style>
<figure class="desk"><div class="bar"><i></i><i></i><i></i></div><img src="{desk}" alt=""></figure>
<figure class="phone"><img src="{phone}" alt=""></figure>"""


#: Three telephones beside each other.
PHONES = """<!doctype html><meta charset="utf-8"><style>
* {{ box-sizing: border-box; margin: 0; }}
body {{ width: 1180px; height: 780px; display: flex; justify-content: space-evenly; align-items: center;
  background: linear-gradient(160deg, #f3e7d3, #e6d3b6); }}
img {{ display: block; width: 340px; height: 720px; border-radius: 34px; border: 9px solid #2a211b; }}
</style>{}"""


def site(folder: str) -> Any:
    """The story, in a database of its own."""
    told = {
        "MEETUP_DATABASE_URL": f"sqlite:///{folder}/meetup.sqlite3",
        "MEETUP_MAIL_FROM": "caphe@example.com",
        "MEETUP_PLUGINS": "",
    }
    app = create_app(told, clock=lambda: NOW, instance=folder)
    mount = app.extensions["meetup"]["meetup"]
    upgrade(mount.database.engine, plugin_locations=mount.migration_locations)
    Story(mount, lambda _done, _total: None).run()
    with mount.work(ORGANIZER, now=NOW) as work:
        # In the story the session to come is full; the picture is of one that still has seats.
        session = rows.session(work, script.COMING.number)
        query = select(Registration.id).where(Registration.session_id == session.id).order_by(Registration.id.desc())
        for key in work.db.scalars(query.limit(7)).all():
            registrations.cancel(work, rows.registration(work, key))
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
    return app


def addresses(mount: Mount) -> dict[str, str]:
    """What the tour's pages are of: the session to come, an overdue follow-up, and secret links of enterprises."""
    with mount.work(ORGANIZER, now=NOW) as work:
        session = rows.session(work, script.COMING.number)
        confirmed = select(Registration).where(Registration.session_id == session.id, Registration.state == "confirmed")
        own = work.db.scalars(confirmed.order_by(Registration.id)).first()
        late = work.db.scalars(
            select(FollowUp)
            .join(Department, Department.id == FollowUp.lead_department_id)
            .where(Department.code == "THUE", FollowUp.state == "accepted")
        ).first()
        asked = work.db.execute(
            select(FollowUp.number, Issue.registration_id)
            .join(Issue, Issue.id == FollowUp.issue_id)
            .where(FollowUp.state == "verified")
            .order_by(FollowUp.id)
        ).first()
        assert own
        assert late
        assert asked
        other = rows.registration(work, asked.registration_id)
        found = {
            "session": session.slug,
            "late": str(late.number),
            "register": f"/sessions/{session.slug}/register",
            "own": f"/r/{manage_token(work, own)}",
            "confirm": f"/r/{manage_token(work, other)}/follow-ups/{asked.number}",
        }
        work.commit()
    return found


def shot(browser: Browser, base: str, width: int, height: int, *, session: bool) -> str:
    """The front page, or the page of the session on it, as an address of its own."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5, **LOOK)
    page.goto(base)
    if session:
        page.click(".mu-hero a.btn-secondary")
        page.wait_for_url("**/sessions/*")
    return as_address(page.screenshot())


def draw(browser: Browser, base: str) -> bytes:
    """The README's: both on one sheet, few enough colours to be light."""
    sheet = browser.new_page(viewport={"width": 1200, "height": 720})
    desk = shot(browser, base, 1180, 740, session=False)
    sheet.set_content(SHEET.format(desk=desk, phone=shot(browser, base, 390, 884, session=True)))
    picture = Image.open(io.BytesIO(sheet.screenshot())).convert("RGB")
    small = io.BytesIO()
    picture.quantize(192, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def tour(browser: Browser, base: str, pages: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """The tour's: what an enterprise sees on a phone, then the desks; in English, as the tour is."""
    phone = browser.new_context(viewport={"width": 390, "height": 826}, device_scale_factor=1, **LOOK)
    phone.new_page().goto(f"{base}?lang=en")
    shots = []
    for name in ("register", "own", "confirm"):
        page = phone.new_page()
        page.goto(base + pages[name].lstrip("/"))
        shots.append(f'<img src="{as_address(page.screenshot())}" alt="">')
    sheet = browser.new_page(viewport={"width": 1180, "height": 780})
    sheet.set_content(PHONES.format("".join(shots)))
    yield "tour-phone", webp(sheet.screenshot())
    for name, (who, path) in DESKS.items():
        desk = browser.new_context(viewport={"width": 1180, "height": 860}, **LOOK)
        page = desk.new_page()
        page.goto(f"{base}?lang=en")
        if who:
            page.goto(f"{base}login")
            page.fill('input[name="email"]', people.address(who))
            page.fill('input[name="password"]', people.DEMO_PASSWORD)
            page.press('input[name="password"]', "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
        page.goto(base + path.format(**pages).lstrip("/"))
        yield name, webp(page.screenshot())


def as_address(picture: bytes) -> str:
    """A picture as an address of its own."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def webp(picture: bytes) -> bytes:
    """The same, light."""
    small = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(small, "WEBP", quality=68, method=6)
    return small.getvalue()


def main() -> int:
    """Serve the story, and look at it; 1 if a picture became too heavy."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    PICTURES.mkdir(parents=True, exist_ok=True)
    heavy = False
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tool:
        app = site(folder)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        program = shutil.which("chromium")
        browser = tool.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        pages = addresses(app.extensions["meetup"]["meetup"])
        drawn = {"session.png": draw(browser, base)}
        drawn.update((f"{name}.webp", picture) for name, picture in tour(browser, base, pages))
        browser.close()
        server.shutdown()
    for name, picture in drawn.items():
        (PICTURES / name).write_bytes(picture)
        print(f"{name}: {len(picture) // 1000} kB")
        heavy = heavy or len(picture) > MOST_BYTES
    return int(heavy)


if __name__ == "__main__":
    sys.exit(main())
