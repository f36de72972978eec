"""The same delivery under Celery, with a real Redis and workers that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from meetup.access import SYSTEM
from meetup.errors import BadConfiguration
from meetup.outbox import broker
from meetup.outbox.models import Outgoing
from meetup.outbox.service import enqueue
from tests.rig import courier, sink
from tests.rig.clock import START

PEOPLE = 300


@contextmanager
def celery_worker(environment: dict[str, str], clock: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One Celery worker with one process that sends, and its own beat."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rig.courier", str(clock)],
        env=environment,
        cwd=courier.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(what: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.1)


@pytest.mark.redis
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_celery_workers_send_each_message_once_though_one_is_killed(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    clock = courier.FileClock(tmp_path / "clock")
    clock.set(START)
    with sink.running(tmp_path / "sink") as server, ExitStack() as workers:
        config: dict[str, Any] = {
            "MEETUP_DATABASE_URL": database_url,
            "MEETUP_SECRET_KEY": "a secret that everybody may know, for tests alone",
            "MEETUP_MAIL_FROM": "coffee@province.example",
            "MEETUP_BROKER_URL": redis_url,
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": server.port,
            "MEETUP_INSTANCE": tmp_path,
        }
        mount, _letters = courier.make_mount(clock.path, config)
        environment = {**os.environ, **{name: str(value) for name, value in config.items()}}

        def states() -> Counter[str]:
            with mount.work(write=False) as work:
                rows = work.db.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state))
                return Counter(dict(rows.tuples().all()))

        def add(first: int, last: int) -> None:
            with mount.work(SYSTEM) as work:
                for number in range(first, last):
                    enqueue(work, "test_plain", to=f"p{number}@enterprise.example")
                work.commit()

        doomed, _other = [workers.enter_context(celery_worker(environment, clock.path)) for _ in range(2)]
        add(0, 20)
        wait_for(lambda: states() == {"sent": 20})
        add(20, PEOPLE)
        wait_for(lambda: states()["sent"] > 60)
        os.killpg(doomed.pid, signal.SIGKILL)
        # What the dead one had leased is free when the lease has run out.
        wait_for(lambda: not states()["queued"])
        clock.travel(minutes=2, seconds=1)
        wait_for(lambda: states() == {"sent": PEOPLE})
        arrived = Counter(one.recipient for one in server.taken)
        owners = select(func.count(Outgoing.id)).where(Outgoing.attempts > 1)
        with mount.work(write=False) as work:
            again = work.db.scalar(owners) or 0
        mount.database.dispose()
    assert set(arrived) == {f"p{number}@enterprise.example" for number in range(PEOPLE)}
    assert sum(arrived.values()) - PEOPLE <= 1, "one at most was between the server's answer and the commit"
    assert again <= 1


@pytest.mark.parametrize("settings", [{"MEETUP_BROKER_URL": "redis://127.0.0.1:1/0"}])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_missing_extra_is_named(
    runner: FlaskCliRunner, mount: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "celery", None)
    with pytest.raises(BadConfiguration, match=r"flask-meetup\[celery\]"):
        broker.celery_app(mount)
    told = runner.invoke(args=["meetup", "worker"])
    assert told.exit_code == 1
    assert "flask-meetup[celery]" in told.output


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_without_a_broker_there_is_no_celery(runner: FlaskCliRunner, mount: Any) -> None:
    with pytest.raises(BadConfiguration, match="MEETUP_BROKER_URL"):
        broker.celery_app(mount)
    told = runner.invoke(args=["meetup", "worker", "--processes", "2"])
    assert told.exit_code == 2


def test_a_long_queue_keeps_every_process_busy() -> None:
    def looks(processes: int) -> int:
        return sum(one["task"] == "meetup.send" for one in broker.schedule(processes).values())

    assert (looks(1), looks(5), looks(20)) == (1, 1, 4)
    assert all(one["options"]["expires"] >= one["schedule"] for one in broker.schedule(2).values())
