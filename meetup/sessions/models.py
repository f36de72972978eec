"""A session: one business coffee, from draft to its reported conclusion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, Stateful
from meetup.domain.recurrence import Rule, parse_rule
from meetup.domain.sessions import SERIES, SESSION
from meetup.programmes.models import Programme

_IN_SERIES = text("series_uid != ''")


class Session(Stateful, Base):
    """A session of a programme.

    ``uid`` is its own and fixed at birth (RFC 7986 §5.3); ``sequence`` rises
    with every significant change (RFC 5546 §2.1.4); ``number`` is given when it is
    first published, without gaps in its programme; ``seats_taken`` counts
    participants of confirmed, offered and attended registrations and never
    passes ``capacity``. An occurrence of a series names it by ``series_uid`` and keeps
    in ``recurrence_id`` when it was to begin by the rule, whatever it moved to; the rule is in
    ``recurrence`` as the API takes it. In calendars it goes by these two, see ``calendar_uid``; if the series
    changed after people had it in theirs, by ``told_uid`` and ``told_recurrence_id``, which stay.
    """

    __tablename__ = "meetup_session"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("seats_taken <= capacity AND seats_taken >= 0", name="seats"),
        Index("ix_meetup_session_state_starts_at", "state", "starts_at"),
        Index("ix_meetup_session_starts_at", "starts_at"),
        # However many workers extend a series, an occurrence is one session.
        Index(
            "uq_meetup_session_occurrence",
            "series_uid",
            "recurrence_id",
            unique=True,
            sqlite_where=_IN_SERIES,
            postgresql_where=_IN_SERIES,
        ),
        Index("ix_meetup_session_told", "told_uid", "told_recurrence_id"),
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
    told_uid: Mapped[str] = mapped_column(String(80), default="")
    told_recurrence_id: Mapped[datetime | None]
    recurrence: Mapped[dict[str, Any] | None]
    title: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    chair: Mapped[str] = mapped_column(String(120), default="")
    chair_role: Mapped[str] = mapped_column(String(120), default="")
    delegate: Mapped[str] = mapped_column(String(120), default="")
    delegate_role: Mapped[str] = mapped_column(String(120), default="")
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
    def calendar_uid(self) -> str:
        """The UID that calendars know it by: of an occurrence that of its series (rules A5, B2)."""
        return self.told_uid or self.series_uid or self.uid

    @property
    def calendar_recurrence_id(self) -> datetime | None:
        """RECURRENCE-ID in calendars; None for a session that stands alone."""
        if self.told_uid:
            return self.told_recurrence_id
        return self.recurrence_id if self.series_uid else None

    @property
    def seats_left(self) -> int:
        """How many seats can still be given."""
        return max(self.capacity - self.seats_taken, 0)

    @property
    def is_public(self) -> bool:
        """Whether anyone may see it."""
        return self.state != "draft" and not self.is_private


class Series(Stateful, Base):
    """A session that recurs; what takes place are its occurrences, which are sessions.

    ``rule`` is the RRULE, ``starts_at`` and ``ends_at`` are the first occurrence's, ``timezone`` is whose clocks
    it goes by. ``template`` holds what every occurrence begins with. Occurrences up to ``made_until`` were made or
    left out for a holiday; at ``extend_at`` the next one comes within the horizon. ``is_announced``: occurrences
    are published as soon as they are made. ``shown_at``: since when the public may have it in a calendar, with
    ``sequence`` as its SEQUENCE.
    """

    __tablename__ = "meetup_series"
    __table_args__ = (Index("ix_meetup_series_extend", "state", "extend_at"),)
    KIND = "series"
    MACHINE = SERIES

    programme_id: Mapped[int] = mapped_column(ForeignKey("meetup_programme.id"), index=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    rule: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(60))
    skip_holidays: Mapped[bool] = mapped_column(default=False)
    template: Mapped[dict[str, Any]]
    sequence: Mapped[int] = mapped_column(default=0)
    is_announced: Mapped[bool] = mapped_column(default=False)
    shown_at: Mapped[datetime | None]
    made_until: Mapped[datetime | None]
    extend_at: Mapped[datetime | None]

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")

    @property
    def rrule(self) -> Rule:
        """The rule."""
        return parse_rule(self.rule)
