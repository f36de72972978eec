"""Signed links: a token that does one thing, to one subject, and can be revoked.

A token is a random handle and a keyed digest of handle and purpose
(HMAC-SHA-256, RFC 2104, cut to 128 bits). The database keeps the handle, not
the key: whoever reads the table cannot make a token, and yet a later mail can
carry the same link again. Revoking marks the row; a revoked token answers like
one that never was.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from meetup.db import Base, BigKey, run_bare
from meetup.errors import N_, NotFound

_LOOKED_UP = "meetup.links.looked_up"


class Link(Base):
    """One link that was handed out."""

    __tablename__ = "meetup_link"
    __table_args__ = (Index("ix_meetup_link_target", "purpose", "subject"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    handle: Mapped[str] = mapped_column(String(24), unique=True)
    purpose: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


_ROWS: Any = Link.__table__
#: Put into words once, since every registration has its own.
_HAND_OUT = insert(_ROWS)


def _digest(secret: str, purpose: str, handle: str) -> str:
    key = f"meetup.links.{purpose}|{secret}".encode()
    cut = hmac.new(key, handle.encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(cut).rstrip(b"=").decode()


def fingerprint(secret: str) -> str:
    """What tells whether two sites sign with the same `secret`, and nothing else about it."""
    return hmac.new(f"meetup.links.fingerprint|{secret}".encode(), b"", hashlib.sha256).hexdigest()[:16]


def token_for(db: Session, secret: str, purpose: str, subject: str, now: datetime, *, new: bool = False) -> str:
    """The token of the live link for (`purpose`, `subject`), made if there is none.

    Args:
        secret: the mount's secret key.
        purpose: the one thing that the token does, such as ``registration``.
        subject: what it does it to, ``kind:id`` or an address.
        now: aware.
        new: whether this transaction made the subject itself, so that nobody can have made a link for it.
    """
    known = _looked_up(db)
    handle = known.get((purpose, subject)) or ("" if new else handle_of(db, purpose, subject))
    if not handle:
        handle = secrets.token_urlsafe(12)
        row = {"handle": handle, "purpose": purpose, "subject": subject, "created_at": now}
        run_bare(db, _HAND_OUT, row)
    # Asked again now: the first statement began the transaction.
    _looked_up(db)[purpose, subject] = handle
    return handle + _digest(secret, purpose, handle)


def _looked_up(db: Session) -> dict[tuple[str, str], str]:
    """The handles that this transaction found or made: a registration asks for its own three times."""
    begun = db.get_nested_transaction() or db.get_transaction()
    kept: tuple[Any, dict[tuple[str, str], str]] | None = db.info.get(_LOOKED_UP)
    if kept is None or kept[0] is not begun:
        kept = db.info[_LOOKED_UP] = (begun, {})
    return kept[1]


def known_tokens(db: Session, secret: str, purpose: str, subjects: Sequence[str]) -> dict[str, str]:
    """The tokens of those of `subjects` that have a live link for `purpose`, in one statement."""
    rows = db.execute(
        select(Link.subject, Link.handle)
        .where(Link.purpose == purpose, Link.subject.in_(subjects), Link.revoked_at.is_(None))
        .order_by(Link.id)
    )
    return {row.subject: row.handle + _digest(secret, purpose, row.handle) for row in rows}


def subject_of(db: Session, secret: str, purpose: str, token: str) -> str:
    """What `token` opens for `purpose`.

    Raises:
        NotFound: for a token that is false, revoked or for another purpose; the same for all three.
    """
    handle, digest = token[:16], token[16:]
    unknown = NotFound(N_("This link is not valid, or no longer. Ask for a new one by the form below."))
    if len(token) != 38 or not token.isascii() or not hmac.compare_digest(digest, _digest(secret, purpose, handle)):
        raise unknown
    subject = db.scalar(
        select(Link.subject).where(Link.handle == handle, Link.purpose == purpose, Link.revoked_at.is_(None))
    )
    if subject is None:
        raise unknown
    return subject


def handle_of(db: Session, purpose: str, subject: str) -> str:
    """The handle of the live link for (`purpose`, `subject`), which opens nothing by itself; empty if there is none."""
    found = db.scalar(
        select(Link.handle)
        .where(Link.purpose == purpose, Link.subject == subject, Link.revoked_at.is_(None))
        .order_by(Link.id.desc())
        .limit(1)
    )
    return found or ""


def subject_by_handle(db: Session, purpose: str, handle: str) -> str:
    """What the live link with this handle is of; empty if there is none. Only for handles that we kept ourselves."""
    found = db.scalar(
        select(Link.subject).where(Link.handle == handle, Link.purpose == purpose, Link.revoked_at.is_(None))
    )
    return found or ""


def veiled(secret: str, subject: str) -> str:
    """What stands for the row `subject` in addresses that anyone sees, so that its key tells nobody how many there are.

    Args:
        secret: the mount's secret key.
        subject: ``kind:id``.
    """
    return hmac.new(f"meetup.veil|{secret}".encode(), subject.encode(), hashlib.sha256).hexdigest()[:16]


def is_out(db: Session, purpose: str, subject: str) -> bool:
    """Whether there is a live link for (`purpose`, `subject`)."""
    found = db.scalar(
        select(Link.id).where(Link.purpose == purpose, Link.subject == subject, Link.revoked_at.is_(None)).limit(1)
    )
    return found is not None


def revoke(db: Session, purpose: str, subject: str, now: datetime) -> None:
    """End every live link for (`purpose`, `subject`)."""
    _looked_up(db).pop((purpose, subject), None)
    db.execute(
        update(Link)
        .where(Link.purpose == purpose, Link.subject == subject, Link.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
