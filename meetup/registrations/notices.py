"""Who is told what about a registration: rows for the outbox, written with the change that caused them.

Everything that carries a calendar part is called ``calendar_…`` and goes by one
thread for each person and calendar UID, so that a newer one overtakes an unsent
older one (rule F6). Each person's SEQUENCE is counted on its own registration:
at least the session's, and higher after everything that this person alone was
sent (a cancellation, a seat after the waiting list).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from meetup.domain.registrations import LIVE
from meetup.enterprises.models import Contact
from meetup.outbox.service import enqueue
from meetup.registrations.links import manage_token
from meetup.registrations.models import Registration
from meetup.sessions.models import Series, Session
from meetup.work import Work

#: The state after a reply → the receipt for it.
RECEIPTS = {
    "confirmed": "calendar_confirmed",
    "waitlisted": "calendar_waitlisted",
    "tentative": "calendar_tentative",
    "declined": "calendar_declined",
}


def invited(work: Work, registration: Registration) -> None:
    """The invitation."""
    _calendar(work, "calendar_invitation", registration)


def invited_to_all(work: Work, series: Series, registrations: Sequence[Registration]) -> None:
    """One invitation to all dates of a series, each a registration of its own (rule B5)."""
    first = registrations[0]
    contact = _contact(work, first)
    for one in registrations:
        session: Session = work.get(Session, one.session_id)
        one.calendar_sequence = max(session.sequence, series.sequence, one.calendar_sequence or 0)
    if contact.email_dead_at is not None or not contact.email:
        return
    manage_token(work, first)
    last: Session = work.get(Session, registrations[-1].session_id)
    enqueue(
        work,
        "calendar_series_invitation",
        to=contact.email,
        name=contact.name,
        locale=contact.language,
        subject=first.subject,
        thread=f"{series.uid}|{contact.email}"[:200],
        replaces=True,
        context={"series": series.id, "registrations": [one.id for one in registrations]},
        expires_at=last.ends_at,
    )


def replied(work: Work, registration: Registration, *, rise: bool = False) -> None:
    """The receipt for a reply, whatever it came to."""
    state = registration.state
    _calendar(work, RECEIPTS[state], registration, rise=rise or state == "declined")


def offered(work: Work, registration: Registration) -> None:
    """A seat for someone who waited, and until when it is kept."""
    _calendar(work, "calendar_offer", registration, expires_at=registration.offered_until)


def lapsed(work: Work, registration: Registration) -> None:
    """The offer was not answered in time."""
    _calendar(work, "calendar_offer_lapsed", registration, rise=True)


def cancelled(work: Work, registration: Registration) -> None:
    """The registration is taken back: a CANCEL of their own."""
    _calendar(work, "calendar_cancelled", registration, rise=True)


def participants_changed(work: Work, registration: Registration) -> None:
    """Who comes now."""
    contact = _contact(work, registration)
    _plain(work, "registration_changed", registration, contact)


def found_again(work: Work, registration: Registration) -> None:
    """Somebody registered this enterprise once more: its own contact gets its link, nobody else anything."""
    _plain(work, "registration_found", registration, _contact(work, registration))


def links_again(work: Work, email: str) -> int:
    """Mail the links of all registrations of this address that are still of use; gives how many."""
    rows = work.db.execute(
        select(Registration, Contact)
        .join(Contact, Registration.contact_id == Contact.id)
        .join(Session, Registration.session_id == Session.id)
        .where(Contact.email == email, Registration.state != "cancelled", Session.state != "draft")
        .options(joinedload(Registration.session))
        .order_by(Session.starts_at.desc(), Registration.id.desc())
        .limit(20)
    ).all()
    if not rows:
        return 0
    for registration, _ in rows:
        manage_token(work, registration)
    contact = rows[0][1]
    enqueue(
        work,
        "registration_links",
        to=contact.email,
        name=contact.name,
        locale=contact.language,
        subject=contact.subject,
        context={"registrations": [registration.id for registration, _ in rows]},
    )
    return len(rows)


def session_changed(work: Work, session: Session, *, rescheduled: bool, significant: bool, details: Any) -> None:
    """Everyone who comes, may come or waits gets the session as it now is."""
    kind = "calendar_rescheduled" if rescheduled else "calendar_updated"
    for registration in _concerned(work, session):
        _calendar(work, kind, registration, rise=significant, **details)


def session_cancelled(work: Work, session: Session) -> None:
    """Everyone who comes, may come or waits hears that it is called off."""
    for registration in _concerned(work, session):
        _calendar(work, "calendar_session_cancelled", registration, rise=True)


def _concerned(work: Work, session: Session) -> list[Registration]:
    rows = list(
        work.db.scalars(
            select(Registration)
            .where(Registration.session_id == session.id, Registration.state.in_(sorted(LIVE - {"attended"})))
            .options(joinedload(Registration.contact))
            .order_by(Registration.id)
        )
    )
    for registration in rows:
        set_committed_value(registration, "session", session)
    return rows


def _contact(work: Work, registration: Registration) -> Contact:
    contact: Contact = work.get(Contact, registration.contact_id)
    return contact


def _calendar(
    work: Work,
    kind: str,
    registration: Registration,
    *,
    rise: bool = False,
    expires_at: datetime | None = None,
    **details: Any,
) -> None:
    contact = _contact(work, registration)
    session: Session = work.get(Session, registration.session_id)
    if contact.email_dead_at is not None or not contact.email:
        return
    last = registration.calendar_sequence
    number = session.sequence if last is None else max(session.sequence, last + (1 if rise else 0))
    registration.calendar_sequence = number
    manage_token(work, registration)
    enqueue(
        work,
        kind,
        to=contact.email,
        name=contact.name,
        locale=contact.language,
        subject=registration.subject,
        thread=f"{session.uid}|{contact.email}"[:200],
        replaces=True,
        # "first": nothing about this session is in their calendar yet.
        context={"registration": registration.id, "sequence": number, "first": last is None, **details},
        expires_at=expires_at or session.ends_at,
    )


def _plain(work: Work, kind: str, registration: Registration, contact: Contact) -> None:
    if contact.email_dead_at is not None or not contact.email:
        return
    manage_token(work, registration)
    enqueue(
        work,
        kind,
        to=contact.email,
        name=contact.name,
        locale=contact.language,
        subject=registration.subject,
        context={"registration": registration.id},
    )
