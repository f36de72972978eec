"""A registration's own calendar object: the session with one person's answer in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from meetup.domain.cards import Person, SessionCard, Status
from meetup.domain.feeds import event_bytes, feed_of
from meetup.domain.ics import years_of
from meetup.domain.invites import cancellation, invitation
from meetup.domain.registrations import PARTSTAT
from meetup.enterprises.models import Contact
from meetup.errors import N_
from meetup.outbox.notice import Calendar
from meetup.programmes.service import rule
from meetup.registrations.links import manage_url
from meetup.registrations.models import Registration
from meetup.sessions import recurring
from meetup.sessions.calendars import card, organizer
from meetup.sessions.models import Series
from meetup.work import Work

#: What goes before the title of someone who has no seat (rule A11).
_PREFIX = {"waitlisted": N_("Waiting list:"), "offered": N_("Seat offered:")}
_STATUS: dict[str, Status] = {"waitlisted": "TENTATIVE", "offered": "TENTATIVE"}


def person(registration: Registration) -> Person:
    """The contact as ATTENDEE, with the reply as we hold it."""
    contact = registration.contact
    return Person(contact.name, contact.email, PARTSTAT[registration.state], contact.language)


def request(work: Work, registration: Registration, *, sequence: int, first: bool = False) -> Calendar:
    """The invitation or update for one person, in the present language.

    Args:
        sequence: the person's own SEQUENCE.
        first: whether nothing of this session is in their calendar yet; only then an alarm comes along (rule A14).
    """
    return Calendar("REQUEST", _request(work, registration, sequence=sequence, first=first))


def calendar_for(
    work: Work,
    registration: Registration,
    *,
    attendee: Person | None = None,
    method: Literal["REQUEST", "DECLINECOUNTER"] = "REQUEST",
) -> Calendar:
    """The session for one person besides the mails that the registration itself causes (rules D4 and D6).

    Args:
        registration: with its session, programme and contact loaded.
        attendee: who comes instead of the contact; the contact by default.
        method: ``REQUEST``, or ``DECLINECOUNTER`` for a proposal of another time that was not taken.
    """
    sequence = max(registration.session.sequence, registration.calendar_sequence or 0)
    return Calendar(
        method, _request(work, registration, sequence=sequence, first=False, method=method, attendee=attendee)
    )


def series_request(work: Work, series: Series, registrations: Sequence[Registration]) -> Calendar:
    """The invitation to all dates of a series for one person: the master and what differs from it (rule B5).

    Args:
        registrations: of the one person, with their sessions, in the order of these.
    """
    first = registrations[0]
    master, *overrides = recurring.cards(work, series, [one.session for one in registrations], from_first=True)
    content = invitation(
        replace(master, url=manage_url(work, first)),
        organizer(work, series),
        person(first),
        made_at=work.now,
        overrides=overrides,
    )
    return Calendar("REQUEST", content)


def file(work: Work, registration: Registration) -> bytes:
    """The same as a file to download, which is no message."""
    sequence = max(registration.session.sequence, registration.calendar_sequence or 0)
    return _request(work, registration, sequence=sequence, first=False, method=None)


def contact_feed(
    work: Work, contact: Contact, listed: Iterable[Registration], tokens: Mapping[str, str], *, source: str
) -> bytes:
    """All sessions that one contact is registered for, as a feed: with the UIDs of the invitations, and no METHOD.

    Args:
        contact: whose they are.
        listed: their registrations with the sessions, in order.
        tokens: of own pages, by the registration's subject.
        source: the feed's own address.
    """
    pairs = [(_in_feed(work, one, tokens.get(one.subject, "")), organizer(work, one.session)) for one in listed]
    return feed_of(
        [event_bytes(one, programme) for one, programme in pairs],
        years_of(one for one, _programme in pairs),
        name=f"{work.settings.site_name}: {contact.name}",
        zone=work.settings.timezone,
        source=source,
        color="teal",
    )


def _in_feed(work: Work, registration: Registration, token: str) -> SessionCard:
    session = registration.session
    one = card(
        work,
        session,
        url=work.mount.url("registrations.own", token=token) if token else "",
        sequence=max(session.sequence, registration.calendar_sequence or 0),
        changed_at=max(session.changed_at, registration.changed_at),
    )
    gone = session.state == "cancelled" or registration.state in {"cancelled", "declined"}
    prefix = work.mount.words.gettext(_PREFIX[registration.state]) + " " if registration.state in _PREFIX else ""
    status = "CANCELLED" if gone else _STATUS.get(registration.state, one.status)
    return replace(one, title=prefix + one.title, status=status)


def _request(
    work: Work,
    registration: Registration,
    *,
    sequence: int,
    first: bool,
    method: Literal["REQUEST", "DECLINECOUNTER"] | None = "REQUEST",
    attendee: Person | None = None,
) -> bytes:
    session = registration.session
    hours = int(rule(session.programme, work.settings, "alarm_hours") or 0) if first else 0
    say = work.mount.words.gettext
    gone = session.state == "cancelled" or registration.state in {"cancelled", "declined"}
    # The link is the contact's own secret: whoever comes instead gets the public page.
    url = manage_url(work, registration) if attendee is None else ""
    own_page = [say(N_("Your own page: change your reply, name the people who come, hand in issues."))]
    return invitation(
        card(work, session, url=url, notes=own_page if url else [], sequence=sequence),
        organizer(work, session),
        attendee or person(registration),
        method=method,
        made_at=work.now,
        summary_prefix=say(_PREFIX[registration.state]) if registration.state in _PREFIX else "",
        status="CANCELLED" if gone else _STATUS.get(registration.state),
        alarm=timedelta(hours=hours) if hours else None,
    )


def cancel(work: Work, registration: Registration, *, sequence: int) -> Calendar:
    """What takes the session off this one person's calendar (rule A15)."""
    session = registration.session
    return Calendar(
        "CANCEL",
        cancellation(
            card(work, session, url=manage_url(work, registration), sequence=sequence),
            organizer(work, session),
            person(registration),
            made_at=work.now,
            summary_prefix=work.mount.words.gettext(N_("Cancelled:")),
        ),
    )
