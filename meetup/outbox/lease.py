"""Who sends which row: one guarded UPDATE takes a lease, so that no two workers ever hold the same row."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from meetup.outbox.models import Outgoing, TransportState

if TYPE_CHECKING:
    from meetup.mount import Mount

#: Longer than a handing over may take (:data:`meetup.outbox.transports.SEND_SECONDS`).
LEASE = timedelta(minutes=2)


def new_owner() -> str:
    """A name for one worker, unlike any other's."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"


def claim(mount: Mount, now: datetime, owner: str) -> int | None:
    """Lease the next row that is due, and commit; None if there is none.

    A row is passed over while its channel is paused, its recipient's domain has had
    its share for this minute, or an earlier row of the same thread to the same
    recipient has not left yet (rule F6).
    """
    # Looking first keeps an idle worker from taking SQLite's write lock every second.
    with mount.work(now=now, write=False) as work:
        if work.db.scalar(select(_anything_due(now))) is not True:
            return None
    throttle = _throttle_of(mount)
    with mount.work(now=now) as work:
        _release_expired(work.db, now)
        found = work.db.execute(
            update(Outgoing)
            .where(Outgoing.id == _next_due(work.db, now, throttle.full(now)), Outgoing.state == "queued")
            .values(state="leased", lease_owner=owner, lease_until=now + LEASE)
            .returning(Outgoing.id, Outgoing.recipient)
            .execution_options(synchronize_session=False)
        ).first()
        work.commit()
    if found is None:
        return None
    throttle.take(found.recipient, now)
    return int(found.id)


def _anything_due(now: datetime) -> ColumnElement[bool]:
    return or_(
        exists().where(Outgoing.state == "queued", Outgoing.not_before <= now),
        exists().where(Outgoing.state == "leased", Outgoing.lease_until < now),
    )


def _release_expired(db: Session, now: datetime) -> None:
    """What a worker held that died, or fell asleep, is everybody's again."""
    db.execute(
        update(Outgoing)
        .where(Outgoing.state == "leased", Outgoing.lease_until < now)
        .values(state="queued", lease_owner="", lease_until=None)
        .execution_options(synchronize_session=False)
    )


def _next_due(db: Session, now: datetime, full: list[str]) -> Any:
    row, earlier = aliased(Outgoing), aliased(Outgoing)
    # A row that is only planned for later (quiet hours) holds nobody up; one that waits for another try does.
    waits_for_earlier = exists().where(
        earlier.thread == row.thread,
        earlier.recipient == row.recipient,
        earlier.id < row.id,
        or_(
            earlier.state == "leased",
            and_(earlier.state == "queued", or_(earlier.attempts > 0, earlier.not_before <= now)),
        ),
    )
    paused = select(TransportState.channel).where(TransportState.paused_until > now)
    query = (
        select(row.id)
        .where(
            row.state == "queued",
            row.not_before <= now,
            or_(row.thread == "", ~waits_for_earlier),
            row.channel.not_in(paused),
            *(~func.lower(row.recipient).endswith(f"@{domain}", autoescape=True) for domain in full),
        )
        .order_by(row.not_before, row.id)
        .limit(1)
    )
    if db.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=row)
    return query.scalar_subquery()


class Throttle:
    """How many messages left for each domain within the last minute, as this process knows.

    Args:
        per_minute: how many may; 0 for no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._lock = threading.Lock()
        self._left: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def take(self, recipient: str, now: datetime) -> None:
        """One message goes to `recipient`."""
        if self.per_minute:
            with self._lock:
                self._left[recipient.rpartition("@")[2].lower()].append(now)

    def full(self, now: datetime) -> list[str]:
        """The domains that have had their share."""
        if not self.per_minute:
            return []
        with self._lock:
            for domain, times in list(self._left.items()):
                while times and times[0] <= now - timedelta(minutes=1):
                    times.popleft()
                if not times:
                    del self._left[domain]
            return [domain for domain, times in self._left.items() if len(times) >= self.per_minute]


_throttles: WeakKeyDictionary[Any, Throttle] = WeakKeyDictionary()


def _throttle_of(mount: Mount) -> Throttle:
    return _throttles.setdefault(mount, Throttle(mount.settings.mail_per_minute))
