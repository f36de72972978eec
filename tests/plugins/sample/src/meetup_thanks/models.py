"""The plugin's one table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, Row


class Note(Row, Base):
    """A word of thanks."""

    __tablename__ = "meetup_thanks_note"
    KIND = "thanks"

    text: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
