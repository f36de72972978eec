"""What a calendar is told: the cards of sessions and follow-ups, and the people on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

#: A session as calendars know it (RFC 5545 §3.8.1.11).
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True, kw_only=True)
class SessionCard:
    """A session, or one occurrence of a series, for calendars.

    Args:
        uid: random, fixed at birth (RFC 7986 §5.3, rule A5); of a series that of the whole.
        sequence: see :func:`raises_sequence`.
        title: one line.
        description: plain text.
        html_description: the same for Outlook, already cleaned; empty: none.
        location: one line.
        geo: latitude and longitude.
        online_url: where to join from afar.
        url: the enterprise's own page in a personal invitation, the public page in a public feed.
        agenda_url: the agenda as a file.
        starts_at: aware, UTC.
        ends_at: aware, UTC.
        zone: the IANA zone that its times are shown in.
        status: as calendars spell it.
        created_at: aware, UTC.
        changed_at: of the last change, aware, UTC.
        categories: programme and field.
        is_private: CLASS:PRIVATE.
        recurrence_id: the original start of this occurrence (UTC), whatever it moved to (rule B2).
        rrule: the rule of the series (RFC 5545 §3.3.10), on its master alone.
        exdates: starts (UTC) of occurrences left out.
    """

    uid: str
    sequence: int = 0
    title: str
    description: str = ""
    html_description: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None
    online_url: str = ""
    url: str = ""
    agenda_url: str = ""
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: Status = "CONFIRMED"
    created_at: datetime
    changed_at: datetime
    categories: tuple[str, ...] = ()
    is_private: bool = False
    recurrence_id: datetime | None = None
    rrule: str = ""
    exdates: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Person:
    """Whom an invitation is for.

    Args:
        name: as it is written.
        email: without ``mailto:``.
        partstat: the reply as we hold it (RFC 5545 §3.2.12).
        language: what the reader reads, such as ``vi``.
        delegated_from: the address of whoever sends them instead (RFC 5545 §3.2.4; rule D4).
    """

    name: str
    email: str
    partstat: str = "NEEDS-ACTION"
    language: str = "vi"
    delegated_from: str = ""


@dataclass(frozen=True)
class Organizer:
    """The programme that invites, the same in every object of a UID (rule A9).

    Args:
        name: the programme's.
        email: the address that replies reach.
        sent_by: a secretary's address, where one sends for it.
    """

    name: str
    email: str
    sent_by: str = ""


# A follow-up's state → how a calendar shows it: STATUS of a VTODO, and how far it has come.
_PROGRESS = {
    "assigned": ("NEEDS-ACTION", 0),
    "transfer_requested": ("NEEDS-ACTION", 0),
    "accepted": ("IN-PROCESS", 25),
    "reopened": ("NEEDS-ACTION", 50),
    "answered": ("IN-PROCESS", 75),
    "verified": ("IN-PROCESS", 90),
    "closed": ("COMPLETED", 100),
    "cancelled": ("CANCELLED", 0),
}


@dataclass(frozen=True, kw_only=True)
class FollowUpCard:
    """A follow-up for a department's calendar (rule E4).

    Args:
        uid: fixed at birth.
        sequence: rises with the due date.
        title: one line; of a confidential issue its number alone (rule E5).
        description: plain text.
        url: the department's page of it.
        due_on: the last day on time.
        zone: the IANA zone of the day.
        state: of :data:`meetup.domain.followups.FOLLOW_UP`, or ``cancelled`` for what is taken off.
        is_overdue: as :func:`meetup.domain.followups.is_overdue` says.
        closed_at: aware, UTC; when it was closed.
        session_uid: of the session that it comes from.
        created_at: aware, UTC.
        changed_at: of the last change, aware, UTC.
        categories: programme and field.
    """

    uid: str
    sequence: int = 0
    title: str
    description: str = ""
    url: str = ""
    due_on: date
    zone: str
    state: str
    is_overdue: bool = False
    closed_at: datetime | None = None
    session_uid: str = ""
    created_at: datetime
    changed_at: datetime
    categories: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """STATUS of its VTODO."""
        return _PROGRESS[self.state][0]

    @property
    def percent(self) -> int:
        """PERCENT-COMPLETE: a step for each state, since nobody knows better."""
        return _PROGRESS[self.state][1]


def raises_sequence(old: SessionCard, new: SessionCard) -> bool:
    """Whether the change from `old` to `new` is one that people must hear of as a new SEQUENCE (rule A8).

    The times, the rule and its exceptions, the status (RFC 5546 §2.1.4), and by our choice the
    place, since people travel by it. Ask once for all changes of one save, so that it rises by one.
    """

    def significant(card: SessionCard) -> tuple[object, ...]:
        return (
            card.starts_at,
            card.ends_at,
            card.zone,
            card.rrule,
            frozenset(card.exdates),
            card.status,
            card.location,
        )

    return significant(old) != significant(new)
