"""A queue that is sent through a failing mail server by workers that are killed (rules F2 to F4)."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from meetup.access import SYSTEM
from meetup.mount import Mount
from meetup.outbox import failures
from meetup.outbox.models import Outgoing, TransportState
from meetup.outbox.service import enqueue
from meetup.outbox.worker import SENDERS
from meetup.work import Work
from tests.rig import courier, sink
from tests.rig.clock import START

WORKERS = 3
DOMAINS = 97


@dataclass(frozen=True)
class Report:
    """What became of the queue.

    Args:
        messages: how many there were.
        seconds: how long it took.
        kills: workers that were killed.
        faults: what the server did on purpose.
        states: rows by their last state.
        lost: recipients that got nothing, and whose server did not refuse them.
        copies: extra copies that arrived.
        after_kill: those of them whose earlier copy the server had answered for.
        unknown: recipients of a copy whose row does not say that it may have been sent before.
        ids: recipients that got copies with different Message-IDs.
        maybe_sent_before: rows that say so.
    """

    messages: int
    seconds: float
    kills: int
    faults: str
    states: dict[str, int]
    lost: list[str]
    copies: int
    after_kill: int
    unknown: list[str]
    ids: list[str]
    maybe_sent_before: int

    @property
    def unexplained(self) -> int:
        """Copies of what the server had answered for that no kill explains: each stops so many senders at most."""
        return max(0, self.after_kill - self.kills * SENDERS)

    def __str__(self) -> str:
        return (
            f"{self.messages} messages in {self.seconds:.0f} s ({self.messages / self.seconds:.0f} a second), "
            f"{self.kills} workers killed, server: {self.faults}; {self.states}; lost {len(self.lost)}; "
            f"{self.copies} copies twice ({self.after_kill} by a kill), {self.maybe_sent_before} known as maybe sent"
        )


def run(database_url: str, folder: Path, *, messages: int, kills: int, seed: int = 1) -> Report:
    """Send `messages` with so many kills, until nothing waits any more."""
    dice = random.Random(seed)
    clock = courier.FileClock(folder / "clock")
    clock.set(START)
    with sink.running(folder / "sink", "--faults", str(seed)) as server:
        config = {
            "MEETUP_DATABASE_URL": database_url,
            "MEETUP_SECRET_KEY": "a secret that everybody may know, for tests alone",
            "MEETUP_BASE_URL": "http://localhost",
            "MEETUP_MAIL_FROM": "coffee@province.example",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(server.port),
            "MEETUP_INSTANCE": str(folder),
        }
        mount, _letters = courier.make_mount(clock.path, {**config, "MAIL_PORT": server.port})
        everyone = [f"{'gone-' if n % 100 == 7 else ''}p{n}@d{n % DOMAINS}.example" for n in range(messages)]
        with mount.work(SYSTEM) as work:
            for address in everyone:
                enqueue(work, "test_plain", to=address, thread=address if len(address) % 2 else "")
            work.commit()
        begun = time.monotonic()
        with courier.couriers({**os.environ, **config}, clock.path) as workers:
            for _ in range(WORKERS):
                workers.start()
            while (left := _left(mount, clock, workers.living)) > 0:
                if workers.killed < min(kills, (messages - left) * kills * 1.25 // messages):
                    workers.kill(dice.randrange(len(workers.living)))
                    workers.start()
                time.sleep(dice.uniform(0.05, 0.25))
        seconds = time.monotonic() - begun
        killed = workers.killed
    report = _report(mount, server, everyone, seconds, killed)
    mount.database.dispose()
    return report


def _left(mount: Mount, clock: courier.FileClock, living: list[int]) -> int:
    """How many messages wait; the clock jumps to the next instant at which there is something to do."""
    now = clock()
    with mount.work(write=False) as work:
        db = work.db
        left = db.scalar(select(func.count()).where(Outgoing.state.in_(("queued", "leased")))) or 0
        paused: datetime | None = db.scalar(select(func.max(TransportState.paused_until)))
        pending = (
            db.scalar(select(func.min(Outgoing.not_before)).where(Outgoing.state == "queued")),
            *_leases(work, living, now),
        )
    instants = [one for one in pending if one is not None]
    if not instants:
        return left
    ahead = max(min(instants), paused or now)
    if ahead > now:
        clock.set(ahead + timedelta(seconds=1))
    return left


def _leases(work: Work, living: list[int], now: datetime) -> list[datetime]:
    """When the leases of the dead run out; now, if one of the living holds one."""
    rows = work.db.execute(
        select(Outgoing.lease_owner, func.min(Outgoing.lease_until))
        .where(Outgoing.state == "leased")
        .group_by(Outgoing.lease_owner)
    ).all()
    return [now if int(owner.split(":")[1]) in living else until for owner, until in rows]


def _report(mount: Mount, server: sink.Running, everyone: list[str], seconds: float, kills: int) -> Report:
    with mount.work(write=False) as work:
        rows = {row.recipient: row for row in work.db.scalars(select(Outgoing))}
    arrived: dict[str, list[sink.Taken]] = {}
    for one in server.taken:
        arrived.setdefault(one.recipient, []).append(one)
    again = {address for address, row in rows.items() if row.context.get(failures.MAYBE_SENT)}
    twice = {address: found for address, found in arrived.items() if len(found) > 1}
    return Report(
        messages=len(everyone),
        seconds=seconds,
        kills=kills,
        faults=server.faults,
        states=dict(Counter(row.state for row in rows.values())),
        lost=[one for one in everyone if one not in arrived and sink.UNKNOWN not in one],
        copies=sum(len(found) - 1 for found in twice.values()),
        after_kill=sum(one.answered for found in twice.values() for one in found[:-1]),
        unknown=sorted(set(twice) - again),
        ids=[address for address, found in arrived.items() if len({one.message_id for one in found}) > 1],
        maybe_sent_before=len(again),
    )
