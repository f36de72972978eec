"""The worker: does what has fallen due, then sends what is due, one at a time.

Any number of workers may run, on one machine or several; the database decides
who sends what. With a broker, Celery's tasks (:mod:`meetup.outbox.broker`) do the same by the same functions.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from meetup.access import SYSTEM
from meetup.outbox import lease
from meetup.outbox.delivery import deliver_several, send_one
from meetup.outbox.queries import count_due
from meetup.outbox.render import speaking
from meetup.outbox.retention import tidy

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

__all__ = ["close_channels", "drain", "due_work", "run_for_ever", "send_one"]

log = logging.getLogger("meetup.worker")

#: Seconds between two looks at the queue, at due work, and at what is too old to keep.
LOOK_EVERY = 1.0
DUE_EVERY = 5.0
TIDY_EVERY = 3600.0
#: An idle connection is closed after so many seconds.
CLOSE_AFTER = 60.0
#: Threads of a worker that send, each on a kept-open connection of its own.
SENDERS = 2
#: How long one plugin's due work may go on at one turn.
DUE_SECONDS = 5.0
#: How often a rehearsal asks one of them.
REHEARSAL_TURNS = 500
#: A drain ends after so many turns, even if something always finds more to do.
MOST_TURNS = 200

#: What :func:`drain` always counts; plugins' due work adds its own names.
COUNTED = ("sent", "failed", "dead", "superseded", "expired", "maybe_sent_before", "waiting", "faults")


def drain(mount: Mount, now: datetime | None = None, stop: threading.Event | None = None) -> dict[str, int]:
    """Do and send everything that is due, as if it were `now`; gives counts.

    ``failed`` messages stay for another try, ``waiting`` ones are due but held up (a
    paused transport, a full minute, an earlier message), ``maybe_sent_before`` counts those
    whose earlier try may have succeeded unheard, ``faults`` the hooks that failed.
    """
    counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    owner = lease.new_owner()
    try:
        for _turn in range(MOST_TURNS):
            done = due_work(mount, now)
            counts.update(done)
            found = _send_all(mount, now, owner, counts, stop)
            if (stop is not None and stop.is_set()) or not (
                found or any(done[name] for name in done if name != "faults")
            ):
                break
        with mount.work(SYSTEM, now=now) as work:
            tidy(work)
            work.commit()
        with mount.work(SYSTEM, now=now, write=False) as work:
            counts["waiting"] = count_due(work.db, work.now)
    finally:
        close_channels(mount)
    return dict(counts)


def _send_all(
    mount: Mount, now: datetime | None, owner: str, counts: Counter[str], stop: threading.Event | None
) -> int:
    found = 0
    while stop is None or not stop.is_set():
        outcomes = deliver_several(mount, now=now, owner=owner, stop=stop)
        if not outcomes:
            break
        found += len(outcomes)
        for outcome in outcomes:
            if outcome.state != "lost":
                counts[outcome.state] += 1
            counts["maybe_sent_before"] += outcome.again
    return found


def due_work(mount: Mount, now: datetime | None = None) -> Counter[str]:
    """Ask everyone for what has fallen due: each in a transaction of its own, again while it finds something.

    One that fails is rolled back, logged by name and counted as a fault; the others go on.
    """
    counts: Counter[str] = Counter()
    for implementation in reversed(mount.plugins.hook.meetup_due_work.get_hookimpls()):
        until = time.monotonic() + DUE_SECONDS
        while time.monotonic() < until:
            try:
                found = _ask(mount, implementation, now)
            except Exception:
                log.exception("due work of %s failed", implementation.plugin_name)
                counts["faults"] += 1
                break
            counts.update(found)
            if not any(found.values()):
                break
    return counts


def rehearse(work: Work) -> None:
    """Do all that has fallen due inside `work`, for whoever looks at what that gives and then rolls it back.

    It stops at the first fault, which is raised.
    """
    with speaking(work.mount, work.settings.locales[0]):
        for implementation in reversed(work.mount.plugins.hook.meetup_due_work.get_hookimpls()):
            for _turn in range(REHEARSAL_TURNS):
                found = implementation.function(*([work] if implementation.argnames else []))
                work.db.flush()
                if not any((found or {}).values()):
                    break


def _ask(mount: Mount, implementation: Any, now: datetime | None) -> dict[str, int]:
    with speaking(mount, mount.settings.locales[0]), mount.work(SYSTEM, now=now) as work:
        found = implementation.function(*([work] if implementation.argnames else []))
        work.commit()
    return dict(found or {})


def run_for_ever(mount: Mount, stop: threading.Event, senders: int = SENDERS) -> None:
    """Work until `stop` is set; what is being sent then is finished first.

    Args:
        mount: whose messages.
        stop: set to end it.
        senders: how many threads send; while one waits for the mail server, another writes its next message.
    """
    # Counting to a limit is for one alone.
    helpers = 0 if lease.throttle_of(mount).is_on else senders - 1
    threads = [threading.Thread(target=_send_for_ever, args=(mount, stop)) for _ in range(helpers)]
    for thread in threads:
        thread.start()
    try:
        _work_for_ever(mount, stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _send_for_ever(mount: Mount, stop: threading.Event) -> None:
    owner = lease.new_owner()
    busy_at = time.monotonic()
    while not stop.is_set():
        try:
            if deliver_several(mount, owner=owner, stop=stop):
                busy_at = time.monotonic()
                continue
        except Exception:
            log.exception("a sender stumbled and goes on")
            stop.wait(DUE_EVERY)
        if time.monotonic() - busy_at > CLOSE_AFTER:
            close_channels(mount)
        stop.wait(LOOK_EVERY)
    close_channels(mount)


def _work_for_ever(mount: Mount, stop: threading.Event) -> None:
    owner = lease.new_owner()
    counts: Counter[str] = Counter()
    next_due = next_tidy = time.monotonic()
    busy_at = time.monotonic()
    while not stop.is_set():
        try:
            if time.monotonic() >= next_due:
                due_work(mount)
                next_due = time.monotonic() + DUE_EVERY
            if time.monotonic() >= next_tidy:
                with mount.work(SYSTEM) as work:
                    tidy(work)
                    work.commit()
                next_tidy = time.monotonic() + TIDY_EVERY
            if _send_all_until(mount, owner, counts, stop, next_due):
                busy_at = time.monotonic()
                continue
        except Exception:
            # The database may be away for a moment; the worker outlives it.
            log.exception("the worker stumbled and goes on")
            stop.wait(DUE_EVERY)
        if time.monotonic() - busy_at > CLOSE_AFTER:
            close_channels(mount)
        stop.wait(LOOK_EVERY)
    close_channels(mount)


def _send_all_until(mount: Mount, owner: str, counts: Counter[str], stop: threading.Event, until: float) -> int:
    """Send until the queue is empty, but look at due work in between: a long queue must hold no reminder up."""
    found = 0
    while not stop.is_set() and time.monotonic() < until:
        outcomes = deliver_several(mount, owner=owner, stop=stop)
        if not outcomes:
            break
        found += len(outcomes)
        counts.update(outcome.state for outcome in outcomes)
    return found


def close_channels(mount: Mount) -> None:
    """Let go of connections to mail servers; one that does not close is logged, and is no fault."""
    for channel in mount.channels.values():
        try:
            channel.close()
        except Exception:
            log.exception("channel %s did not close", channel.name)
