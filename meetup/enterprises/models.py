"""Enterprises, their contacts, and what those agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, BigKey, Row

#: Those whose name and number are a person's.
PEOPLE = frozenset({"household", "citizen"})
KINDS = ("enterprise", "household", "cooperative", "investor", "citizen", "association")


class Enterprise(Row, Base):
    """Whoever raises issues: an enterprise, household business, cooperative, investor, citizen or association.

    ``tax_code`` is bare digits (10 or 13; a personal ID of 12 for households and
    citizens, which is personal data and never public); absent where there is none.
    """

    __tablename__ = "meetup_enterprise"
    __table_args__ = (
        Index(
            "uq_meetup_enterprise_tax_code",
            "tax_code",
            unique=True,
            sqlite_where=text("tax_code IS NOT NULL"),
            postgresql_where=text("tax_code IS NOT NULL"),
        ),
    )
    KIND = "enterprise"

    kind: Mapped[str] = mapped_column(String(20), default="enterprise")
    tax_code: Mapped[str | None] = mapped_column(String(13))
    name: Mapped[str] = mapped_column(String(200))
    search_key: Mapped[str] = mapped_column(String(400), default="", index=True)
    sector: Mapped[str] = mapped_column(String(120), default="")
    size_class: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    locality_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_enterprise.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Contact(Row, Base):
    """A person to write to at an enterprise. ``email`` is kept folded; ``phone`` as E.164."""

    __tablename__ = "meetup_contact"
    __table_args__ = (UniqueConstraint("enterprise_id", "email"), Index("ix_meetup_contact_email", "email"))
    KIND = "contact"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("meetup_enterprise.id"))
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(5), default="vi")
    email_dead_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")


class Consent(Base):
    """A consent as it was given: to what, by which version of the text, when and how (Law 91/2025/QH15)."""

    __tablename__ = "meetup_consent"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("meetup_contact.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
