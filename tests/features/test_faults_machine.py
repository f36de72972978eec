"""What machines do: a process killed inside each statement, no room, no database, a clock set back, two migrations."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event, text

from meetup.access import SYSTEM
from meetup.departments.models import Department, Field
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.features.issuing import Province, Unit, build
from tests.rig.clock import SettableClock
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

ISSUE = {"title": "Thuê đất mở rộng kho lạnh", "description": "Hồ sơ nộp hơn 6 tháng tại xã Sông Đốc."}


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def _issue(w: Work) -> Issue:
    found: Issue = w.db.query(Issue).order_by(Issue.id.desc()).first()
    return found


STEPS: dict[str, Callable[[Work], Any]] = {
    "session.update": lambda w: sessions.update(w, w.db.query(Session).first(), title="Tên khác"),
    "registration.register": lambda w: registrations.register(
        w,
        w.db.query(Session).first(),
        enterprise={"kind": "investor", "name": "Nhà đầu tư"},
        contact={"name": "A", "email": "a@invest.example", "language": "vi"},
        participants=[{"name": "A"}],
        response="accepted",
        consent=True,
    ),
    "issue.submit": lambda w: issues.submit(w, registration=w.db.query(Registration).first(), **ISSUE),
    "issue.accept": lambda w: issues.accept(
        w, _issue(w), field=w.db.query(Field).first(), lead_department=w.db.query(Department).first()
    ),
    "session.cancel": lambda w: sessions.cancel(w, w.db.query(Session).first(), reason="Bão"),
}


def contents(mount: Mount) -> dict[str, int]:
    """How much there is of what a change writes, and where the log stands."""
    tables = ("meetup_activity", "meetup_outgoing", "meetup_registration", "meetup_issue", "meetup_contact")
    with mount.database.connect() as connection:
        found = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
        found["versions"] = sum(
            connection.scalar(text(f"SELECT coalesce(sum(version), 0) FROM {name}"))
            for name in ("meetup_session", "meetup_issue", "meetup_registration")
        )
    return found


def killed_at(mount: Mount, step: Callable[[Work], Any], statement: int) -> bool:
    """Do `step` in another process that is killed at its `statement`-th; whether it was, or came to its end."""
    pid = os.fork()
    if pid == 0:
        # The parent's connections are the parent's.
        mount.database.engine.dispose(close=False)
        seen = 0

        def count(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(mount.database.engine, "before_cursor_execute", count)
        try:
            with mount.work(SYSTEM) as w:
                step(w)
                w.commit()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.slow
def test_killed_at_any_statement_it_happened_wholly_or_not_at_all(
    mount: Mount, province: Province, runner: FlaskCliRunner, site: Flask
) -> None:
    with site.app_context():
        for name, step in STEPS.items():
            before = contents(mount)
            statement = 1
            # Every third place of a long one, and each of its first: thirty places are enough to be everywhere.
            while killed_at(mount, step, statement):
                assert contents(mount) == before, (name, statement)
                statement += 1 if statement < 6 else 3
            after = contents(mount)
            assert after != before, name
            assert after["meetup_activity"] > before["meetup_activity"], name
            assert statement > 5, name
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert result.exit_code == 0, result.output


@contextmanager
def no_room(most: int) -> Iterator[None]:
    """No file of this process may grow over `most` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_with_a_full_disk_nothing_is_stored_and_the_page_says_so(
    client: Visitor, mount: Mount, province: Province, runner: FlaskCliRunner
) -> None:
    path = f"/r/{province.thuy}/issues/new"
    page = client.soup(path)
    before = contents(mount)
    with no_room(4096):
        answer = client.send(page, path, ISSUE)
    assert answer.status_code == 503
    assert "Hồ sơ nộp hơn 6 tháng" in answer.text
    assert contents(mount) == before
    assert client.send(page, path, ISSUE).status_code == 200
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


def test_without_room_for_files_nothing_is_stored_and_the_page_says_so(
    client: Visitor, mount: Mount, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_content: bytes) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = f"/r/{province.thuy}/issues/new"
    page = client.soup(path)
    before = contents(mount)
    monkeypatch.setattr(mount.storage, "save", full)
    answer = client.send(page, path, {**ISSUE, "attachments": [(io.BytesIO(b"%PDF-1.4 x"), "a.pdf")]})
    assert answer.status_code == 507
    assert "không còn chỗ" in answer.text
    assert "Hồ sơ nộp hơn 6 tháng" in answer.text
    assert contents(mount) == before


@contextmanager
def away(mount: Mount, admin: Any) -> Iterator[None]:
    """The database drops who is there and lets no one in."""
    name = mount.database.engine.url.database
    with admin.connect() as server:
        server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        server.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"), {"n": name})
        try:
            yield
        finally:
            server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_database_that_goes_and_comes_back(
    client: Visitor, mount: Mount, province: Province, postgresql_admin: Any, runner: FlaskCliRunner
) -> None:
    path = f"/r/{province.thuy}/issues/new"
    page = client.soup(path)
    with away(mount, postgresql_admin):
        answer = client.send(page, path, ISSUE)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "Hồ sơ nộp hơn 6 tháng" in answer.text
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.send(page, path, ISSUE).status_code == 200
    assert len(province.mails("issue_received")) == 1
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_kept_page_outlives_the_connections_that_looked_for_news(
    mount: Mount, province: Province, postgresql_admin: Any
) -> None:
    def ask() -> Any:
        # As somebody whom nobody knows, who gets the page that is kept.
        return mount.app.test_client(use_cookies=False).get("/")

    before = [ask() for _ in range(3)][-1]
    assert before.status_code == 200
    with away(mount, postgresql_admin):
        assert ask().status_code == 503
        assert ask().headers["Retry-After"] == "5"
    assert ask().text == before.text
    with away(mount, postgresql_admin):
        pass
    # Dropped and let in again between two visitors: the next one notices nothing.
    assert ask().text == before.text


def test_a_clock_that_is_set_back_breaks_nothing(
    mount: Mount, work: Unit, province: Province, clock: SettableClock, runner: FlaskCliRunner, smtp: Any
) -> None:
    for days in (0, -2, 5, -1):
        clock.travel(days=days)
        with work() as w:
            sessions.update(w, w.get(Session, province.session), title=f"Kỳ 37 ({days})")
            w.commit()
        province.raise_issue(f"Kiến nghị {days}")
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert result.exit_code == 0, result.output
    clock.travel(days=3)
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert [row.state for row in province.mails("issue_received")] == ["sent"] * 4


def test_two_migrations_at_once(bare_database_url: str, tmp_path: Any) -> None:
    environment = {
        **os.environ,
        "MEETUP_DATABASE_URL": bare_database_url,
        "MEETUP_INSTANCE": str(tmp_path),
        "MEETUP_PLUGINS": "",
    }
    command = [sys.executable, "-m", "meetup", "db", "upgrade"]
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    done = subprocess.run([*command[:-1], "check"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
