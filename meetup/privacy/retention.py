"""How long what names a person is kept: the periods are settings, and the worker forgets what is over them.

What was decided, and that it was, stays: issues, answers and the log's chain are the record of an authority.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import aliased

from meetup.activity.models import Activity
from meetup.enterprises.models import Consent, Contact
from meetup.issues.models import Comment, CoSigner, Issue
from meetup.issues.values import OPEN
from meetup.photos.models import Photo
from meetup.photos.service import remove
from meetup.privacy.erase import ERASED, TOMBSTONE, empty_entries, erase
from meetup.registrations.models import Participant, Registration
from meetup.sessions.models import Session
from meetup.work import Work

#: How much one turn forgets at most, so that its transaction stays short.
CONTACTS, PHOTOS, ROWS, ENTRIES = 20, 50, 500, 5_000
#: States of registrations from which nobody came.
_NOBODY_CAME = ("invited", "declined", "waitlisted", "offered", "tentative", "cancelled", "absent")


def forget(work: Work) -> dict[str, int]:
    """Forget what is over its period, so much at a time; gives counts of what was found."""
    settings, found = work.settings, Counter[str]()
    if settings.keep_contact_days:
        found["contacts_forgotten"] = _contacts(work, _before(work, settings.keep_contact_days))
    if settings.keep_unsuccessful_days:
        found["participants_forgotten"] = _participants(work, _before(work, settings.keep_unsuccessful_days))
    if settings.keep_comment_days:
        found["comment_addresses_forgotten"] = _comments(work, _before(work, settings.keep_comment_days))
    if settings.keep_photo_days:
        found["photographs_removed"] = _photos(work, _before(work, settings.keep_photo_days))
    if settings.keep_log_days:
        found["log_entries_emptied"] = _entries(work, _before(work, settings.keep_log_days))
    counts: dict[str, Any] = {name: count for name, count in found.items() if count}
    if counts:
        # By numbers alone: a log that names the forgotten has not forgotten.
        work.log("privacy.retention", "privacy:retention", **counts)
    return counts


def _before(work: Work, days: int) -> datetime:
    return work.now - timedelta(days=days)


def _contacts(work: Work, before: datetime) -> int:
    """Persons of whom nothing was heard since, and who wait for nothing."""
    other = aliased(Contact)
    registered = (
        select(Registration.id)
        .join(Session, Session.id == Registration.session_id)
        .where(Registration.contact_id == other.id)
        .where(or_(Registration.changed_at >= before, Session.ends_at >= before))
    )
    raised = (
        select(Issue.id)
        .where(Issue.contact_id == other.id)
        .where(or_(Issue.changed_at >= before, Issue.state.in_(sorted(OPEN))))
    )
    signed = (
        select(CoSigner.id)
        .join(Issue, Issue.id == CoSigner.issue_id)
        .where(CoSigner.contact_id == other.id)
        .where(or_(CoSigner.at >= before, Issue.changed_at >= before, Issue.state.in_(sorted(OPEN))))
    )
    agreed = select(Consent.id).where(Consent.contact_id == other.id, Consent.given_at >= before)
    alive = (
        select(other.id)
        .where(other.email == Contact.email)
        .where(or_(other.created_at >= before, exists(registered), exists(raised), exists(signed), exists(agreed)))
    )
    addresses = work.db.scalars(
        select(Contact.email)
        .where(Contact.created_at < before, Contact.email.not_like(ERASED), ~exists(alive))
        .group_by(Contact.email)
        .order_by(func.min(Contact.id))
        .limit(CONTACTS)
    ).all()
    for email in addresses:
        erase(work, email)
    return len(addresses)


def _participants(work: Work, before: datetime) -> int:
    """The people of registrations from which nobody came, also since there was no session."""
    ids = work.db.scalars(
        select(Participant.id)
        .join(Registration, Registration.id == Participant.registration_id)
        .join(Session, Session.id == Registration.session_id)
        .where(or_(Registration.state.in_(_NOBODY_CAME), Session.state == "cancelled"))
        .where(Session.ends_at < before, Participant.name != TOMBSTONE)
        .order_by(Participant.id)
        .limit(ROWS)
    ).all()
    work.db.execute(
        update(Participant)
        .where(Participant.id.in_(ids))
        .values(name=TOMBSTONE, position="")
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def _comments(work: Work, before: datetime) -> int:
    """The addresses of readers who commented; what they wrote and were shown to have written stays."""
    rows = work.db.scalars(
        select(Comment).where(Comment.at < before, Comment.email.not_like(ERASED)).order_by(Comment.id).limit(ROWS)
    ).all()
    for row in rows:
        row.email = f"erased-{row.id}@erased.invalid"
    return len(rows)


def _photos(work: Work, before: datetime) -> int:
    """Photographs that nobody published; what is on a session's page stays."""
    rows = work.db.scalars(
        select(Photo)
        .where(Photo.state == "withheld", Photo.changed_at < before)
        .order_by(Photo.changed_at, Photo.id)
        .limit(PHOTOS)
    ).all()
    for photo in rows:
        remove(work, photo)
    return len(rows)


def _entries(work: Work, before: datetime) -> int:
    """What old entries of the log say about people; their hashes cover a digest of it, so the chain stays whole."""
    last = _last_before(work, before)
    if not last:
        return 0
    seqs = work.db.scalars(
        select(Activity.seq)
        .where(Activity.seq <= last, or_(Activity.details.is_not(None), Activity.actor_name.is_not(None)))
        .order_by(Activity.seq)
        .limit(ENTRIES)
    ).all()
    return empty_entries(work, seqs)


def _last_before(work: Work, before: datetime) -> int:
    """The number of the last entry that is older, found by halves: entries stand in the order of their time."""
    low, high = 0, work.db.scalar(select(func.max(Activity.seq))) or 0
    while low < high:
        middle = (low + high + 1) // 2
        at = work.db.scalar(select(Activity.at).where(Activity.seq <= middle).order_by(Activity.seq.desc()).limit(1))
        if at is not None and at < before:
            low = middle
        else:
            high = middle - 1
    return low
