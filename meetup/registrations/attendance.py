"""Who is there: checking in, walking in, staying away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from meetup.domain.faults import Faults
from meetup.domain.registrations import HOLDS_SEAT
from meetup.enterprises.models import Enterprise
from meetup.enterprises.service import (
    check_contact,
    check_enterprise,
    find_or_create_contact,
    find_or_create_enterprise,
)
from meetup.errors import WrongState
from meetup.registrations.checks import check_participants
from meetup.registrations.entry import bring_in, find_registration
from meetup.registrations.models import Registration
from meetup.registrations.seats import take
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.work import Work, change


def check_in(work: Work, registration: Registration) -> Registration:
    """They are here. Who had not confirmed does so by coming, if there are seats; twice changes nothing.

    Raises:
        Full: if all seats are taken.
        WrongState, Stale, Refused.
    """
    if registration.state == "attended":
        return registration
    session = _under_way(work, registration.session_id, "check_in")
    if registration.state not in {"cancelled", "absent"}:
        lock(work, session)
        if registration.state == "waitlisted":
            change(work, registration, "offer")
            take(work, session, registration.seats)
        elif registration.state not in HOLDS_SEAT:
            take(work, session, registration.seats)
        if registration.state != "confirmed":
            change(work, registration, "accept", replied_at=work.now, offered_until=None, queued_at=None)
    change(work, registration, "attend", checked_in_at=work.now)
    return registration


def miss(work: Work, registration: Registration) -> Registration:
    """They had confirmed and did not come.

    Raises:
        WrongState, Stale, Refused.
    """
    _under_way(work, registration.session_id, "miss")
    change(work, registration, "miss")
    return registration


def miss_the_rest(work: Work, session: Session) -> int:
    """Everyone who had confirmed and was not checked in stayed away; gives how many."""
    _under_way(work, session.id, "miss")
    rows = work.db.scalars(
        select(Registration)
        .where(Registration.session_id == session.id, Registration.state == "confirmed")
        .order_by(Registration.id)
    ).all()
    for registration in rows:
        change(work, registration, "miss")
    return len(rows)


def walk_in(
    work: Work,
    session: Session,
    *,
    enterprise: Mapping[str, Any],
    contact: Mapping[str, Any],
    participants: Iterable[Mapping[str, Any]] = (),
) -> Registration:
    """Someone comes unannounced. A name is enough; whoever is registered already is checked in.

    Raises:
        Full: if all seats are taken; the organiser may raise the capacity.
        InvalidInput: with every fault, under the form's names.
        WrongState, Stale, Refused.
    """
    session = _under_way(work, session.id, "walk_in")
    faults = Faults()
    named = dict(enterprise)
    own_name = not (named.get("name") or "").strip()
    if own_name:
        # A citizen comes under their own name.
        named["name"] = contact.get("name")
        named["kind"] = named.get("kind") or "citizen"
    firm = check_enterprise(work, named, faults, strict=False)
    if own_name:
        # What is wrong with that name is said once, where it was typed.
        faults.found = [fault for fault in faults.found if fault.field != "name"]
    # An address is not asked for at the door.
    person = check_contact(work, dict(contact), faults, reachable=False)
    people = check_participants(session, participants, faults)
    faults.stop()
    people = people or [{"name": person["name"], "position": person["position"]}]
    lock(work, session)
    anyone = not firm["tax_code"] and not person["email"]
    found = (_same_name(work, session, firm["name"]) if anyone else None) or find_or_create_enterprise(
        work, **firm, email=person["email"]
    )
    known = find_registration(work, session, found)
    if known is not None:
        return check_in(work, known)
    who = find_or_create_contact(work, found, **person)
    take(work, session, len(people))
    return bring_in(
        work,
        session,
        found,
        who,
        "walk_in",
        people=people,
        seats=len(people),
        source="walk_in",
        checked_in=True,
    )


def _same_name(work: Work, session: Session, name: str) -> Enterprise | None:
    """Who came by this name already, so that a form that is sent twice counts once."""
    return work.db.scalar(
        select(Enterprise)
        .join(Registration, Registration.enterprise_id == Enterprise.id)
        .where(Registration.session_id == session.id, Registration.state == "attended", Enterprise.name == name)
        .limit(1)
    )


def _under_way(work: Work, session_id: int, action: str) -> Session:
    session: Session = work.get(Session, session_id)
    if session.state not in {"published", "held"}:
        raise WrongState("session", session.state, action, session.MACHINE.possible(session.state))
    return session
