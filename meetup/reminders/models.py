"""Reminders that are planned: one row an instant, made when the thing changes (rules G1 to G7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, BigKey


class Reminder(Base):
    """One planned reminder.

    ``rule`` is what it is about and how far ahead (``session:1d``); ``target_at`` the
    instant that it counts from, so that a reschedule makes a new row; ``due_at`` when it
    goes. State ``planned → sent | superseded | expired``.
    """

    __tablename__ = "meetup_reminder"
    __table_args__ = (
        UniqueConstraint("rule", "subject", "target_at"),
        Index("ix_meetup_reminder_due", "state", "due_at"),
        Index("ix_meetup_reminder_subject", "subject", "state"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    target_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="planned")
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
