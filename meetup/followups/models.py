"""Follow-ups: what a department was told to do, by when, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, BigKey, Stateful
from meetup.departments.models import Department
from meetup.domain.drafts import DRAFT
from meetup.domain.finding import task_key
from meetup.domain.followups import FOLLOW_UP
from meetup.enterprises.models import Enterprise
from meetup.issues.models import Issue

_NOT_CLOSED = text("state != 'closed'")
_LIVE_DRAFT = text("state NOT IN ('sent', 'dropped')")


def _search_key(context: Any) -> str:
    """The words that a new follow-up is found by; its task does not change."""
    row = context.get_current_parameters()
    return task_key(row["number"], row["task"])


class FollowUp(Stateful, Base):
    """A task with exactly one lead department.

    ``first_due_on`` never changes; ``due_on`` moves only when an extension is granted.
    ``transfer_to_id`` and ``transfer_from_state`` stand while a transfer is asked for.
    ``closing`` says how it ended: ``confirmed`` or ``no_response``.
    ``confirm_by`` is when silence closes it. ``tallied``: it is closed, and the
    scorecards' kept sums have it, so that nobody counts it again.
    ``search_key`` is its number and its task, folded.
    ``explanation`` is what the lead agency said, once, about missing the first due date.
    """

    __tablename__ = "meetup_follow_up"
    __table_args__ = (
        Index("ix_meetup_follow_up_queue", "lead_department_id", "state", "due_on", "id"),
        Index("ix_meetup_follow_up_lead", "lead_department_id", "id"),
        Index("ix_meetup_follow_up_due", "state", "due_on", "id"),
        Index("ix_meetup_follow_up_assigned_at", "assigned_at"),
        Index("ix_meetup_follow_up_confirm_by", "state", "confirm_by"),
        Index(
            "ix_meetup_follow_up_untallied",
            "state",
            "id",
            sqlite_where=text("tallied = 0"),
            postgresql_where=text("NOT tallied"),
        ),
        # As much is open after ten years as after one: what is due next is read from here, whatever is closed.
        Index("ix_meetup_follow_up_open", "due_on", "id", sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED),
    )
    KIND = "follow-up"
    MACHINE = FOLLOW_UP

    number: Mapped[int] = mapped_column(unique=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_session.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("meetup_enterprise.id"))
    lead_department_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"))
    transfer_to_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"), index=True)
    transfer_from_state: Mapped[str] = mapped_column(String(20), default="")
    reopens_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_follow_up.id"))
    task: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text, default=_search_key, server_default="")
    officer: Mapped[str] = mapped_column(String(120), default="")
    assigned_at: Mapped[datetime]
    due_on: Mapped[date]
    first_due_on: Mapped[date]
    accepted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    confirm_by: Mapped[date | None]
    closing: Mapped[str] = mapped_column(String(20), default="")
    satisfaction: Mapped[int | None]
    satisfaction_comment: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    transfers: Mapped[int] = mapped_column(default=0)
    extensions: Mapped[int] = mapped_column(default=0)
    reopenings: Mapped[int] = mapped_column(default=0)
    send_backs: Mapped[int] = mapped_column(default=0)
    first_response_at: Mapped[datetime | None]
    tallied: Mapped[bool] = mapped_column(default=False, server_default=false())
    explanation: Mapped[str] = mapped_column(Text, default="")
    explained_at: Mapped[datetime | None]

    issue: Mapped[Issue] = relationship(lazy="raise_on_sql")
    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
    lead_department: Mapped[Department] = relationship(lazy="raise_on_sql", foreign_keys=[lead_department_id])
    transfer_to: Mapped[Department | None] = relationship(lazy="raise_on_sql", foreign_keys=[transfer_to_id])
    coordinating: Mapped[list[Coordination]] = relationship(lazy="selectin", order_by="Coordination.id")

    @property
    def coordinating_ids(self) -> tuple[int, ...]:
        """The departments that work along without answering for it."""
        return tuple(part.department_id for part in self.coordinating)

    @property
    def about(self) -> str:
        """The issue that it comes from."""
        return f"issue:{self.issue_id}"


class Coordination(Base):
    """A department that coordinates, and its opinion."""

    __tablename__ = "meetup_coordination"
    __table_args__ = (UniqueConstraint("follow_up_id", "department_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"), index=True)
    opinion: Mapped[str] = mapped_column(Text, default="")
    opinion_at: Mapped[datetime | None]

    department: Mapped[Department] = relationship(lazy="raise_on_sql")


class Transfer(Base):
    """One request to pass a follow-up on: why, on what ground, and what was decided."""

    __tablename__ = "meetup_transfer"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"))
    reason: Mapped[str] = mapped_column(Text)
    ground: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime]
    answer_by: Mapped[date]
    decision: Mapped[str] = mapped_column(String(10), default="")
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")


class Extension(Base):
    """One request for a later due date, and what was decided."""

    __tablename__ = "meetup_extension"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"), index=True)
    asked_due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(10), default="")
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")


class Progress(Base):
    """A note of progress; ``is_public`` ones are shown to the enterprise."""

    __tablename__ = "meetup_progress"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"), index=True)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(120))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    body: Mapped[str] = mapped_column(Text)
    is_public: Mapped[bool] = mapped_column(default=True)


class Answer(Base):
    """A department's answer, one a round: what it says, with which outcome and legal references.

    ``approved_by`` is the head who approved its draft, if there was one.
    """

    __tablename__ = "meetup_answer"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    legal_references: Mapped[str] = mapped_column(Text, default="")
    forwarded_to: Mapped[str] = mapped_column(String(200), default="")
    how_to_file: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str] = mapped_column(String(20), default="")
    verdict_reason: Mapped[str] = mapped_column(Text, default="")
    approved_by: Mapped[str] = mapped_column(String(120), default="")


class Draft(Stateful, Base):
    """An answer before it is sent: written by an officer, approved or returned by the head of the department.

    ``remark`` is what the head said when it was returned; a follow-up has one live draft at most.
    """

    __tablename__ = "meetup_answer_draft"
    __table_args__ = (
        Index(
            "uq_meetup_answer_draft_live",
            "follow_up_id",
            unique=True,
            sqlite_where=_LIVE_DRAFT,
            postgresql_where=_LIVE_DRAFT,
        ),
        Index("ix_meetup_answer_draft_waiting", "state", "department_id"),
    )
    KIND = "draft"
    MACHINE = DRAFT

    state: Mapped[str] = mapped_column(String(12))
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("meetup_follow_up.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"))
    author: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    legal_references: Mapped[str] = mapped_column(Text, default="")
    forwarded_to: Mapped[str] = mapped_column(String(200), default="")
    how_to_file: Mapped[str] = mapped_column(Text, default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]

    @property
    def about(self) -> str:
        """The follow-up that it answers."""
        return f"follow-up:{self.follow_up_id}"
