"""Reading the outbox: lists, one message as it was sent, and whether the queue is well."""

from __future__ import annotations

import email
import email.policy
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session, defer

from meetup.outbox.models import Outgoing, TransportState

#: The lists of the organiser's page, in its order.
STATES = ("dead", "queued", "sent", "superseded", "expired")


@dataclass(frozen=True)
class Batch:
    """The messages that one request caused: how many wait, were sent, could not be sent, were not needed any more."""

    waiting: int
    sent: int
    dead: int
    dropped: int

    @property
    def all(self) -> int:
        """Every one of them."""
        return self.waiting + self.sent + self.dead + self.dropped

    @property
    def done(self) -> int:
        """Those that wait no more."""
        return self.all - self.waiting


_URL = re.compile(r"(?:https?://|webcal://)[^\s<>\"')\]]+")
_PLUS = re.compile(r"\+[A-Za-z0-9_.=-]{16,}@")


@dataclass(frozen=True)
class Health:
    """How the queue is.

    Args:
        due: messages that should have left by now.
        oldest: since when the oldest of them waits.
        dead: dead letters.
        alarms: channel → the other side's own words, for those that are ill.
    """

    due: int
    oldest: datetime | None
    dead: int
    alarms: dict[str, str]

    @property
    def is_well(self) -> bool:
        """Whether nothing needs an operator."""
        return not self.alarms


def health(db: Session, now: datetime) -> Health:
    """How the queue is at `now`: for ``/readyz``, ``check`` and the organiser's page."""
    due = Outgoing.state.in_(("queued", "leased")) & (Outgoing.not_before <= now)
    count, oldest = db.execute(select(func.count(), func.min(Outgoing.created_at)).where(due)).one()
    dead = db.scalar(select(func.count()).where(Outgoing.state == "dead")) or 0
    return Health(count, oldest, dead, {state.channel: state.alarm for state in alarms(db)})


def alarms(db: Session) -> Sequence[TransportState]:
    """The channels that are ill."""
    return db.scalars(select(TransportState).where(TransportState.alarm != "").order_by(TransportState.channel)).all()


def count_due(db: Session, now: datetime) -> int:
    """How many messages should have left by `now`."""
    query = select(func.count()).where(Outgoing.state.in_(("queued", "leased")), Outgoing.not_before <= now)
    return db.scalar(query) or 0


def planned(db: Session, until: datetime | None = None) -> Sequence[Outgoing]:
    """What waits to be sent, in the order it will go; up to `until`, if given."""
    query = select(Outgoing).where(Outgoing.state.in_(("queued", "leased")))
    if until is not None:
        query = query.where(Outgoing.not_before <= until)
    return db.scalars(query.order_by(Outgoing.not_before, Outgoing.id)).all()


def messages(
    db: Session, state: str, *, after: int | None = None, subject: str = "", recipient: str = "", limit: int = 50
) -> Sequence[Outgoing]:
    """A page of messages in `state`, the newest first; one row more than `limit` if there is a next page."""
    states = ("queued", "leased") if state == "queued" else (state,)
    query = select(Outgoing).options(defer(Outgoing.sent_bytes)).where(Outgoing.state.in_(states))
    if after is not None:
        query = query.where(Outgoing.id < after)
    if subject:
        query = query.where(Outgoing.subject == subject)
    if recipient:
        query = query.where(Outgoing.recipient == recipient)
    return db.scalars(query.order_by(Outgoing.id.desc()).limit(limit + 1)).all()


def counts(db: Session) -> dict[str, int]:
    """How many messages need a look: those that wait and the dead letters."""
    number = func.count().label("number")
    query = select(Outgoing.state, number).where(Outgoing.state.in_(("queued", "leased", "dead")))
    found = {row.state: row.number for row in db.execute(query.group_by(Outgoing.state))}
    return {"queued": found.get("queued", 0) + found.get("leased", 0), "dead": found.get("dead", 0)}


def batch(db: Session, request_id: str) -> Batch:
    """How far the messages are that one request caused."""
    query = select(Outgoing.state, func.count()).where(
        Outgoing.request_id == request_id, Outgoing.request_id != literal_column("''")
    )
    found: dict[str, int] = dict(db.execute(query.group_by(Outgoing.state)).tuples().all())
    waiting = found.pop("queued", 0) + found.pop("leased", 0)
    sent, dead = found.pop("sent", 0), found.pop("dead", 0)
    return Batch(waiting, sent, dead, sum(found.values()))


def as_sent(row: Outgoing) -> EmailMessage | None:
    """The message as it left; None if it has not, or was not kept."""
    if not row.sent_bytes:
        return None
    parsed = email.message_from_bytes(zlib.decompress(row.sent_bytes), policy=email.policy.default)
    return parsed if isinstance(parsed, EmailMessage) else None


def calendar_of(message: EmailMessage) -> str:
    """The calendar part of a message; empty if it has none."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""


def masked(text: str) -> str:
    """`text` with the secrets in its links hidden: whoever reads it is not whom they were made for (rule F9)."""
    return _PLUS.sub("+…@", _URL.sub(lambda match: "/".join(map(_masked_segment, match[0].split("/"))), text))


def _masked_segment(segment: str) -> str:
    # A token has capitals and no sense; the longest of our readable names have neither.
    name, mark, rest = segment.partition("?")
    if len(name) >= 30 and re.fullmatch(r"[A-Za-z0-9_.~=-]+", name) and name != name.lower():
        name = "…"
    return name + mark + re.sub(r"=[A-Za-z0-9_.~-]{20,}", "=…", rest)


def masked_calendar(text: str) -> bytes:
    """A calendar with the secrets in its links hidden, folded anew at 75 octets (RFC 5545 §3.1)."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    lines = []
    for line in masked(unfolded).splitlines():
        room, folded = 75, ""
        for character in line:
            size = len(character.encode())
            if size > room:
                folded, room = folded + "\r\n ", 74
            folded, room = folded + character, room - size
        lines.append(folded)
    return ("\r\n".join(lines) + "\r\n").encode()
