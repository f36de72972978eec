"""The outbox: messages that a change of state caused, until they have left and as they left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, BigKey

_ASKED = text("request_id <> ''")


class Outgoing(Base):
    """One message to one recipient.

    ``kind`` names the notice that renders it, ``context`` is what the notice needs
    (plain JSON: ids and short texts). ``thread`` orders messages of one person and
    one calendar UID: a later one waits for an earlier one, and a newer calendar
    message replaces an unsent one. State ``queued → leased → sent``, back to
    ``queued`` for another try, or ``dead``, ``superseded``, ``expired``.
    ``attempted_at`` is written down before the message's data is handed over, so that
    a row that was perhaps sent is known.
    """

    __tablename__ = "meetup_outgoing"
    __table_args__ = (
        Index("ix_meetup_outgoing_due", "state", "not_before", "id"),
        Index("ix_meetup_outgoing_thread", "thread", "state", "id"),
        Index("ix_meetup_outgoing_subject", "subject", "id"),
        Index("ix_meetup_outgoing_recipient", "recipient", "id"),
        # Most messages are the worker's own, whom no request asked for.
        Index("ix_meetup_outgoing_request", "request_id", "state", sqlite_where=_ASKED, postgresql_where=_ASKED),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(20), default="mail")
    recipient: Mapped[str] = mapped_column(String(254))
    recipient_name: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    subject: Mapped[str] = mapped_column(String(80), default="")
    thread: Mapped[str] = mapped_column(String(200), default="")
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(12), default="queued")
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    lease_owner: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    sent_bytes: Mapped[bytes | None] = mapped_column(LargeBinary)
    request_id: Mapped[str] = mapped_column(String(40), default="")


class Mute(Base):
    """A kind of message that a person has switched off (RFC 8058)."""

    __tablename__ = "meetup_mute"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class TransportState(Base):
    """Whether a channel is ill (wrong password, bad certificate): the queue pauses, nothing is marked dead."""

    __tablename__ = "meetup_transport_state"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    paused_until: Mapped[datetime | None]
    alarm: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime | None]
