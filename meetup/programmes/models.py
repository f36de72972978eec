"""A programme: a series of meetings with its own legal basis, rules and numbering."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, Row


class Programme(Row, Base):
    """A programme, such as the coffee meetings, the formal dialogue or a commune's own.

    ``legal_basis`` has ``name``, ``number``, ``date`` (ISO) and ``url``; ``rules``
    overrides settings for this programme (``confirm_days``, ``offer_hours``,
    ``working_days``, ``languages``, ``seats``); ``last_number`` is the number of
    the newest numbered session, so that numbers have no gaps.
    """

    __tablename__ = "meetup_programme"
    KIND = "programme"

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    legal_basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    goals: Mapped[list[Any]] = mapped_column(default=list)
    launched_on: Mapped[date | None]
    timezone: Mapped[str] = mapped_column(String(60))
    email: Mapped[str] = mapped_column(String(254), default="")
    last_number: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
