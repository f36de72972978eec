"""Reminders: the rules, and what is planned by them, one row an instant, made when the thing changes (G1 to G7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, BigKey, Row


class Reminder(Base):
    """One planned reminder.

    ``rule`` is the key of the rule that planned it (``session:1d``); ``target_at`` the
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


class ReminderRule(Row, Base):
    """A rule that an organiser keeps; see :class:`meetup.domain.rules.Rule` for what its columns say.

    ``scope`` is ``site`` or the subject of the programme that has rules of its own. As long
    as a scope has no row, the next wider one holds: the site's, then the settings.
    """

    __tablename__ = "meetup_reminder_rule"
    __table_args__ = (UniqueConstraint("scope", "kind", "whom", "amount", "unit"),)
    KIND = "reminder-rule"

    scope: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    whom: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int] = mapped_column(default=0)
    unit: Mapped[str] = mapped_column(String(1), default="w")
    channel: Mapped[str] = mapped_column(String(20), default="mail")
    notice: Mapped[str] = mapped_column(String(60))
    enabled: Mapped[bool] = mapped_column(default=True)
    in_digest: Mapped[bool] = mapped_column(default=False)
    weekday: Mapped[int] = mapped_column(default=0)
    hour: Mapped[int] = mapped_column(default=8)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ReminderReplan(Base):
    """What is still to be planned anew since a rule changed: the things of a scope, from ``after_id`` on."""

    __tablename__ = "meetup_reminder_replan"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scope: Mapped[str] = mapped_column(String(40))
    things: Mapped[str] = mapped_column(String(20))
    after_id: Mapped[int] = mapped_column(BigKey, default=0)
    asked_at: Mapped[datetime]
