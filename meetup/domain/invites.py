"""Invitations and cancellations: iTIP messages to one person as .ics bytes (RFC 5546; rules A1 to A16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from icalendar import Alarm, vCalAddress

from meetup.domain.cards import Organizer, Person, SessionCard, Status, raises_sequence
from meetup.domain.ics import address, assemble, session_event, text, years_of
from meetup.domain.text import clean

__all__ = ["Organizer", "Person", "SessionCard", "cancellation", "invitation", "raises_sequence"]


def invitation(
    card: SessionCard,
    organizer: Organizer,
    person: Person,
    *,
    method: Literal["REQUEST", "DECLINECOUNTER"] | None = "REQUEST",
    made_at: datetime,
    summary_prefix: str = "",
    status: Status | None = None,
    alarm: timedelta | None = None,
    overrides: Sequence[SessionCard] = (),
) -> bytes:
    """One person's invitation or update, and nobody else's address in it (rule A10).

    Args:
        card: the session; of a series the master, or the one occurrence invited to (rule B5).
        organizer: the programme.
        person: whom it is for; RSVP is asked while the reply is NEEDS-ACTION.
        method: of iTIP; None for a file to download, which is no message; DECLINECOUNTER
            for a proposal of another time that was not taken (rule D6).
        made_at: when the message is made, aware (rule A6).
        summary_prefix: goes before the title with a blank, such as "Waiting list:" (rule A11).
        status: replaces the card's: TENTATIVE for who waits or has an open offer (rule A11).
        alarm: how long before the start a reminder pops up; None: none (rule A14).
        overrides: moved occurrences of the series, same UID.

    Raises:
        InvalidInput: on text that no file can hold.
        ValueError: if `overrides` are of another UID (rule A3) or a rule is malformed.
    """
    events = []
    for one in (card, *overrides):
        if one.uid != card.uid:
            raise ValueError("one message, one UID")
        event = session_event(one, organizer, stamp=made_at, summary_prefix=summary_prefix, status=status)
        event.add("attendee", _attendee(person, rsvp=person.partstat == "NEEDS-ACTION"))
        if alarm is not None and one.status != "CANCELLED" and method != "DECLINECOUNTER":
            event.add_component(_alarm(alarm, one.title))
        events.append(event.to_ical())
    return assemble(events, years_of((card, *overrides)), method=method)


def cancellation(
    card: SessionCard,
    organizer: Organizer,
    person: Person,
    *,
    made_at: datetime,
    summary_prefix: str = "",
) -> bytes:
    """What takes a session, or one occurrence, off one person's calendar (rule A15).

    Args:
        card: the session with its SEQUENCE already raised.
        organizer: the programme.
        person: who is taken off: everyone when the session is cancelled, else who leaves.
        made_at: when the message is made, aware.
        summary_prefix: goes before the title with a blank, such as "Cancelled:".

    Raises:
        InvalidInput: on text that no file can hold.
    """
    event = session_event(
        card, organizer, stamp=made_at, summary_prefix=summary_prefix, status="CANCELLED", description=False
    )
    event.add("attendee", _attendee(person, rsvp=False))
    return assemble([event.to_ical()], years_of((card,)), method="CANCEL")


def _attendee(person: Person, *, rsvp: bool) -> vCalAddress:
    found = address(person.email, person.name)
    found.params["CUTYPE"] = "INDIVIDUAL"
    found.params["ROLE"] = "REQ-PARTICIPANT"
    found.params["PARTSTAT"] = person.partstat
    if rsvp:
        found.params["RSVP"] = "TRUE"
    if person.delegated_from:
        found.params["DELEGATED-FROM"] = str(address(person.delegated_from, ""))
    if person.language:
        found.params["LANGUAGE"] = clean(person.language)
    return found


def _alarm(ahead: timedelta, title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text(title))
    alarm.add("trigger", -abs(ahead))
    return alarm
