"""A registration: one enterprise's reply to one session, and the people it sends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, BigKey, Stateful
from meetup.domain.registrations import REGISTRATION
from meetup.enterprises.models import Contact, Enterprise
from meetup.sessions.models import Session

_NOT_CANCELLED = text("state != 'cancelled'")


class Registration(Stateful, Base):
    """An enterprise's reply.

    ``seats`` counts participants. ``queued_at`` orders the waiting list and
    ``passed_over`` counts how often smaller parties went first. ``offered_until``
    is when an open offer lapses. There is one registration of an enterprise in a
    session that is not cancelled. ``calendar_sequence`` is the SEQUENCE last sent.
    """

    __tablename__ = "meetup_registration"
    __table_args__ = (
        Index(
            "uq_meetup_registration_live",
            "session_id",
            "enterprise_id",
            unique=True,
            sqlite_where=_NOT_CANCELLED,
            postgresql_where=_NOT_CANCELLED,
        ),
        Index("ix_meetup_registration_line", "session_id", "state", "queued_at", "id"),
        Index("ix_meetup_registration_offers", "state", "offered_until"),
    )
    KIND = "registration"
    MACHINE = REGISTRATION

    session_id: Mapped[int] = mapped_column(ForeignKey("meetup_session.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("meetup_enterprise.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("meetup_contact.id"), index=True)
    seats: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(String(20), default="web")
    note: Mapped[str] = mapped_column(Text, default="")
    queued_at: Mapped[datetime | None]
    passed_over: Mapped[int] = mapped_column(default=0)
    offered_until: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    calendar_sequence: Mapped[int | None]

    session: Mapped[Session] = relationship(lazy="raise_on_sql")
    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact] = relationship(lazy="raise_on_sql")
    participants: Mapped[list[Participant]] = relationship(
        lazy="raise_on_sql", order_by="Participant.id", cascade="all, delete-orphan"
    )

    @property
    def about(self) -> str:
        """The session that the registration is for."""
        return f"session:{self.session_id}"


class Participant(Base):
    """A person who comes: name and position."""

    __tablename__ = "meetup_participant"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("meetup_registration.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(120), default="")


class Arrival(Base):
    """An arrival that was noted on a phone, under the id that the phone gave it, so that it is taken in once.

    ``seen_at`` is when somebody stood at the door, ``received_at`` when the phone could send it.
    """

    __tablename__ = "meetup_arrival"
    __table_args__ = (UniqueConstraint("session_id", "client_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("meetup_session.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    registration_id: Mapped[int] = mapped_column(ForeignKey("meetup_registration.id"), index=True)
    seen_at: Mapped[datetime]
    received_at: Mapped[datetime]
