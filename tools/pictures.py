"""Draws the picture of the README: a session's public page, on a desk and on a phone, from the demo's story.

Needs Debian's Chromium and the test extras. Run: python tools/pictures.py
"""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from meetup import create_app
from meetup.demo.story import Story
from meetup.migrate import upgrade

TARGET = Path(__file__).parent.parent / "docs" / "pictures" / "session.png"
GROUND = (233, 222, 205)


def shots(base: str) -> tuple[Image.Image, Image.Image]:
    """The page on a desk and on a phone."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found = []
        for width, height in ((1200, 800), (390, 800)):
            page = browser.new_page(viewport={"width": width, "height": height}, locale="vi-VN")
            page.goto(f"{base}/sessions/")
            page.goto(base + str(page.locator("main a[href^='/sessions/ky-']").first.get_attribute("href")))
            found.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        browser.close()
    return found[0], found[1]


def main() -> None:
    """Load the story into a database of its own, serve it, and look at it."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"MEETUP_DATABASE_URL": f"sqlite:///{folder}/meetup.sqlite3"}, instance=folder)
        mount = app.extensions["meetup"]["meetup"]
        upgrade(mount.database.engine, plugin_locations=mount.migration_locations)
        with app.app_context():
            Story(mount, lambda _done, _total: None).run()
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        desk, phone = shots(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    sheet = Image.new("RGB", (1710, 880), GROUND)
    sheet.paste(desk, (40, 40))
    sheet.paste(phone, (1280, 40))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    sheet.resize((1282, 660), Image.Resampling.LANCZOS).quantize(128).save(TARGET, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
