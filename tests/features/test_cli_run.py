"""``meetup run`` as an operator meets it: it serves, delivers, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from meetup import migrate
from meetup.cli.run import without_secrets
from meetup.departments.models import Department
from meetup.programmes.service import create_programme
from meetup.rest.tokens import create_token
from meetup.sessions import service as sessions
from meetup.staff import service
from tests.rig.mail import SmtpServer

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

pytestmark = [pytest.mark.parametrize("backend", ["sqlite"], indirect=True), pytest.mark.slow]

SECONDS = 40


def until(true: Callable[[], object]) -> object:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def children(pid: int) -> list[int]:
    """The processes below `pid`, all of them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found += [int(entry.name), *children(int(entry.name))]
    return found


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Running:
    """A server that was started."""

    def __init__(self, environment: dict[str, str], log: Path, *more: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log, self.environment = log, environment
        command = [sys.executable, "-c", "from meetup.cli import main; main()", "run", "--workers", "2", *more]
        with log.open("w") as file:
            self.process = subprocess.Popen(
                command, env={**environment, "PORT": str(self.port)}, stdout=file, stderr=file, start_new_session=True
            )

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture
def running(environment: dict[str, str], site: object, tmp_path: Path) -> Iterator[Running]:
    server = Running(environment, tmp_path / "run.log")
    try:
        until(server.answers)
        yield server
    finally:
        below = children(server.process.pid)
        server.process.kill()
        server.process.wait(10)
        for pid in below:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_it_serves_and_delivers_and_stops_without_a_trace(running: Running, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        service.create_user(w, "lan@province.example", "admin")
        w.commit()
    until(lambda: smtp.to("lan@province.example"))
    below = children(running.process.pid)
    assert len(below) == 4
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(SECONDS) == 0
    assert not [pid for pid in below if alive(pid)]


def test_a_worker_that_falls_is_started_again(running: Running, work: Unit, smtp: SmtpServer) -> None:
    web, worker = (pid for pid in children(running.process.pid) if pid in direct(running.process.pid))
    os.kill(worker, signal.SIGKILL)
    with work() as w:
        service.create_user(w, "lan@province.example", "admin")
        w.commit()
    until(lambda: smtp.to("lan@province.example"))
    assert running.answers()
    assert web in direct(running.process.pid)


def direct(pid: int) -> list[int]:
    below = children(pid)
    grand = {one for child in below for one in children(child)}
    return [one for one in below if one not in grand]


def test_a_supervisor_that_is_killed_leaves_nothing_behind(running: Running) -> None:
    below = children(running.process.pid)
    running.process.kill()
    running.process.wait(10)
    until(lambda: not [pid for pid in below if alive(pid)])


@pytest.fixture
def told(environment: dict[str, str], site: object, tmp_path: Path) -> Iterator[Running]:
    """A server that logs in JSON."""
    server = Running({**environment, "MEETUP_LOG_FORMAT": "json"}, tmp_path / "run.log", "--access-log")
    try:
        until(server.answers)
        yield server
    finally:
        below = children(server.process.pid)
        server.process.kill()
        server.process.wait(10)
        for pid in below:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_a_requests_id_goes_through_to_the_mail_and_a_stop_finishes_what_is_asked(
    told: Running, work: Unit, smtp: SmtpServer
) -> None:
    with work() as w:
        code = "SCT"
        w.db.add(Department(code=code, name="Sở Công Thương", created_at=w.now, changed_at=w.now))
        programme = create_programme(w, name="Cà phê")
        now = datetime.now(UTC)
        session = sessions.draft(
            w, programme=programme, title="Kỳ 1", venue="A", starts_at=now + timedelta(days=9),
            ends_at=now + timedelta(days=9, hours=2), capacity=5,
        )  # fmt: skip
        sessions.publish(w, session)
        _row, token = create_token(w, name="t", role="organizer")
        key = session.id
        w.commit()
    body = json.dumps({
        "enterprise": {"kind": "investor", "name": "Nhà đầu tư"},
        "contact": {"name": "Bà Lan", "email": "lan@invest.example", "language": "vi"},
        "participants": [{"name": "Bà Lan"}], "response": "accepted", "consent": True,
    }).encode()  # fmt: skip
    head = (
        f"POST /api/v1/sessions/{key}/registrations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nX-Request-ID: cafe0042\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", told.port), timeout=SECONDS) as line:
        # Half of it has come when the server is told to stop.
        line.sendall(head + body[:40])
        time.sleep(1)
        told.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        line.sendall(body[40:])
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201")
    assert b"x-request-id: cafe0042" in answer.lower()
    assert told.process.wait(SECONDS) == 0

    # The next one delivers it.
    again = Running({**told.environment}, told.log.with_name("again.log"))
    try:
        until(lambda: smtp.to("lan@invest.example"))
    finally:
        again.process.send_signal(signal.SIGTERM)
        again.process.wait(SECONDS)
    first = [json.loads(line) for line in told.log.read_text().splitlines()]
    assert all({"at", "level", "logger", "message", "request_id"} <= line.keys() for line in first)
    (asked,) = (line for line in first if line["request_id"] == "cafe0042" and line["logger"] == "meetup.access")
    assert asked["status"] == 201
    assert token not in told.log.read_text()
    second = [json.loads(line) for line in again.log.read_text().splitlines()]
    assert [line for line in second if line["request_id"] == "cafe0042" and " left as " in line["message"]]


@pytest.mark.parametrize("more", [(), ("--upgrade",)])
def test_the_old_version_starts_again_when_the_new_one_has_migrated(
    environment: dict[str, str], mount: Mount, tmp_path: Path, more: tuple[str, ...]
) -> None:
    with mount.database.engine.begin() as connection:
        connection.execute(text("UPDATE meetup_alembic_version SET version_num = '9999_next'"))
    server = Running(environment, tmp_path / "run.log", *more)
    try:
        until(lambda: server.answers() or server.process.poll() is not None)
    finally:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(SECONDS) == 0, server.log.read_text()


class TestUnmigrated:
    """Before the migrations."""

    @pytest.fixture
    def database_url(self, bare_database_url: str) -> str:
        return bare_database_url

    def test_the_worker_waits_with_one_line_until_it_is_migrated(
        self, environment: dict[str, str], mount: Mount, work: Unit, smtp: SmtpServer, tmp_path: Path
    ) -> None:
        log = tmp_path / "worker.log"
        command = [sys.executable, "-c", "from meetup.cli import main; main()", "worker"]
        with log.open("w") as file:
            process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            until(lambda: "waits" in log.read_text())
            time.sleep(6)
            assert len(log.read_text().splitlines()) == 1
            migrate.upgrade(mount.database.engine)
            with work() as w:
                service.create_user(w, "lan@province.example", "admin")
                w.commit()
            until(lambda: smtp.to("lan@province.example"))
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
        assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"GET /r/{'aB3-_' * 7}xyz HTTP/1.1", "GET /r/… HTTP/1.1"),
        (f"GET /feeds/{'Z' * 38}/sessions.ics?lang=en HTTP/1.1", "GET /feeds/…/sessions.ics?lang=en HTTP/1.1"),
        ("GET /sessions/ca-phe-doanh-nghiep-ky-34 HTTP/1.1", "GET /sessions/ca-phe-doanh-nghiep-ky-34 HTTP/1.1"),
        ("/organize/x?token=abc&q=1", "/organize/x?token=…&q=1"),
    ],
)
def test_the_access_log_holds_no_secret_link(line: str, shown: str, backend: str) -> None:
    assert without_secrets(line) == shown
