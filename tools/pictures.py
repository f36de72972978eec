"""Draws the picture of the README from the demo's story: the front page on a desk, the session's page on a phone.

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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from meetup import create_app
from meetup.demo import rows, script
from meetup.demo.story import ORGANIZER, Story
from meetup.migrate import upgrade
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration

TARGET = Path(__file__).parent.parent / "docs" / "pictures" / "session.png"
#: Always the same morning, so that the picture changes only when the pages do.
NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
MOST_BYTES = 250_000

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
        work.commit()
    return app


def shot(browser: Browser, base: str, width: int, height: int, *, session: bool) -> str:
    """The front page, or the page of the session on it, as an address of its own."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=1.5,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
    )
    page.goto(base)
    if session:
        page.click(".mu-hero a.btn-secondary")
        page.wait_for_url("**/sessions/*")
    return "data:image/png;base64," + base64.b64encode(page.screenshot()).decode()


def draw(base: str) -> bytes:
    """Both on one sheet, few enough colours to be light."""
    with sync_playwright() as tool:
        program = shutil.which("chromium")
        browser = tool.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        sheet = browser.new_page(viewport={"width": 1200, "height": 720})
        desk = shot(browser, base, 1180, 740, session=False)
        sheet.set_content(SHEET.format(desk=desk, phone=shot(browser, base, 390, 884, session=True)))
        picture = Image.open(io.BytesIO(sheet.screenshot())).convert("RGB")
        browser.close()
    small = io.BytesIO()
    picture.quantize(192, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> int:
    """Serve the story, and look at it; 1 if the picture became too heavy."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        server = make_server("127.0.0.1", 0, site(folder), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        drawn = draw(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(drawn)
    print(f"{TARGET.name}: {len(drawn) // 1000} kB")
    return int(len(drawn) > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
