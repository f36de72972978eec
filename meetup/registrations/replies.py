"""Replying, changing one's mind: the arrows that an enterprise moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from meetup.domain.faults import Faults
from meetup.domain.registrations import HOLDS_SEAT
from meetup.enterprises.models import Contact
from meetup.errors import N_, Full, WrongState
from meetup.registrations import notices
from meetup.registrations.checks import RESPONSES, check_participants, demand_ahead, demand_open
from meetup.registrations.entry import people_of, set_people
from meetup.registrations.models import Registration
from meetup.registrations.seats import lapse, line, move_waiting_list, sit_down, take
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.work import Work, change, edit


def reply(work: Work, registration: Registration, response: str) -> Registration:
    """Answer an invitation or an offer, or change one's mind.

    Accepting a full session leads to the waiting list. Whoever gives seats back
    makes room for the next in line. The same answer twice changes nothing.

    Raises:
        Closed: if the answer comes too late.
        WrongState, Stale, Refused, InvalidInput.
    """
    faults = Faults()
    faults.choice("response", response, RESPONSES)
    faults.stop()
    session = work.get(Session, registration.session_id)
    if response == "accepted" and registration.state not in {"offered", "confirmed", "waitlisted"}:
        demand_open(work, session)
    else:
        demand_ahead(work, session)
    lock(work, session)
    if response == "accepted":
        _accept(work, session, registration)
        return registration
    if registration.state == {"tentative": "tentative", "declined": "declined"}[response]:
        return registration
    held = registration.seats if registration.state in HOLDS_SEAT else 0
    action = "tentative" if response == "tentative" else "decline"
    change(work, registration, action, replied_at=work.now, queued_at=None, offered_until=None)
    take(work, session, -held)
    notices.replied(work, registration)
    if held:
        move_waiting_list(work, session)
    return registration


def _accept(work: Work, session: Session, registration: Registration) -> None:
    if registration.state in {"confirmed", "waitlisted"}:
        return
    if registration.state == "offered":
        if registration.offered_until is not None and registration.offered_until <= work.now:
            # Too late for the offer; then like anyone who declined and comes back.
            lapse(work, session, registration)
            move_waiting_list(work, session)
            demand_open(work, session)
        else:
            change(work, registration, "accept", replied_at=work.now, offered_until=None, queued_at=None)
            notices.replied(work, registration, rise=True)
            return
    # Refused before a seat is taken, if there is no such arrow.
    registration.MACHINE.next(registration.state, "accept")
    back = registration.state == "declined"
    if not people_of(work, registration):
        contact = work.get(Contact, registration.contact_id)
        set_people(work, registration, [{"name": contact.name, "position": contact.position}])
    if sit_down(work, session, registration.seats):
        change(work, registration, "accept", replied_at=work.now)
    else:
        change(work, registration, "queue", replied_at=work.now, queued_at=work.now, passed_over=0)
    notices.replied(work, registration, rise=back)


def change_participants(
    work: Work, registration: Registration, participants: Iterable[Mapping[str, Any]]
) -> Registration:
    """Send other people, or more, or fewer of them. Seats given back go to the next in line.

    Raises:
        Full: if more seats are wanted than are left (and not owed to the line).
        Closed: if it comes too late.
        InvalidInput: with every fault.
        WrongState: for a registration that nobody comes by.
    """
    session = work.get(Session, registration.session_id)
    demand_ahead(work, session)
    if registration.state in {"cancelled", "attended", "absent"}:
        raise WrongState(
            "registration",
            registration.state,
            "change_participants",
            registration.MACHINE.possible(registration.state),
        )
    faults = Faults()
    people = check_participants(session, participants, faults)
    if not people and not faults.found:
        faults.add("participants", N_("Nobody is named."), N_("Please enter who comes, or cancel the registration."))
    faults.stop()
    lock(work, session)
    more = len(people) - registration.seats
    if registration.state in HOLDS_SEAT and more > 0:
        if not sit_down(work, session, more):
            raise Full(more, 0 if line(work, session) else session.seats_left)
    elif registration.state in HOLDS_SEAT:
        take(work, session, more)
    edit(work, registration, "change_participants", details={"seats": len(people)}, seats=len(people))
    set_people(work, registration, people)
    notices.participants_changed(work, registration)
    if more < 0 and registration.state in {*HOLDS_SEAT, "waitlisted"}:
        move_waiting_list(work, session)
    return registration


def cancel(work: Work, registration: Registration, *, reason: str = "") -> Registration:
    """Take a registration back; its seats go to the next in line.

    Raises:
        Closed: if the session has begun.
        WrongState, Stale, Refused, InvalidInput.
    """
    faults = Faults()
    words = faults.text("reason", reason, 1_000, multiline=True)
    faults.stop()
    session = work.get(Session, registration.session_id)
    registration.MACHINE.next(registration.state, "cancel")
    demand_ahead(work, session)
    lock(work, session)
    held = registration.seats if registration.state in HOLDS_SEAT else 0
    change(
        work,
        registration,
        "cancel",
        note=words or registration.note,
        queued_at=None,
        offered_until=None,
    )
    take(work, session, -held)
    notices.cancelled(work, registration)
    if held:
        move_waiting_list(work, session)
    return registration
