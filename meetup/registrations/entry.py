"""Bringing registrations into the world, and the people they send."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from meetup.enterprises.models import Contact, Enterprise
from meetup.registrations.links import manage_token
from meetup.registrations.models import Participant, Registration
from meetup.sessions.models import Session
from meetup.work import Work, create


def find_registration(work: Work, session: Session, enterprise: Enterprise) -> Registration | None:
    """The registration of `enterprise` in `session` that is not cancelled."""
    registration = work.db.scalar(
        select(Registration)
        .where(
            Registration.session_id == session.id,
            Registration.enterprise_id == enterprise.id,
            Registration.state != "cancelled",
        )
        .options(joinedload(Registration.contact))
    )
    if registration is not None:
        set_committed_value(registration, "session", session)
        set_committed_value(registration, "enterprise", enterprise)
    return registration


def bring_in(
    work: Work,
    session: Session,
    enterprise: Enterprise,
    contact: Contact,
    action: str,
    *,
    people: Sequence[dict[str, str]] = (),
    seats: int = 1,
    source: str = "web",
    checked_in: bool = False,
    new: bool = False,
) -> Registration:
    """A new registration by one of the arrows from the start, with its own page's link.

    Args:
        new: whether this unit made the enterprise itself: then its calendar was told nothing yet.
    """
    registration = Registration(
        session_id=session.id,
        enterprise_id=enterprise.id,
        contact_id=contact.id,
        seats=max(seats, 1),
        source=source,
        queued_at=work.now if action == "queue" else None,
        passed_over=0,
        replied_at=None if action == "invite" else work.now,
        checked_in_at=work.now if checked_in else None,
        calendar_sequence=None if new else _last_sequence(work, session, enterprise),
        participants=[Participant(**one) for one in people],
    )
    set_committed_value(registration, "session", session)
    set_committed_value(registration, "enterprise", enterprise)
    set_committed_value(registration, "contact", contact)
    create(work, registration, action, details={"seats": registration.seats, "source": source})
    manage_token(work, registration, new=True)
    return registration


def people_of(work: Work, registration: Registration) -> list[Participant]:
    """The people that the registration sends, in their order."""
    return list(
        work.db.scalars(
            select(Participant).where(Participant.registration_id == registration.id).order_by(Participant.id)
        )
    )


def set_people(work: Work, registration: Registration, people: Sequence[dict[str, str]]) -> None:
    """Replace the people that the registration sends."""
    work.db.execute(
        delete(Participant)
        .where(Participant.registration_id == registration.id)
        .execution_options(synchronize_session="fetch")
    )
    rows = [Participant(registration_id=registration.id, **one) for one in people]
    work.db.add_all(rows)
    work.db.flush()
    set_committed_value(registration, "participants", rows)


def _last_sequence(work: Work, session: Session, enterprise: Enterprise) -> int | None:
    """What calendars were last told about this session for this enterprise: SEQUENCE never falls (rule A8)."""
    return work.db.scalar(
        select(func.max(Registration.calendar_sequence)).where(
            Registration.session_id == session.id, Registration.enterprise_id == enterprise.id
        )
    )
