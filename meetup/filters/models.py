"""Filters of lists that somebody keeps under a name of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, BigKey


class SavedFilter(Base):
    """What one member of staff looks for in one list: ``query`` is the part of its address behind the question mark."""

    __tablename__ = "meetup_saved_filter"
    __table_args__ = (UniqueConstraint("owner", "page", "name"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    owner: Mapped[str] = mapped_column(String(200))
    page: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]
