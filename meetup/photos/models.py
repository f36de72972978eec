"""A photograph of a session, with its caption, credit and description."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from meetup.db import Base, Stateful
from meetup.domain.photos import PHOTO


class Photo(Stateful, Base):
    """A photograph of a session.

    ``alt`` says what it shows for who cannot see it; ``credit`` who took it. ``key`` and ``small_key`` are where
    the storage has it and its narrower copy, ``sha256`` and ``small_sha256`` what is in them. ``vouched_by`` said
    that nobody is recognisable who did not agree. Of one that was removed, the files and the words are gone.
    """

    __tablename__ = "meetup_photo"
    KIND = "photo"
    MACHINE = PHOTO

    session_id: Mapped[int] = mapped_column(ForeignKey("meetup_session.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    caption: Mapped[str] = mapped_column(String(300), default="")
    caption_en: Mapped[str] = mapped_column(String(300), default="")
    credit: Mapped[str] = mapped_column(String(120), default="")
    alt: Mapped[str] = mapped_column(String(500), default="")
    alt_en: Mapped[str] = mapped_column(String(500), default="")
    content_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    small_type: Mapped[str] = mapped_column(String(40))
    small_width: Mapped[int]
    small_height: Mapped[int]
    small_sha256: Mapped[str] = mapped_column(String(64))
    small_key: Mapped[str] = mapped_column(String(200))
    published_at: Mapped[datetime | None]
    vouched_by: Mapped[str] = mapped_column(String(120), default="")

    @property
    def about(self) -> str:
        """The session that it is of."""
        return f"session:{self.session_id}"

    @property
    def is_public(self) -> bool:
        """Whether everyone may see it who may see its session."""
        return self.state == "published"

    @property
    def name(self) -> str:
        """What addresses call it: another content has another name."""
        return self.sha256[:32]

    @property
    def small_name(self) -> str:
        """What addresses call its narrower copy."""
        return self.small_sha256[:32]
