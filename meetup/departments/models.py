"""Departments (with branches and localities), the fields they work in, and days that are not as the calendar says."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, Row

KINDS = ("department", "branch", "locality")


class Department(Row, Base):
    """A department (sở), a branch of a central agency (ngành) or a locality (xã, phường).

    Departments are data with a time of validity and a successor, never an enum:
    they merge and are renamed by decree. Where ``needs_approval``, an answer leaves only
    when the head has approved its draft.
    """

    __tablename__ = "meetup_department"
    KIND = "department"

    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(20), default="department")
    email: Mapped[str] = mapped_column(String(254), default="")
    head_email: Mapped[str] = mapped_column(String(254), default="")
    needs_approval: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    successor: Mapped[Department | None] = relationship(remote_side="Department.id", lazy="raise_on_sql")

    def valid_on(self, day: date) -> bool:
        """Whether the department exists on `day` (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Field(Row, Base):
    """A field of work (lĩnh vực), such as land, taxes or construction."""

    __tablename__ = "meetup_field"
    KIND = "field"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int] = mapped_column(default=0)


class CalendarOverride(Base):
    """A day that is a holiday or a working day whatever the library says, and the paper that made it so."""

    __tablename__ = "meetup_calendar_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(Text, default="")
