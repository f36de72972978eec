"""Workers as processes of their own, that can be killed: forked in no time from one that is ready.

``python -m tests.rig.courier CLOCK`` reads lines from its input: ``fork`` starts a worker and prints its process id.
The environment says which site; the clock is a file with an instant, which the test moves.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.features.outboxing import Letters

if TYPE_CHECKING:
    from meetup.mount import Mount

ROOT = Path(__file__).parents[2]
#: What a worker of these waits for an answer: less than a stalling server takes.
READ_SECONDS = 3


@dataclass
class FileClock:
    """A clock that several processes share: the instant stands in a file."""

    path: Path

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text())

    def set(self, instant: datetime) -> None:
        """Move it; never half-written."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(instant.isoformat())
        fresh.replace(self.path)

    def travel(self, **units: float) -> None:
        """Move it on."""
        self.set(self() + timedelta(**units))


def make_mount(clock: Path, config: Mapping[str, Any] | None = None) -> tuple[Mount, Letters]:
    """The site of the environment, with the notices of :class:`Letters`."""
    from meetup import create_app

    app = create_app({"MEETUP_PLUGINS": "", **(config or {})}, clock=FileClock(clock))
    mount = app.extensions["meetup"]["meetup"]
    return mount, Letters(mount)


def main() -> None:
    """Fork a worker for each line."""
    from meetup.outbox import broker, smtp, worker

    smtp.READ_SECONDS = READ_SECONDS
    worker.LOOK_EVERY = 0.05
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    mount, _letters = make_mount(Path(sys.argv[1]))
    if mount.settings.broker_url:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        broker.run(mount, processes=1)
        return
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            worker.run_for_ever(mount, threading.Event())
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


@dataclass
class Couriers:
    """The workers that live."""

    process: subprocess.Popen[str]
    living: list[int] = field(default_factory=list)
    killed: int = 0

    def start(self) -> None:
        """One more."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("fork\n")
        self.process.stdin.flush()
        self.living.append(int(self.process.stdout.readline()))

    def kill(self, which: int) -> None:
        """As sudden as it gets."""
        os.kill(self.living.pop(which), signal.SIGKILL)
        self.killed += 1


@contextmanager
def couriers(environment: Mapping[str, str], clock: Path) -> Iterator[Couriers]:
    """Workers of the site that `environment` says; all gone after the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rig.courier", str(clock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=dict(environment),
    )
    found = Couriers(process)
    try:
        yield found
    finally:
        for pid in found.living:
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait(10)


if __name__ == "__main__":
    main()
