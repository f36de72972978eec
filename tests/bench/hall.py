"""A hall full of screens: how soon each shows what is put on stage, and whether the process grows by it."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.mount import Mount
from meetup.sessions.models import Session
from meetup.staff.service import create_user
from tests.bench.measured import Measured, site
from tests.bench.serving import ROOT, SECRET, memory, serving
from tests.features.issuing import build

PASSWORD = "mot-mat-khau-that-dai-va-la"
PAGE = "/organize/sessions/ky-37/projector"
#: As the page's script asks.
EVERY = 1.0
CHANGES = 10


def measure(database_url: str, watchers: int) -> Iterator[Measured]:
    """So many screens on one process of eight threads; five times as many changes for its memory."""
    with tempfile.TemporaryDirectory() as folder, site(database_url, Path(folder)) as mount:
        numbers = _story(mount)
        environment = {
            **os.environ,
            "MEETUP_DATABASE_URL": database_url,
            "MEETUP_SECRET_KEY": SECRET,
            "SECRET_KEY": SECRET,
            "MEETUP_BASE_URL": "http://localhost",
            "MEETUP_INSTANCE": folder,
            "MEETUP_PLUGINS": "",
            "MEETUP_RATE_LIMITS": "0",
            "PYTHONPATH": os.pathsep.join((str(ROOT), folder)),
        }
        with serving("meetup:create_app()", environment) as (port, pid):
            slowest = asyncio.run(_hall(mount, port, numbers, watchers))
            yield Measured(f"slowest of {watchers} screens ({slowest:.2f} s) beside 2 s", slowest / 2, 1.0)
            first, last = asyncio.run(_many_updates(mount, port, pid, numbers, watchers * 5))
            yield Measured(
                f"memory after {watchers * 5} updates ({last:.0f} MB) beside a tenth of them ({first:.0f} MB)",
                last / first,
                1.05,
            )


def _story(mount: Mount) -> list[int]:
    """A session with two issues on its agenda; gives their keys."""
    with mount.app.app_context():
        province = build(mount, mount.work)
        numbers = [province.raise_issue(f"Việc {n}", to="accepted") for n in (1, 2)]
        with mount.work() as work:
            create_user(work, "thuky@example.com", "organizer", None, "Thư ký", PASSWORD)
            found = work.db.scalars(select(Issue).where(Issue.number.in_(numbers)).order_by(Issue.id)).all()
            issues.set_agenda(work, work.get(Session, province.session), [(issue, 20) for issue in found])
            work.commit()
            return [issue.id for issue in found]


def _put_on_stage(mount: Mount, key: int) -> None:
    with mount.app.app_context(), mount.work() as work:
        session = work.db.scalars(select(Session).where(Session.slug == "ky-37")).one()
        issues.put_on_stage(work, session, work.get(Issue, key))
        work.commit()


@dataclass
class Screen:
    """A browser's line to the site, which stays open."""

    port: int
    cookie: str = ""
    reader: Any = None
    writer: Any = None

    async def ask(self, path: str, body: str = "") -> tuple[str, str]:
        """Head and content of an answer; once more on a new line if the server had closed the old one."""
        for _again in range(2):
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", "Host: localhost", f"Cookie: {self.cookie}"]
                if body:
                    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
                head = "\r\n".join([*lines, "", ""])
                self.writer.write((head + body).encode())
                told = (await self.reader.readuntil(b"\r\n\r\n")).decode()
                length = int((re.findall(r"(?i)content-length: (\d+)", told) or [0])[0])
                return told, (await self.reader.readexactly(length)).decode()
            except (ConnectionError, asyncio.IncompleteReadError):
                self.writer = None
        raise ConnectionError("the server does not answer")

    async def look(self, mark: str) -> str:
        """What the page's script asks; gives the mark that it shows then."""
        told, page = await self.ask(f"{PAGE}/events?known={mark}")
        return mark if " 204 " in told.partition("\r")[0] else _mark(page)


def _mark(page: str) -> str:
    return re.findall(r'data-mark="(\w+)"', page)[0]


async def _signed_in(port: int) -> str:
    screen = Screen(port)
    told, page = await screen.ask("/login")
    screen.cookie = _cookies(told)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    typed = urlencode({"csrf_token": token, "email": "thuky@example.com", "password": PASSWORD})
    told, _page = await screen.ask("/login", typed)
    return _cookies(told) or screen.cookie


def _cookies(told: str) -> str:
    return "; ".join(re.findall(r"(?im)^set-cookie: ([^;]+)", told))


async def _hall(mount: Mount, port: int, keys: list[int], watchers: int) -> float:
    """Seconds until the last screen shows a change, the worst of several."""
    cookie = await _signed_in(port)
    seen: list[float] = []
    stop = asyncio.Event()
    changed = [0.0]

    async def watch(at: int) -> None:
        screen = Screen(port, cookie)
        await asyncio.sleep(EVERY * at / watchers)
        mark = _mark((await screen.ask(PAGE))[1])
        while not stop.is_set():
            await asyncio.sleep(EVERY)
            found = await screen.look(mark)
            if found != mark:
                mark = found
                seen.append(time.monotonic() - changed[0])

    tasks = [asyncio.create_task(watch(at)) for at in range(watchers)]
    await asyncio.sleep(3)
    slowest = 0.0
    for turn in range(CHANGES):
        seen.clear()
        await asyncio.to_thread(_put_on_stage, mount, keys[turn % 2])
        changed[0] = time.monotonic()
        for _wait in range(100):
            await asyncio.sleep(0.1)
            if len(seen) == watchers:
                break
        assert len(seen) == watchers, f"{watchers - len(seen)} screens show the old issue"
        slowest = max(slowest, *seen)
    stop.set()
    await asyncio.gather(*tasks)
    return slowest


async def _many_updates(mount: Mount, port: int, pid: int, keys: list[int], updates: int) -> tuple[float, float]:
    """MB of the process after a tenth of so many updates, and after all; each is drawn."""
    screen = Screen(port, await _signed_in(port))
    first = 0.0
    for number in range(updates):
        await asyncio.to_thread(_put_on_stage, mount, keys[number % 2])
        _told, page = await screen.ask(PAGE)
        assert "live-now" in page
        if number == updates // 10:
            first = memory(pid)
    return first, memory(pid)
