"""The activity log's tables: entries that are only ever added, and the head of their chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, BigKey


class Activity(Base):
    """One entry: who did what to which thing, and the digest that ties it to the one before.

    What an entry says about people stands in ``details``, and the chain covers
    it through a salted digest: an erasure can empty it (``details`` and
    ``salt`` become null) and the chain stays whole.
    """

    __tablename__ = "meetup_activity"
    __table_args__ = (
        Index("ix_meetup_activity_subject", "subject", "seq"),
        Index("ix_meetup_activity_about", "about", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str | None] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(80), default="")
    before: Mapped[str] = mapped_column(String(30), default="")
    after: Mapped[str] = mapped_column(String(30), default="")
    details: Mapped[dict[str, Any] | None]
    salt: Mapped[str | None] = mapped_column(String(32))
    details_digest: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(40), default="")
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ActivityHead(Base):
    """The last link of the chain: one row, locked while a transaction adds its entries."""

    __tablename__ = "meetup_activity_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigKey)
    hash: Mapped[str] = mapped_column(String(64))
