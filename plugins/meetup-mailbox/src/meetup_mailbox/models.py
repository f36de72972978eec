"""What came in, what was proposed by it, and who comes instead of whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, Row

#: What a message turned out to be.
KINDS = ("reply", "counter", "bounce", "issue", "message", "automatic", "own", "other", "unreadable")
#: ``waiting`` stands in the organiser's inbox; ``done`` had its effect or needs none; ``dismissed`` was looked at.
STATES = ("waiting", "done", "dismissed")


class Received(Row, Base):
    """One message that came in, kept as it came until it is of no use any more.

    ``digest`` names it whichever way it comes, so that it acts once (rule D12). ``why`` is an English msgid that
    says why it waits or was put aside, filled with ``details``. Of an answer, ``attendee``, ``partstat``,
    ``comment``, ``sequence`` and ``dtstamp`` are what it said.
    """

    __tablename__ = "meetup_mailbox_message"
    __table_args__ = (
        Index("ix_meetup_mailbox_message_state", "state", "id"),
        Index("ix_meetup_mailbox_message_settled", "settled_at"),
        Index("ix_meetup_mailbox_message_registration", "registration_id", "kind", "id"),
    )
    KIND = "mailbox-message"

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    received_at: Mapped[datetime]
    message_id: Mapped[str] = mapped_column(String(250), default="")
    sender: Mapped[str] = mapped_column(String(254), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str] = mapped_column(String(12), default="other")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    why: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_registration.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_issue.id"))
    attendee: Mapped[str] = mapped_column(String(254), default="")
    partstat: Mapped[str] = mapped_column(String(40), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int | None]
    dtstamp: Mapped[datetime | None]
    is_applied: Mapped[bool] = mapped_column(default=False)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(String(120), default="")


class Proposal(Row, Base):
    """Another time that someone proposed for a session (COUNTER), until an organiser takes or refuses it (rule D6)."""

    __tablename__ = "meetup_mailbox_proposal"
    __table_args__ = (
        Index("ix_meetup_mailbox_proposal_state", "state", "id"),
        Index("ix_meetup_mailbox_proposal_session", "session_id", "state"),
    )
    KIND = "mailbox-proposal"

    message_id: Mapped[int] = mapped_column(ForeignKey("meetup_mailbox_message.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("meetup_registration.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("meetup_session.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(String(120), default="")


class Delegate(Row, Base):
    """Someone who comes instead of a registration's contact and has an invitation of their own (rule D4)."""

    __tablename__ = "meetup_mailbox_delegate"
    __table_args__ = (UniqueConstraint("registration_id", "email"),)
    KIND = "mailbox-delegate"

    registration_id: Mapped[int] = mapped_column(ForeignKey("meetup_registration.id"))
    email: Mapped[str] = mapped_column(String(254))
    delegated_from: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime]
