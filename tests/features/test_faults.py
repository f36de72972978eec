"""Processes killed at random during the chain: no mail is lost, none leaves twice but as one message."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from meetup.access import SYSTEM
from meetup.rest.tokens import create_token

ENTERPRISES = 12
SECONDS = 12.0


class Process:
    """A command of ours in a process of its own, killed without warning and started again."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.arguments, self.environment = arguments, environment
        self.start()

    def start(self) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "meetup", *self.arguments],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """SIGKILL for it and for whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


class StubbornCaller:
    """Repeats a call, with the same idempotency key, until it has been answered."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token = base, token

    def post(self, path: str, body: Any, key: str, until: float) -> Any:
        while time.monotonic() < until:
            request = urllib.request.Request(
                f"{self.base}/api/v1{path}",
                json.dumps(body).encode(),
                {
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                },
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                assert error.code in {409, 429, 502, 503}, error.read().decode()
            except (OSError, ValueError):
                pass
            time.sleep(0.1)
        raise AssertionError(f"no answer to {key}")


def answers_at_all(port: int) -> bool:
    """Whether the web server is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_nothing_is_lost(
    mount: Any, site: Any, smtp: Any, environment: dict[str, str], clock: Any, runner: Any, seed: int
) -> None:
    dice = random.Random(seed)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**environment, "HOST": "127.0.0.1", "PORT": str(port)}

    from datetime import UTC, datetime

    from meetup.departments.service import create_department, create_field
    from meetup.programmes.service import create_programme
    from meetup.sessions import service as sessions

    now = datetime.now(UTC)
    clock.travel(to=now)
    with site.app_context(), mount.work(SYSTEM, now=now) as work:
        programme = create_programme(work, name="Cà phê")
        create_department(work, code="SCT", name="Sở Công Thương", email="sct@province.example")
        create_field(work, code="dau-tu", name="Đầu tư")
        session = sessions.draft(
            work,
            programme=programme,
            title="Kỳ đầu",
            venue="Không gian Khởi nghiệp",
            starts_at=now + timedelta(days=20),
            ends_at=now + timedelta(days=20, hours=2),
            capacity=ENTERPRISES,
        )
        sessions.publish(work, session)
        _row, token = create_token(work, name="chaos", role="organizer")
        session_id = session.id
        work.commit()

    web = Process(["run", "--no-worker"], environment)
    processes = [web, Process(["worker"], environment), Process(["worker"], environment)]
    caller = StubbornCaller(f"http://127.0.0.1:{port}", token)
    until = time.monotonic() + SECONDS * 25
    answers: dict[int, Any] = {}

    def chain(number: int) -> None:
        body = {
            "enterprise": {"kind": "investor", "name": f"Nhà đầu tư {number}"},
            "contact": {"name": f"Người {number}", "email": f"n{number}@invest.example", "language": "vi"},
            "participants": [{"name": f"Người {number}"}],
            "response": "accepted",
            "consent": True,
        }
        registration = caller.post(f"/sessions/{session_id}/registrations", body, f"r{number}", until)

        def step(path: str, body: Any = None) -> Any:
            return caller.post(path, body or {}, f"{number} {path}", until)

        raised = {
            "registration_id": registration["id"],
            "title": f"Kiến nghị {number}",
            "description": f"Vướng mắc của nhà đầu tư {number} kéo dài nhiều tháng.",
        }
        issue = step(f"/sessions/{session_id}/issues", raised)["id"]
        step(f"/issues/{issue}/accept", {"field": "dau-tu", "lead_department": "SCT"})
        orders = [{"lead_department": "SCT", "task": f"Trả lời nhà đầu tư {number}.", "working_days": 10}]
        (ordered,) = step(f"/issues/{issue}/conclusion", {"text": "Giao Sở Công Thương.", "follow_ups": orders})
        follow_up = f"/follow-ups/{ordered['id']}"
        step(f"{follow_up}/accept")
        step(
            f"{follow_up}/answer", {"text": "Đã giải quyết theo quyết định số 45 ngày hôm nay.", "outcome": "resolved"}
        )
        step(f"{follow_up}/verify")
        answers[number] = {**registration, "end": step(f"{follow_up}/confirm", {"satisfaction": 5})["state"]}

    def everyone() -> None:
        for number in range(ENTERPRISES):
            chain(number)

    crowd = threading.Thread(target=everyone)
    kills = 0
    try:
        crowd.start()
        begun = time.monotonic()
        while crowd.is_alive() or time.monotonic() < begun + SECONDS:
            time.sleep(dice.uniform(0.4, 1.6))
            victim = dice.choice(processes)
            if victim is web and not answers_at_all(port):
                # A busy machine takes its time to start it; killed before it ever answers, it shows nothing.
                continue
            victim.kill()
            kills += 1
            time.sleep(dice.uniform(0, 0.3))
            victim.start()
            assert time.monotonic() < until, "the chain did not get through"
        crowd.join()
    finally:
        for process in processes:
            process.kill()

    # What the dead workers held comes free when their leases run out.
    later = datetime.now(UTC) + timedelta(minutes=10)
    for _round in range(3):
        result = runner.invoke(args=["meetup", "worker", "--once", "--at", later.isoformat()])
        assert result.exit_code == 0, result.output
        later += timedelta(minutes=30)

    assert len(answers) == ENTERPRISES
    assert {answer["state"] for answer in answers.values()} == {"confirmed"}
    assert len({answer["id"] for answer in answers.values()}) == ENTERPRISES
    assert {answer["end"] for answer in answers.values()} == {"closed"}

    # Every message that was put down has left: as often as the server got it, it is one message.
    arrived = Counter(str(message["Message-ID"]) for message in smtp.messages)
    with mount.database.connect() as connection:
        rows = connection.execute(
            text("SELECT id, kind, state, message_id, attempts, attempted_at FROM meetup_outgoing")
        ).all()
    assert {row.state for row in rows} <= {"sent", "superseded", "expired"}, [
        row for row in rows if row.state == "queued"
    ]
    sent = [row for row in rows if row.state == "sent"]
    lost = [row for row in sent if not arrived[row.message_id]]
    assert not lost, f"{len(lost)} of {len(sent)} lost after {kills} kills"
    # A death after the server's word, and no need of the message when the next worker came: it arrived all the
    # same, once, and its row says that it was perhaps sent.
    perhaps = {row.id for row in rows if row.state != "sent" and row.attempted_at is not None}
    others = [key for key in arrived if key not in {row.message_id for row in sent}]
    assert {int(key.partition("-")[2].partition(".")[0]) for key in others} <= perhaps
    assert all(arrived[key] == 1 for key in others)
    # Twice only where a death came between the server's word and our commit: then another attempt is on record.
    assert all(row.attempts > 1 for row in sent if arrived[row.message_id] > 1)
    confirmations = [row for row in sent if row.kind == "calendar_confirmed"]
    assert len(confirmations) == ENTERPRISES
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert result.exit_code == 0, result.output
