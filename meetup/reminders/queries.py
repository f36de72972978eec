"""Reading what is planned: the next reminders and the names of what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session as DbSession

from meetup.enterprises.models import Enterprise
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.reminders.models import Reminder
from meetup.sessions.models import Session


@dataclass(frozen=True)
class Named:
    """What a reminder is about.

    Args:
        kind: ``session``, ``registration``, ``follow-up``, ``programme`` or ``site``.
        title: of the session, of the issue, or the programme's name.
        enterprise: whose reply or issue it is.
        slug: the session's.
        number: the follow-up's.
    """

    kind: str
    title: str = ""
    enterprise: str = ""
    slug: str = ""
    number: int = 0


def ahead(
    db: DbSession, now: datetime, until: datetime, *, after: tuple[datetime, int] | None = None, limit: int = 50
) -> Sequence[Reminder]:
    """A page of the reminders planned up to `until`, the next first; one row more than `limit` if there are more."""
    query = select(Reminder).where(Reminder.state == "planned", Reminder.due_at <= until)
    if after is not None:
        query = query.where(tuple_(Reminder.due_at, Reminder.id) > after)
    return db.scalars(query.order_by(Reminder.due_at, Reminder.id).limit(limit + 1)).all()


def names(db: DbSession, subjects: Iterable[str]) -> dict[str, Named]:
    """What these subjects are called, in one statement a kind."""
    keys: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _, key = subject.partition(":")
        keys.setdefault(kind, set()).add(int(key))
    found = {"site:0": Named("site")}
    if keys.get("session"):
        rows = select(Session.id, Session.title, Session.slug).where(Session.id.in_(keys["session"]))
        found |= {f"session:{row.id}": Named("session", row.title, slug=row.slug) for row in db.execute(rows)}
    if keys.get("registration"):
        query = (
            select(Registration.id, Session.title, Session.slug, Enterprise.name)
            .join(Session, Registration.session_id == Session.id)
            .join(Enterprise, Registration.enterprise_id == Enterprise.id)
            .where(Registration.id.in_(keys["registration"]))
        )
        found |= {
            f"registration:{row.id}": Named("registration", row.title, row.name, row.slug) for row in db.execute(query)
        }
    if keys.get("follow-up"):
        numbers = (
            select(FollowUp.id, FollowUp.number, Issue.title, Enterprise.name)
            .join(Issue, FollowUp.issue_id == Issue.id)
            .join(Enterprise, FollowUp.enterprise_id == Enterprise.id)
            .where(FollowUp.id.in_(keys["follow-up"]))
        )
        found |= {
            f"follow-up:{row.id}": Named("follow-up", row.title, row.name, number=row.number)
            for row in db.execute(numbers)
        }
    if keys.get("programme"):
        programmes = select(Programme.id, Programme.name).where(Programme.id.in_(keys["programme"]))
        found |= {f"programme:{row.id}": Named("programme", row.name) for row in db.execute(programmes)}
    return found
