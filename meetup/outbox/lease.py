"""Who sends which row: one guarded UPDATE takes a lease, so that no two workers ever hold the same row."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from meetup.outbox.models import Outgoing, TransportState

if TYPE_CHECKING:
    from meetup.mount import Mount

#: Longer than a handing over may take (:data:`meetup.outbox.transports.SEND_SECONDS`).
LEASE = timedelta(minutes=2)
#: How many rows one claim takes at most: as many as leave well within a lease.
BATCH = 20


def new_owner() -> str:
    """A name for one worker, unlike any other's."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"


def claim(mount: Mount, now: datetime, owner: str) -> int | None:
    """Lease the next row that is due, and commit; None if there is none."""
    return next(iter(claim_several(mount, now, owner, most=1)), None)


def claim_several(
    mount: Mount, now: datetime, owner: str, *, most: int = BATCH, connection: Connection | None = None
) -> list[int]:
    """Lease the next rows that are due by one guarded UPDATE, and commit; in the order in which they are to leave.

    No two of them are of one thread to one person, for of those only the first is due. Whoever
    stops before the last gives the others back with :func:`release`; after a death they are
    free when the lease has run out.

    A row is passed over while its channel is paused, its recipient's domain has had
    its share for this minute, or an earlier row of the same thread to the same
    recipient has not left yet (rule F6).
    """
    # Looking first keeps an idle worker from taking SQLite's write lock every second.
    with mount.work(now=now, write=False) as work:
        if work.db.scalar(select(_anything_due(now))) is not True:
            return []
    throttle = throttle_of(mount)
    if throttle.is_on:
        # What may leave next hangs on what has just left.
        most = 1
    if throttle.is_full(now):
        return []
    with mount.work(now=now, connection=connection) as work:
        _release_expired(work.db, now)
        due = _next_due(work.db, now, throttle.full(now), most)
        found = work.db.execute(
            update(Outgoing)
            .where(Outgoing.id.in_(due), Outgoing.state == "queued")
            .values(state="leased", lease_owner=owner, lease_until=now + LEASE)
            .returning(Outgoing.id, Outgoing.recipient, Outgoing.not_before)
            .execution_options(synchronize_session=False)
        ).all()
        work.commit()
    for row in found:
        throttle.take(row.recipient, now)
    return [int(row.id) for row in sorted(found, key=lambda row: (row.not_before, row.id))]


def release(mount: Mount, owner: str, row_ids: Iterable[int]) -> None:
    """Give leased rows back that were not begun, and commit."""
    with mount.work() as work:
        work.db.execute(
            update(Outgoing)
            .where(Outgoing.id.in_(list(row_ids)), Outgoing.state == "leased", Outgoing.lease_owner == owner)
            .values(state="queued", lease_owner="", lease_until=None)
            .execution_options(synchronize_session=False)
        )
        work.commit()


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


def _next_due(db: Session, now: datetime, full: list[str], most: int) -> Any:
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
        .limit(most)
    )
    if db.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=row)
    # Materialized, so that PostgreSQL locks no more rows than the limit says, however it joins.
    due = query.cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    return select(due.c.id)


class Throttle:
    """How many messages left within the last minute, to each domain and in all, as this process knows (rule F7).

    Args:
        per_domain: how many may go to one recipient domain; 0 for no limit.
        in_all: how many may go to all together; 0 for no limit.
    """

    def __init__(self, per_domain: int, in_all: int = 0) -> None:
        self.per_domain = per_domain
        self.in_all = in_all
        self._lock = threading.Lock()
        self._left: deque[tuple[datetime, str]] = deque()

    @property
    def is_on(self) -> bool:
        """Whether there is any limit."""
        return bool(self.per_domain or self.in_all)

    def take(self, recipient: str, now: datetime) -> None:
        """One message goes to `recipient`."""
        if self.is_on:
            with self._lock:
                self._left.append((now, recipient.rpartition("@")[2].lower()))

    def is_full(self, now: datetime) -> bool:
        """Whether nothing more may leave at `now`, to whatever domain."""
        return bool(self.in_all) and len(self._within_a_minute(now)) >= self.in_all

    def full(self, now: datetime) -> list[str]:
        """The domains that have had their share."""
        if not self.per_domain:
            return []
        counts = Counter(self._within_a_minute(now))
        return [domain for domain, count in counts.items() if count >= self.per_domain]

    def _within_a_minute(self, now: datetime) -> list[str]:
        with self._lock:
            while self._left and self._left[0][0] <= now - timedelta(minutes=1):
                self._left.popleft()
            return [domain for _at, domain in self._left]


_throttles: WeakKeyDictionary[Any, Throttle] = WeakKeyDictionary()


def throttle_of(mount: Mount) -> Throttle:
    """The throttle of this process for `mount`."""
    known = _throttles.get(mount)
    if known is None:
        known = Throttle(mount.settings.mail_per_minute, mount.settings.mail_per_minute_in_all)
        known = _throttles.setdefault(mount, known)
    return known
