"""The same work under Celery, for sites with a broker (``MEETUP_BROKER_URL``: Redis or RabbitMQ).

The broker carries no message of ours, only the word that it is time to look: the truth is the
database, and the lease decides who sends what. A task that gets lost, or comes twice, or late,
changes nothing; each ``meetup worker`` says the word once a second by a beat of its own, so that
there is no one machine on which all hangs.
"""

from __future__ import annotations

import logging
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from meetup.access import SYSTEM
from meetup.errors import BadConfiguration
from meetup.outbox import lease, worker
from meetup.outbox.delivery import deliver_several
from meetup.outbox.retention import tidy

if TYPE_CHECKING:
    from meetup.mount import Mount

log = logging.getLogger("meetup.worker")

#: How long one task goes on sending: a worker that is told to end waits for no longer.
SEND_SECONDS = 5.0


def celery_app(mount: Mount) -> Any:
    """The Celery application of `mount`, with its tasks ``meetup.send``, ``meetup.due`` and ``meetup.tidy``.

    Raises:
        BadConfiguration: if there is no broker, or Celery is not installed.
    """
    if not mount.settings.broker_url:
        raise BadConfiguration(["MEETUP_BROKER_URL is empty: there is no broker; the embedded worker needs none"])
    try:
        celery = import_module("celery")
    except ImportError:
        raise BadConfiguration(
            ['MEETUP_BROKER_URL is set, but Celery is not installed; run: pip install "flask-meetup[celery]"']
        ) from None
    app = celery.Celery("meetup", broker=mount.settings.broker_url, set_as_current=False)
    app.conf.update(
        # Several mounts, or sites, may share a broker.
        task_default_queue=f"meetup.{mount.name}",
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        # Kept in memory: there is nothing to remember between two starts.
        beat_scheduler="celery.beat:Scheduler",
        enable_utc=True,
        timezone="UTC",
    )
    _add_tasks(app, mount)
    return app


def _add_tasks(app: Any, mount: Mount) -> None:
    owner: list[str] = []

    @app.task(name="meetup.send")  # type: ignore[untyped-decorator]
    def send() -> None:
        # Named in the process that works: the tasks are made before it is forked.
        owner[:] = owner or [lease.new_owner()]
        send_for(mount, owner[0])

    @app.task(name="meetup.due")  # type: ignore[untyped-decorator]
    def due() -> None:
        worker.due_work(mount)

    @app.task(name="meetup.tidy")  # type: ignore[untyped-decorator]
    def clear() -> None:
        with mount.work(SYSTEM) as work:
            tidy(work)
            work.commit()


def send_for(mount: Mount, owner: str, seconds: float = SEND_SECONDS) -> int:
    """Send what is due for so long at most; gives how many messages were in hand."""
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until and (outcomes := deliver_several(mount, owner=owner)):
        count += len(outcomes)
    if not count:
        worker.close_channels(mount)
    return count


def schedule(processes: int) -> dict[str, dict[str, Any]]:
    """What the beat says, and when: as many looks at the queue as keep all processes busy when it is long.

    A word that nobody has heard by the next one expires.
    """
    every = worker.LOOK_EVERY
    looks = max(1, round(processes * every / SEND_SECONDS))
    found: dict[str, dict[str, Any]] = {
        f"send-{number}": {"task": "meetup.send", "schedule": every, "options": {"expires": 2 * every}}
        for number in range(looks)
    }
    for name, seconds in (("due", worker.DUE_EVERY), ("tidy", worker.TIDY_EVERY)):
        found[name] = {"task": f"meetup.{name}", "schedule": seconds, "options": {"expires": 2 * seconds}}
    return found


def run(mount: Mount, processes: int) -> None:
    """Be a Celery worker with a beat of its own, until SIGTERM or SIGINT; what is being sent then is finished first.

    Args:
        mount: whose messages.
        processes: how many send at once.

    Raises:
        BadConfiguration: see :func:`celery_app`.
    """
    app = celery_app(mount)
    app.conf.beat_schedule = schedule(processes)
    signals = import_module("celery.signals")

    def begin(**_: Any) -> None:
        # What was open before the fork is the parent's.
        mount.database.engine.dispose(close=False)

    def end(**_: Any) -> None:
        worker.close_channels(mount)

    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(end, weak=False)
    mount.database.dispose()
    log.info("working for %s with %d processes", app.connection().as_uri(), processes)
    app.Worker(pool="prefork", concurrency=processes, beat=True, loglevel="WARNING", quiet=True).start()
