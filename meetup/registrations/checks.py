"""What is asked of a registration before it is taken, and when replies are taken at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from meetup.domain.faults import Faults
from meetup.domain.sessions import registration_status
from meetup.errors import N_, MeetupError
from meetup.sessions.models import Session
from meetup.work import Work

RESPONSES = ("accepted", "tentative", "declined")

#: How a registration came in.
SOURCES = ("web", "api", "invitation", "walk_in", "phone", "paper", "mail", "import", "demo")


class Closed(MeetupError):
    """Replies to this session are not taken now; the message says why."""

    status = 409
    code = "registration_closed"


_WHY = {
    "not_published": N_("This session is not published yet."),
    "not_yet": N_("Registration for this session is not open yet."),
    "closed": N_("Registration for this session is closed."),
    "cancelled": N_("This session was called off."),
    "held": N_("This session was held already."),
}


def status_of(work: Work, session: Session) -> str:
    """Where registration stands now: not_published, not_yet, open, closed, cancelled or held."""
    return registration_status(
        session.state, work.now, session.registration_opens_at, session.registration_closes_at, session.starts_at
    )


def demand_open(work: Work, session: Session) -> None:
    """Go on only if a registration can be taken now. Staff may enter one until the session is held.

    Raises:
        Closed: otherwise.
    """
    status = status_of(work, session)
    if status == "open" or (work.actor.is_staff and session.state == "published"):
        return
    raise Closed(_WHY[status])


def demand_ahead(work: Work, session: Session) -> None:
    """Go on only if the session is still to come. Staff may mend replies until it is held.

    Raises:
        Closed: otherwise.
    """
    if session.state == "published" and (work.now < session.starts_at or work.actor.is_staff):
        return
    raise Closed(_WHY["closed" if session.state == "published" else status_of(work, session)])


def check_participants(
    session: Session, given: Iterable[Mapping[str, Any]] | None, faults: Faults
) -> list[dict[str, str]]:
    """The people who come, cleaned; empty rows are left out. Faults at ``participants`` and ``participants.N.name``."""
    people: list[dict[str, str]] = []
    for place, one in enumerate(given or ()):
        if place > 200:
            break
        name = faults.text(f"participants.{place}.name", one.get("name"), 120)
        position = faults.text(f"participants.{place}.position", one.get("position"), 120)
        if position and not name:
            faults.add(f"participants.{place}.name", N_("The name is missing."), N_("Please enter it."))
        elif name:
            people.append({"name": name, "position": position})
    if len(people) > session.seats_per_enterprise:
        faults.add(
            "participants",
            N_("An enterprise may send %(limit)s people to this session."),
            N_("Take out some of them."),
            limit=session.seats_per_enterprise,
        )
    return people
