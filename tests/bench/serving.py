"""A site in a process of its own, and clients that ask it over a socket."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECRET = "a secret that everybody may know, for tests alone"


@contextmanager
def serving(target: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A site in a process of its own; gives its port and the process that answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "8", "--log-level", "error"]
    process = subprocess.Popen([*command, "-b", f"127.0.0.1:{port}", target], env=environment)
    try:
        # It listens before there is anybody who answers.
        family = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until = time.monotonic() + 60
        while not _listens(port) or not (children := family.read_text().split()):
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.1)
        Line(port).ask("GET", "/nothing")
        yield port, int(children[0])
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def running(environment: dict[str, str]) -> Iterator[int]:
    """The site as ``meetup run`` serves it, without its worker; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "meetup", "run", "--port", str(port), "--no-worker"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None and time.monotonic() < until, "the server did not start"
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    try:
        return Line(port).ask("GET", "/healthz") == 200
    except OSError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


class Line:
    """A client's connection that stays open."""

    def __init__(self, port: int, token: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}

    def ask(self, method: str, path: str, body: Any = None) -> int:
        """Send, read the whole answer; gives its status."""
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def memory(pid: int) -> float:
    """MB that the process holds."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024
