"""Several processes as one: started together, stopped together, and started again when one falls."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger("meetup.run")

#: Seconds that a process has to finish what it is doing.
GRACE = 35
_LONGEST_PAUSE = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass
class Job:
    """A process to keep.

    Args:
        name: for the log.
        run: what it does; runs in the child, whose end is its end.
        vital: whether all stop when it stops; otherwise it is started again.
    """

    name: str
    run: Callable[[], None]
    vital: bool = False
    falls: int = 0
    started: float = 0.0


@dataclass
class Supervisor:
    """Keeps `jobs` until it is told to stop, or a vital one ends."""

    jobs: list[Job]
    _running: dict[int, Job] = field(default_factory=dict)
    _stopping: bool = False

    def run(self) -> int:
        """Start all and stay until all have ended; gives the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGALRM, self._on_patience_over)
        for job in self.jobs:
            self._start(job)
        status = 0
        while self._running:
            pid, waited = os.waitpid(-1, 0)
            job = self._running.pop(pid)
            if self._stopping:
                continue
            code = os.waitstatus_to_exitcode(waited)
            if job.vital:
                status = code if code > 0 else 1 if code < 0 else 0
                self._stop()
            else:
                self._again(job, code)
        return status

    def _start(self, job: Job) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os._exit(_live(job, parent))
        job.started = time.monotonic()
        self._running[pid] = job
        if self._stopping:
            # Told to stop while it was being started.
            os.kill(pid, signal.SIGTERM)

    def _again(self, job: Job, code: int) -> None:
        job.falls = 0 if time.monotonic() - job.started > 60 else job.falls + 1
        pause = min(_LONGEST_PAUSE, 0.5 * 2**job.falls)
        log.error("the %s ended with %s; starting it again in %.1f seconds", job.name, code, pause)
        time.sleep(pause)
        if not self._stopping:
            self._start(job)

    def _on_stop(self, _number: int, _frame: Any) -> None:
        self._stop()

    def _stop(self) -> None:
        self._stopping = True
        signal.alarm(GRACE)
        self._tell(signal.SIGTERM)

    def _on_patience_over(self, _number: int, _frame: Any) -> None:
        self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        for pid in list(self._running):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue


def _live(job: Job, parent: int) -> int:
    """The whole life of a child; gives its exit status."""
    try:
        # A group of its own: Ctrl-C is the supervisor's, who passes it on in order.
        os.setpgid(0, 0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        _die_with(parent)
        job.run()
    except SystemExit as leaving:
        code = leaving.code
        return code if isinstance(code, int) else 0 if code is None else 1
    except KeyboardInterrupt:
        return 130
    except BaseException:
        log.exception("the %s failed", job.name)
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _die_with(parent: int) -> None:
    """Be told to end when the supervisor is killed: it leaves nothing behind (Linux; elsewhere nothing happens)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
