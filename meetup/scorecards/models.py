"""Periods of the scorecard, and what was frozen when they were closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, BigKey, Row, Stateful
from meetup.departments.models import Department
from meetup.domain.periods import PERIOD, kind_of
from meetup.followups.models import FollowUp


class Period(Stateful, Base):
    """A span of days that follow-ups are counted by, with the weights that hold in it.

    ``weights`` maps components to hundredths. A closed period shows its newest
    :class:`Snapshot` and nothing else.
    """

    __tablename__ = "meetup_scorecard_period"
    __table_args__ = (UniqueConstraint("starts_on", "ends_on"),)
    KIND = "scorecard-period"
    MACHINE = PERIOD

    name: Mapped[str] = mapped_column(String(120), default="")
    name_en: Mapped[str] = mapped_column(String(120), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    weights: Mapped[dict[str, Any]]
    closed_at: Mapped[datetime | None]

    @property
    def kind(self) -> str:
        """``year``, ``quarter`` or ``own``."""
        return kind_of(self.starts_on, self.ends_on)


class Snapshot(Row, Base):
    """What a period's scorecards said when it was closed, or corrected: one row a version, never changed.

    ``counted_on`` is the day that lateness was counted on; ``content`` has every figure,
    ``digest`` the SHA-256 of it, which stands in the activity log as well.
    """

    __tablename__ = "meetup_scorecard_snapshot"
    __table_args__ = (UniqueConstraint("period_id", "number"),)
    KIND = "scorecard-snapshot"

    period_id: Mapped[int] = mapped_column(ForeignKey("meetup_scorecard_period.id"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    counted_on: Mapped[date]
    weights: Mapped[dict[str, Any]]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64), default="")


class Fact(Base):
    """One follow-up as it was when its period was frozen: the row behind a frozen figure."""

    __tablename__ = "meetup_scorecard_fact"
    __table_args__ = (
        Index("ix_meetup_scorecard_fact_rows", "snapshot_id", "first_due_on", "follow_up_id"),
        Index("ix_meetup_scorecard_fact_lead", "snapshot_id", "lead_department_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("meetup_scorecard_snapshot.id"))
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"), index=True)
    lead_department_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"))
    field_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_field.id"))
    state: Mapped[str] = mapped_column(String(20))
    assigned_at: Mapped[datetime]
    first_due_on: Mapped[date]
    first_response_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closing: Mapped[str] = mapped_column(String(20), default="")
    satisfaction: Mapped[int | None]
    transfers: Mapped[int]
    extensions: Mapped[int]
    reopenings: Mapped[int]

    follow_up: Mapped[FollowUp] = relationship(lazy="raise_on_sql")
    lead_department: Mapped[Department] = relationship(lazy="raise_on_sql")


class Tally(Base):
    """What the scorecards count of the follow-ups that are closed: one row a department, a field or a month.

    ``by`` is ``department``, ``field`` or ``month``; ``key`` is the key of the department or field (empty: no
    field), or the month of the order in the site's zone, ``2026-11``. The other columns are the counts and sums
    of :mod:`meetup.scorecards.counting` that no clock changes any more.
    """

    __tablename__ = "meetup_scorecard_tally"

    by: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    assigned: Mapped[int]
    answered: Mapped[int]
    on_time: Mapped[int]
    late: Mapped[int]
    closed: Mapped[int]
    closed_on_time: Mapped[int]
    confirmed: Mapped[int]
    no_response: Mapped[int]
    passed_on: Mapped[int]
    pass_around: Mapped[int]
    extended: Mapped[int]
    reopened: Mapped[int]
    ever_answered: Mapped[int]
    satisfaction_count: Mapped[int]
    responded: Mapped[int]
    transfers: Mapped[int]
    extensions: Mapped[int]
    marks: Mapped[int]


class Settled(Base):
    """How many issues of a programme that came to an end came to what, and how long their answers took.

    ``came_to`` is ``confirmed``, ``answered`` or ``raised`` (:func:`meetup.scorecards.settled.came_to`); ``tenths``
    are tenths of a day from receipt to the answer that stands.
    """

    __tablename__ = "meetup_scorecard_settled"

    programme_id: Mapped[int] = mapped_column(BigKey, ForeignKey("meetup_programme.id"), primary_key=True)
    came_to: Mapped[str] = mapped_column(String(12), primary_key=True)
    tenths: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int]


class Duration(Base):
    """How often something took so long, of the follow-ups that are closed: what medians are read from.

    ``until`` is ``response`` (the first one) or ``closing``; ``tenths`` are tenths of a day from the order.
    """

    __tablename__ = "meetup_scorecard_duration"

    by: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[str] = mapped_column(String(12), primary_key=True)
    tenths: Mapped[int] = mapped_column(primary_key=True)
    times: Mapped[int]
