"""Issues: what enterprises raise, the words exchanged about it, and its place on an agenda."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, BigKey, Row, Stateful
from meetup.departments.models import Department, Field
from meetup.domain.issues import ISSUE
from meetup.enterprises.models import Contact, Enterprise
from meetup.sessions.models import Session


class Issue(Stateful, Base):
    """A difficulty, obstacle, proposal or suggestion.

    ``number`` is what people quote; it is random, so that it reveals no count.
    ``search_key`` is the folded text. ``published_*`` is the redacted version that
    the public reads, with the hash of what was published. ``outcome`` is how it was
    answered; ``conclusion`` what the chair said. ``tallied``: it came to an end, and the sums
    of what its programme achieved have it, so that nobody counts it again.
    """

    __tablename__ = "meetup_issue"
    __table_args__ = (
        Index("ix_meetup_issue_state_id", "state", "id"),
        Index("ix_meetup_issue_published", "published_at", "id"),
        Index("ix_meetup_issue_field_state", "field_id", "state"),
        Index(
            "ix_meetup_issue_untallied",
            "state",
            "id",
            sqlite_where=text("tallied = 0"),
            postgresql_where=text("NOT tallied"),
        ),
    )
    KIND = "issue"
    MACHINE = ISSUE

    number: Mapped[int] = mapped_column(unique=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_session.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_registration.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("meetup_programme.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("meetup_enterprise.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("meetup_contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="obstacle")
    channel: Mapped[str] = mapped_column(String(20), default="portal")
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    field_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_field.id"))
    suggested_department_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"), index=True)
    locality_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    procedure: Mapped[str] = mapped_column(String(200), default="")
    national_reference: Mapped[str] = mapped_column(String(120), default="")
    question: Mapped[str] = mapped_column(Text, default="")
    decline_reason: Mapped[str] = mapped_column(Text, default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_issue.id"))
    conclusion: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    legal_references: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_title: Mapped[str] = mapped_column(String(200), default="")
    published_question: Mapped[str] = mapped_column(Text, default="")
    published_answer: Mapped[str] = mapped_column(Text, default="")
    published_hash: Mapped[str] = mapped_column(String(64), default="")
    facts: Mapped[dict[str, Any] | None]
    tallied: Mapped[bool] = mapped_column(default=False, server_default=false())

    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact] = relationship(lazy="raise_on_sql")
    session: Mapped[Session | None] = relationship(lazy="raise_on_sql")
    field: Mapped[Field | None] = relationship(lazy="raise_on_sql")
    lead_department: Mapped[Department | None] = relationship(lazy="raise_on_sql", foreign_keys=[lead_department_id])
    suggested_department: Mapped[Department | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[suggested_department_id]
    )
    merged_into: Mapped[Issue | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[merged_into_id], remote_side="Issue.id"
    )

    @property
    def is_public(self) -> bool:
        """Whether anyone may read its published version."""
        return self.published_at is not None and self.visibility != "confidential"

    @property
    def is_shared(self) -> bool:
        """Whether who follows it (by a merged issue, by a co-signature) may read what is said to its sender.

        What is said to the sender of a confidential or anonymous issue, or of one about conduct, may name it.
        """
        return self.visibility == "public" and self.kind != "conduct"

    def is_shared_at(self, session: Session) -> bool:
        """Whether who follows it may be told that it is on the agenda of `session`.

        They are not asked to a private session; an anonymous issue is read out without its sender.
        """
        return not session.is_private and self.visibility != "confidential" and self.kind != "conduct"

    @property
    def answer_for_all(self) -> str:
        """The answer that anyone may read; empty where there is none."""
        return self.published_answer if self.is_public else ""

    @property
    def about(self) -> str:
        """The session that it was raised for, if any."""
        return f"session:{self.session_id}" if self.session_id else ""


class Revision(Base):
    """An earlier published text of an issue, kept when it is corrected."""

    __tablename__ = "meetup_issue_revision"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"), index=True)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class Message(Base):
    """A line of the two-way thread of an issue: from the enterprise, a department or the organiser."""

    __tablename__ = "meetup_issue_message"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"), index=True)
    at: Mapped[datetime]
    side: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(120))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    body: Mapped[str] = mapped_column(Text)
    is_internal: Mapped[bool] = mapped_column(default=False)


class Attachment(Row, Base):
    """A file that belongs to an issue; a department's lies with a draft, or was sent with an answer."""

    __tablename__ = "meetup_attachment"
    KIND = "attachment"

    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"), index=True)
    follow_up_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    draft_id: Mapped[int | None] = mapped_column(BigKey)
    answer_id: Mapped[int | None] = mapped_column(BigKey)
    side: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    alt: Mapped[str] = mapped_column(String(300), default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CoSigner(Base):
    """An enterprise that has the same difficulty ("cùng vướng mắc")."""

    __tablename__ = "meetup_issue_co_signer"
    __table_args__ = (UniqueConstraint("issue_id", "enterprise_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("meetup_enterprise.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_contact.id"))
    at: Mapped[datetime]


class AgendaItem(Base):
    """An issue's place on a session's agenda."""

    __tablename__ = "meetup_agenda_item"
    __table_args__ = (UniqueConstraint("session_id", "issue_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("meetup_session.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"))
    position: Mapped[int]
    minutes: Mapped[int] = mapped_column(default=10)

    issue: Mapped[Issue] = relationship(lazy="raise_on_sql")


class Comment(Row, Base):
    """A reader's comment on a published issue, moderated; the e-mail is never shown."""

    __tablename__ = "meetup_comment"
    __table_args__ = (Index("ix_meetup_comment_issue_state", "issue_id", "state", "id"),)
    KIND = "comment"

    issue_id: Mapped[int] = mapped_column(ForeignKey("meetup_issue.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_comment.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    reject_reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    moderated_at: Mapped[datetime | None]


class BulkDecision(Base):
    """Several new issues decided on at once: it is done a minute later, unless whoever did it takes it back.

    ``issue_ids`` are their keys, ``chosen`` what was chosen for all of them, ``actor`` whoever decided, whose steps
    they will be, and ``locale`` what they read. What was done or taken back is no row any more; ``fault`` says why
    it could not be done.
    """

    __tablename__ = "meetup_bulk_decision"
    __table_args__ = (Index("ix_meetup_bulk_decision_due_at", "due_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    action: Mapped[str] = mapped_column(String(10))
    issue_ids: Mapped[list[Any]]
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner: Mapped[str] = mapped_column(String(200))
    actor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    locale: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    fault: Mapped[str] = mapped_column(Text, default="")
