"""A session: one business coffee, from draft to its reported conclusion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, Stateful
from meetup.domain.sessions import SESSION
from meetup.programmes.models import Programme


class Session(Stateful, Base):
    """A session of a programme.

    ``uid`` is its calendar UID, fixed at birth (RFC 7986 §5.3); ``sequence`` rises
    with every significant change (RFC 5546 §2.1.4); ``number`` is given when it is
    first published, without gaps in its programme; ``seats_taken`` counts
    participants of confirmed, offered and attended registrations and never
    passes ``capacity``. ``recurrence`` holds the rule as the API took it;
    ``series_uid`` and ``recurrence_id`` are for occurrences of a series.
    """

    __tablename__ = "meetup_session"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("seats_taken <= capacity AND seats_taken >= 0", name="seats"),
        Index("ix_meetup_session_state_starts_at", "state", "starts_at"),
        Index("ix_meetup_session_starts_at", "starts_at"),
    )
    KIND = "session"
    MACHINE = SESSION

    programme_id: Mapped[int] = mapped_column(ForeignKey("meetup_programme.id"), index=True)
    number: Mapped[int | None]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    series_uid: Mapped[str] = mapped_column(String(80), default="")
    recurrence_id: Mapped[datetime | None]
    recurrence: Mapped[dict[str, Any] | None]
    title: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    chair: Mapped[str] = mapped_column(String(120), default="")
    chair_role: Mapped[str] = mapped_column(String(120), default="")
    secretary: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(60))
    venue: Mapped[str] = mapped_column(String(300), default="")
    online_url: Mapped[str] = mapped_column(String(500), default="")
    capacity: Mapped[int]
    seats_per_enterprise: Mapped[int] = mapped_column(default=2)
    seats_taken: Mapped[int] = mapped_column(default=0)
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    is_private: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    on_stage_id: Mapped[int | None]
    conclusion_number: Mapped[str] = mapped_column(String(60), default="")
    summary: Mapped[str] = mapped_column(Text, default="")

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")

    @property
    def seats_left(self) -> int:
        """How many seats can still be given."""
        return max(self.capacity - self.seats_taken, 0)

    @property
    def is_public(self) -> bool:
        """Whether anyone may see it."""
        return self.state != "draft" and not self.is_private
