"""Endpoints, and what each answered at every try."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, BigKey, Row


class Endpoint(Row, Base):
    """An address of another system, and which events it hears of.

    ``salt`` is what its secret is made of together with the site's own, which does not
    stand in the database; ``old_salt`` counts until ``old_until`` while a secret is changed.
    ``stopped`` says why it was switched off by itself.
    """

    __tablename__ = "meetup_webhooks_endpoint"
    KIND = "webhook"

    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(200), default="")
    events: Mapped[list[Any]]
    is_on: Mapped[bool] = mapped_column(default=True)
    stopped: Mapped[str] = mapped_column(Text, default="")
    salt: Mapped[str] = mapped_column(String(40))
    old_salt: Mapped[str] = mapped_column(String(40), default="")
    old_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def recipient(self) -> str:
        """Whom the outbox names: an address that no mail reaches; a domain each, so that limits are each its own."""
        return f"webhook@endpoint-{self.id}.invalid"


class Attempt(Base):
    """One try to deliver: what was answered, or why there was no answer (``status`` is None)."""

    __tablename__ = "meetup_webhooks_attempt"
    __table_args__ = (Index("ix_meetup_webhooks_attempt_outgoing_id", "outgoing_id", "id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("meetup_webhooks_endpoint.id"), index=True)
    outgoing_id: Mapped[int] = mapped_column(BigKey)
    at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    milliseconds: Mapped[int] = mapped_column(default=0)
