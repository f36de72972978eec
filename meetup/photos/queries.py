"""Reading a session's photographs, and who of those present did not agree to be seen on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from meetup.domain.text import fold
from meetup.enterprises.models import Consent
from meetup.errors import NotFound
from meetup.photos.models import Photo
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work

#: The purpose that is asked for at registration.
PURPOSE = "photo"


@dataclass(frozen=True)
class Unasked:
    """Somebody who was present and of whom no agreement is held.

    Args:
        enterprise: whose registration they came by.
        was_asked: they filled the registration in, and did not tick the box; the others were never asked.
    """

    name: str
    enterprise: str
    was_asked: bool


def of_session(work: Work, session: Session) -> Sequence[Photo]:
    """The photographs of `session` in their order, without those that were removed."""
    return work.db.scalars(
        select(Photo).where(Photo.session_id == session.id, Photo.state != "removed").order_by(Photo.position, Photo.id)
    ).all()


def published(work: Work, session: Session) -> Sequence[Photo]:
    """Those of `session` that are published, in their order."""
    return [photo for photo in of_session(work, session) if photo.is_public]


def by_key(work: Work, session: Session, key: int) -> Photo:
    """One of `session`'s, also one that was removed.

    Raises:
        NotFound: if there is none.
    """
    found = work.db.scalar(select(Photo).where(Photo.id == key, Photo.session_id == session.id))
    if found is None:
        raise NotFound()
    return found


def by_name(work: Work, session: Session, name: str) -> Photo:
    """The published one of `session` that an address calls `name`, or whose narrower copy it does.

    Raises:
        NotFound: if there is none.
    """
    for photo in published(work, session):
        if name in {photo.name, photo.small_name}:
            return photo
    raise NotFound()


def without_consent(work: Work, session: Session) -> list[Unasked]:
    """Who was present and did not agree to photographs, by enterprise.

    Whoever fills a registration in agrees for themselves alone; the others of their enterprise were not asked.
    """
    rows = work.db.scalars(
        select(Registration)
        .where(Registration.session_id == session.id, Registration.state == "attended")
        .options(
            joinedload(Registration.enterprise),
            joinedload(Registration.contact),
            selectinload(Registration.participants),
        )
        .order_by(Registration.id)
    ).all()
    agreed = set(
        work.db.scalars(
            select(Consent.contact_id)
            .join(Registration, Registration.contact_id == Consent.contact_id)
            .where(Registration.session_id == session.id, Registration.state == "attended")
            .where(Consent.purpose == PURPOSE, Consent.withdrawn_at.is_(None))
        )
    )
    found = []
    for row in rows:
        contact = fold(row.contact.name)
        names = [one.name for one in row.participants] or [row.contact.name]
        for name in names:
            was_asked = fold(name) == contact
            if not (was_asked and row.contact_id in agreed):
                found.append(Unasked(name, row.enterprise.name, was_asked))
    return found


def last_withdrawal(work: Work, session: Session) -> datetime | None:
    """When somebody who was present last took their agreement back; None: nobody did."""
    return work.db.scalar(
        select(func.max(Consent.withdrawn_at))
        .join(Registration, Registration.contact_id == Consent.contact_id)
        .where(Registration.session_id == session.id, Registration.state == "attended")
        .where(Consent.purpose == PURPOSE)
    )
