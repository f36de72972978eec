"""Writing the activity log, and checking that nobody else did.

Entries are collected during a unit of work and joined to the chain at its very
end, just before the commit: the head of the chain is the one row that every
change of state shares, so it is locked last and for as short as can be.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from meetup.access import Actor
from meetup.activity.models import Activity, ActivityHead

GENESIS = "0" * 64
_PENDING = "meetup.activity.pending"

#: Every unit of work that changes something ends with these three: put into words once, on the bare tables.
_ROWS: Any = Activity.__table__
_CHAIN: Any = ActivityHead.__table__
_HEAD = select(_CHAIN.c.seq, _CHAIN.c.hash).where(_CHAIN.c.id == 1).with_for_update()
_ADD = insert(_ROWS)
_MOVE = update(_CHAIN).where(_CHAIN.c.id == 1)


def record(
    db: Session,
    *,
    now: datetime,
    actor: Actor,
    action: str,
    subject: str,
    about: str = "",
    before: str = "",
    after: str = "",
    details: Mapping[str, Any] | None = None,
    request_id: str = "",
) -> None:
    """Put one entry on record; it joins the chain when the unit of work commits.

    Args:
        now: aware.
        action: a change's name, such as ``issue.accept``.
        subject: the thing, ``kind:id``.
        about: the thing it belongs to, so that its timeline shows the entry too.
        before: the state left, where a state changed.
        after: the state reached.
        details: plain JSON values.
    """
    if _PENDING not in db.info:
        db.info[_PENDING] = []
        event.listen(db, "before_commit", _seal)
        event.listen(db, "after_rollback", _forget)
    db.info[_PENDING].append(
        {
            "at": now.astimezone(UTC),
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_name": actor.name or None,
            "action": action,
            "subject": subject,
            "about": about,
            "before": before,
            "after": after,
            "details": dict(details or {}),
            "request_id": request_id,
        }
    )


def _forget(db: Session) -> None:
    db.info[_PENDING] = []


def _seal(db: Session) -> None:
    pending = db.info.get(_PENDING)
    if not pending:
        return
    db.info[_PENDING] = []
    db.flush()
    head = db.execute(_HEAD).one()
    seq, last = head.seq, head.hash
    for entry in pending:
        seq += 1
        salt = secrets.token_hex(16)
        entry.update(seq=seq, salt=salt, prev_hash=last, details_digest=_details_digest(salt, entry["details"]))
        last = entry["hash"] = _entry_hash(entry)
    db.execute(_ADD, pending)
    db.execute(_MOVE, {"seq": seq, "hash": last})


def _details_digest(salt: str, details: Mapping[str, Any]) -> str:
    text = json.dumps(details, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{salt}|{text}".encode()).hexdigest()


#: What an entry's hash covers. The actor's name is left out: it is personal, and the id beside it is covered.
_COVERED = (
    "seq",
    "actor_kind",
    "actor_id",
    "action",
    "subject",
    "about",
    "before",
    "after",
    "details_digest",
    "request_id",
    "prev_hash",
)


def _entry_hash(entry: Mapping[str, Any]) -> str:
    covered = [entry[name] for name in _COVERED] + [entry["at"].astimezone(UTC).isoformat()]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold: the entry's number and what is wrong there."""

    seq: int
    fault: str


def verify(db: Session, *, batch: int = 2000) -> Iterator[int | Break]:
    """Walk the whole chain.

    Yields:
        the number of entries read so far, now and then, and a :class:`Break`
        for every entry that was changed, removed or put in.
    """
    expected, last, read = 1, GENESIS, 0
    while True:
        rows = db.scalars(select(Activity).where(Activity.seq >= expected).order_by(Activity.seq).limit(batch)).all()
        db.expunge_all()
        for row in rows:
            for missing in range(expected, row.seq):
                yield Break(missing, "is missing: it was removed")
            entry = {name: getattr(row, name) for name in (*_COVERED, "at")}
            if row.prev_hash != last and row.seq == expected:
                yield Break(row.seq, "does not follow the entry before it: one of the two was changed or put in")
            if _entry_hash(entry) != row.hash:
                yield Break(row.seq, "was changed: its hash does not match what it says")
            elif row.details is not None and _details_digest(row.salt or "", row.details) != row.details_digest:
                yield Break(row.seq, "was changed: its details do not match their digest")
            expected, last, read = row.seq + 1, row.hash, read + 1
        yield read
        if len(rows) < batch:
            break
    head = db.execute(select(ActivityHead.seq, ActivityHead.hash)).one_or_none()
    if head is None:
        yield Break(0, "the head of the chain is missing")
    elif head.seq >= expected:
        for missing in range(expected, head.seq + 1):
            yield Break(missing, "is missing: it was removed from the end")
    elif head.seq < expected - 1:
        yield Break(head.seq + 1, "was put in after the head of the chain")
    elif head.hash != last:
        yield Break(head.seq, "is not what the head of the chain says: it was changed")
