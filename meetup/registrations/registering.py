"""Registering: a seat, a place in the line, or the registration that was there already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meetup.domain.faults import Faults
from meetup.enterprises.models import Contact
from meetup.enterprises.service import (
    CONSENT_TEXTS,
    check_contact,
    check_enterprise,
    enter_enterprise,
    find_or_create_contact,
    record_consent,
)
from meetup.errors import N_
from meetup.registrations import notices
from meetup.registrations.checks import RESPONSES, SOURCES, check_participants, demand_open
from meetup.registrations.entry import bring_in, find_registration, set_people
from meetup.registrations.models import Registration
from meetup.registrations.replies import reply
from meetup.registrations.seats import sit_down
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.work import Work, edit


@dataclass(frozen=True)
class Outcome:
    """What came of registering.

    Args:
        registration: the new one, or the one that was there.
        created: False if it was there; then nothing changed and its own contact got its link by mail.
    """

    registration: Registration
    created: bool


def register(
    work: Work,
    session: Session,
    *,
    enterprise: Mapping[str, Any],
    contact: Mapping[str, Any],
    participants: Iterable[Mapping[str, Any]] = (),
    response: str = "accepted",
    consent: bool = False,
    consents: Collection[str] = (),
    source: str = "web",
) -> Outcome:
    """Register an enterprise for a session: a seat, or a place in the line.

    Without participants the contact comes alone. Registering twice finds the
    first registration (same tax code; same address where there is none): its link
    goes to its own contact, and nothing else happens.

    Args:
        consent: to the use of these data; needed.
        consents: further purposes agreed to (``publication``, ``contact``, ``photo``); never needed.

    Raises:
        Closed: if registration is not open.
        InvalidInput: with every fault, under the form's names: ``kind``, ``tax_code``, ``name``, ``sector``,
            ``contact_name``, ``email``, ``phone``, ``language``, ``participants``, ``response``, ``consent``.
    """
    demand_open(work, session)
    faults = Faults()
    firm = check_enterprise(work, dict(enterprise), faults)
    person = check_contact(work, dict(contact), faults)
    people = check_participants(session, participants, faults)
    faults.choice("response", response, RESPONSES)
    if not consent:
        faults.add(
            "consent",
            N_("Without this consent the registration cannot be handled."),
            N_("Please tick the box, or call the organiser."),
        )
    faults.stop()
    lock(work, session)
    found, new = enter_enterprise(work, **firm, email=person["email"])
    known = None if new else find_registration(work, session, found)
    if known is not None and known.state != "invited":
        notices.found_again(work, known)
        return Outcome(known, created=False)
    if known is not None:
        return _take_up(work, session, known, person, people, response)
    who = find_or_create_contact(work, found, **person, new=new)
    _consents(work, who, consents, source)
    if response == "accepted" and not people:
        people = [{"name": who.name, "position": who.position}]
    seats = len(people)
    action = {"tentative": "tentative", "declined": "decline"}.get(response, "")
    if not action:
        action = "accept" if sit_down(work, session, seats) else "queue"
    registration = bring_in(
        work,
        session,
        found,
        who,
        action,
        people=people,
        seats=seats,
        source=source if source in SOURCES else "web",
        new=new,
    )
    notices.replied(work, registration)
    return Outcome(registration, created=True)


def _take_up(
    work: Work,
    session: Session,
    known: Registration,
    person: Mapping[str, Any],
    people: list[dict[str, str]],
    response: str,
) -> Outcome:
    """Someone who was invited registers by the public form.

    From the invited address that is the reply; from another one only the invited
    contact may decide, by the link that is mailed to them.
    """
    if known.contact.email != person["email"]:
        notices.found_again(work, known)
        return Outcome(known, created=False)
    _consents(work, known.contact, (), "web")
    if people:
        set_people(work, known, people)
        edit(work, known, "change_participants", seats=len(people))
    reply(work, known, response)
    return Outcome(known, created=True)


def _consents(work: Work, contact: Contact, purposes: Collection[str], channel: str) -> None:
    for purpose in CONSENT_TEXTS:
        if purpose == "registration" or purpose in purposes:
            record_consent(work, contact, purpose, channel=channel)
