"""Rooms, and the tokens of services that change theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, Row


class Room(Row, Base):
    """A chat room or a person, and what is told there.

    Without a department it is the organisers'. ``address`` is what the service knows it by.
    ``stopped`` says why it was switched off by itself.
    """

    __tablename__ = "meetup_chat_room"
    KIND = "chat-room"

    service: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"), index=True)
    locale: Mapped[str] = mapped_column(String(5))
    events: Mapped[list[Any]]
    is_on: Mapped[bool] = mapped_column(default=True)
    stopped: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def recipient(self) -> str:
        """Whom the outbox names: an address that no mail reaches; a domain each, so that limits are each its own."""
        return f"chat@room-{self.id}.invalid"


class Token(Base):
    """The present tokens of one service, sealed with the site's secret.

    ``seed`` tells from which setting they came, so that a new one there takes over.
    While ``renewing_until`` lies ahead somebody renews them: a refresh token works once.
    """

    __tablename__ = "meetup_chat_token"

    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    seed: Mapped[str] = mapped_column(String(64), default="")
    sealed: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime | None]
    renewing_until: Mapped[datetime | None]
