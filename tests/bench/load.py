"""The day registration opens: registrations and the public page beside bare Flask, and 400 who want 200 seats.

Everything goes through a real server on a socket, the same for ours and the bare one: gunicorn's thread worker, one
process, so that the ratio is that of two sites and not of two test clients.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from meetup.activity.log import Break, verify
from meetup.mount import Mount
from meetup.programmes.service import create_programme
from meetup.registrations.models import Registration
from meetup.rest.tokens import create_token
from meetup.sessions import service as sessions
from tests.bench.measured import Measured, site
from tests.bench.serving import ROOT, SECRET, Line, memory, serving

CLIENTS = 16
ROUNDS = 3

#: What we are measured against: one route that says hello, one that inserts one row.
BARE = """
import os
from flask import Flask, request
from sqlalchemy import Integer, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from meetup.db import make_engine

class Base(DeclarativeBase): pass

class Row(Base):
    __tablename__ = "bench_row"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))

app = Flask("bare")
engine = make_engine(os.environ["MEETUP_DATABASE_URL"])
Base.metadata.create_all(engine)

@app.get("/hello")
def hello():
    return "hello"

@app.post("/row")
def row():
    with Session(engine.execution_options(meetup_write=True)) as db:
        made = Row(name=request.get_json()["enterprise"]["name"])
        db.add(made)
        db.commit()
        return {"id": made.id}, 201
"""


def measure(database_url: str, crowd: int) -> Iterator[Measured]:
    """All of it; with a smaller `crowd` less of it."""
    seats = crowd // 2
    with tempfile.TemporaryDirectory() as folder:
        with site(database_url, Path(folder)) as mount:
            opened, other, token = publish(mount, seats)
        (Path(folder) / "bare.py").write_text(BARE)
        environment = {
            **os.environ,
            "MEETUP_DATABASE_URL": database_url,
            "MEETUP_SECRET_KEY": SECRET,
            "MEETUP_INSTANCE": folder,
            "MEETUP_PLUGINS": "",
            "MEETUP_RATE_LIMITS": "0",
            "PYTHONPATH": os.pathsep.join((str(ROOT), folder)),
        }
        with (
            serving("bare:app", environment) as (bare, _),
            serving("meetup:create_app()", environment) as (ours, pid),
        ):
            yield from _pages(bare, ours, crowd)
            yield from _registrations(bare, ours, other, token, crowd // 2)
            yield from _rush(ours, opened, token, crowd)
            held = memory(pid)
        with site(database_url, Path(folder)) as mount, mount.work(write=False) as work:
            rows = work.db.execute(
                select(Registration.state, func.sum(Registration.seats))
                .where(Registration.session_id == opened)
                .group_by(Registration.state)
            ).all()
            taken = dict(rows).get("confirmed", 0)
            breaks = [one for one in verify(work.db) if isinstance(one, Break)]
        yield Measured(f"seats taken of {seats} by {crowd} at once", taken / seats, 1.0)
        yield Measured(f"seats taken of {seats}, at least", taken / seats, 1.0, at_least=True)
        yield Measured("breaks in the log's chain after it", len(breaks), 0)
        yield Measured(f"memory of the web process ({held:.0f} MB) beside 150 MB", held / 150, 1.0)
        starts = min(_start(environment) for _ in range(3))
        yield Measured(f"start of the site ({starts:.2f} s) beside 1.5 s", starts / 1.5, 1.0)


def publish(mount: Mount, seats: int) -> tuple[int, int, str]:
    """Two sessions, one with so many seats, and an organiser's token."""
    now = datetime.now(UTC)
    with mount.app.app_context(), mount.work() as work:
        programme = create_programme(work, name="Cà phê")
        found = []
        for title, capacity in (("Kỳ 1", seats), ("Kỳ 2", 10_000)):
            session = sessions.draft(
                work,
                programme=programme,
                title=title,
                venue="Không gian Khởi nghiệp",
                starts_at=now + timedelta(days=20),
                ends_at=now + timedelta(days=20, hours=2),
                capacity=capacity,
            )
            sessions.publish(work, session)
            found.append(session.id)
        _row, token = create_token(work, name="bench", role="organizer")
        work.commit()
        return found[0], found[1], token


def rate(port: int, count: int, ask: Any, token: str = "") -> float:
    """Answers a second to a few clients at once."""
    statuses: Counter[int] = Counter()

    def client(first: int) -> None:
        line = Line(port, token)
        for number in range(first, count, CLIENTS // 4):
            statuses[ask(line, number)] += 1

    threads = [threading.Thread(target=client, args=(first,)) for first in range(CLIENTS // 4)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    assert all(status < 300 for status in statuses), statuses
    return count / seconds


def _pages(bare: int, ours: int, count: int) -> Iterator[Measured]:
    """In turns, the best of each: what else the machine does is no part of it."""
    hello, page = 0.0, 0.0
    for _ in range(ROUNDS):
        hello = max(hello, rate(bare, count, lambda line, n: line.ask("GET", "/hello")))
        page = max(page, rate(ours, count, lambda line, n: line.ask("GET", "/sessions/ky-1")))
    yield Measured(f"public page a second ({page:.0f}; bare hello {hello:.0f})", page / hello, 0.5, at_least=True)


def _body(name: str) -> dict[str, Any]:
    return {
        "enterprise": {"kind": "investor", "name": name},
        "contact": {"name": "Bà Lan", "email": f"{name.replace(' ', '')}@invest.example", "language": "vi"},
        "participants": [{"name": "Bà Lan"}],
        "response": "accepted",
        "consent": True,
    }


def _registrations(bare: int, ours: int, session: int, token: str, count: int) -> Iterator[Measured]:
    rows, registered = 0.0, 0.0
    path = f"/api/v1/sessions/{session}/registrations"
    for turn in range(ROUNDS):
        rows = max(rows, rate(bare, count, lambda line, n: line.ask("POST", "/row", _body(f"r {n}"))))
        registered = max(
            registered,
            rate(ours, count, lambda line, n, turn=turn: line.ask("POST", path, _body(f"n {turn} {n}")), token),
        )
    yield Measured(
        f"registrations a second ({registered:.0f}; one row by bare Flask {rows:.0f})",
        registered / rows,
        0.5,
        at_least=True,
    )


def _rush(port: int, session: int, token: str, crowd: int) -> Iterator[Measured]:
    """Everybody at the same second."""
    ready = threading.Barrier(crowd)
    statuses: Counter[int] = Counter()

    def client(number: int) -> None:
        line = Line(port, token)
        ready.wait()
        statuses[line.ask("POST", f"/api/v1/sessions/{session}/registrations", _body(f"c {number}"))] += 1

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    threads = [threading.Thread(target=client, args=(number,)) for number in range(crowd)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    yield Measured(f"of {crowd} at once without an answer ({seconds:.1f} s for all)", crowd - statuses[201], 0)


def _start(environment: dict[str, str]) -> float:
    """Seconds until the site is made and has answered once, from compiled modules as an installed site has them."""
    environment = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = (
        "from meetup import create_app\n"
        "assert create_app().test_client().get('/healthz').status_code == 200\n"
        "print('answered', flush=True)"
    )
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "answered\n"
        # How long it takes to tidy up and go is no part of its start.
        return time.perf_counter() - begun
