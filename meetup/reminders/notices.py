"""Who is reminded of a session, its closing registration, a reply that is awaited, and a report that is not out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.domain.rules import Rule
from meetup.enterprises.models import Contact
from meetup.outbox.service import enqueue
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work


def session(work: Work, session: Session, rule: Rule, *, not_before: datetime) -> int:
    """A reminder to the contact of each confirmed registration; gives how many."""
    return _to_each(
        work,
        session,
        rule,
        ("confirmed",),
        not_before=not_before,
        until=session.starts_at,
        starts_at=session.starts_at.isoformat(),
    )


def closing(work: Work, session: Session, rule: Rule, *, closes_at: datetime, not_before: datetime) -> int:
    """A reminder to each who has not said yes or no yet; gives how many."""
    return _to_each(
        work,
        session,
        rule,
        ("invited", "tentative"),
        not_before=not_before,
        until=closes_at,
        closes_at=closes_at.isoformat(),
    )


def unreported(work: Work, session: Session, rule: Rule, *, not_before: datetime) -> None:
    """A reminder to the organiser that what came of the session is not published yet (R28)."""
    enqueue(
        work,
        rule.notice,
        to=work.get(Programme, session.programme_id).email,
        subject=session.subject,
        channel=rule.channel,
        not_before=not_before,
        context={"session": session.id, "rule": rule.key},
    )


def registration(
    work: Work, one: Registration, session: Session, rule: Rule, *, not_before: datetime, until: datetime
) -> None:
    """A reminder of one invitation or one offer that was not answered."""
    _to_one(
        work, one, work.get(Contact, one.contact_id), session, rule, not_before, until, {"until": until.isoformat()}
    )


def _to_each(
    work: Work,
    session: Session,
    rule: Rule,
    states: Iterable[str],
    *,
    not_before: datetime,
    until: datetime,
    **context: Any,
) -> int:
    found = work.db.scalars(
        select(Registration)
        .where(Registration.session_id == session.id, Registration.state.in_(states))
        .options(joinedload(Registration.contact))
        .order_by(Registration.id)
    ).all()
    return sum(_to_one(work, one, one.contact, session, rule, not_before, until, context) for one in found)


def _to_one(
    work: Work,
    one: Registration,
    contact: Contact,
    session: Session,
    rule: Rule,
    not_before: datetime,
    until: datetime,
    context: dict[str, Any],
) -> bool:
    if contact.email_dead_at is not None:
        return False
    row = enqueue(
        work,
        rule.notice,
        to=contact.email,
        name=contact.name,
        locale=contact.language,
        subject=one.subject,
        channel=rule.channel,
        # With the first invitation in one conversation (rule C5).
        thread=f"{session.uid}|{contact.email}"[:200],
        not_before=not_before,
        expires_at=until,
        context={"registration": one.id, "rule": rule.key, **context},
    )
    return row is not None
