"""Reading registrations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from meetup.domain.registrations import LIVE
from meetup.domain.text import fold
from meetup.enterprises.models import Contact, Enterprise
from meetup.links import Link
from meetup.registrations.codes import code_of, plain_code
from meetup.registrations.links import PURPOSE, manage_url
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.sessions.queries import CANCELLED_FOR, FEED_MOST, FEED_PAST
from meetup.work import Work

STATES: tuple[str, ...] = tuple(Registration.MACHINE.states)


def whole() -> Select[Any]:
    """Registrations with everything that a page shows of one."""
    return select(Registration).options(
        joinedload(Registration.session).joinedload(Session.programme),
        joinedload(Registration.enterprise),
        joinedload(Registration.contact),
        selectinload(Registration.participants),
    )


def in_feed(work: Work, contact: Contact) -> Sequence[Registration]:
    """What a contact's feed holds, by start; for a while what was declined or called off too (rule E2)."""
    until = work.now - CANCELLED_FOR
    query = (
        select(Registration)
        .join(Registration.session)
        .options(contains_eager(Registration.session).joinedload(Session.programme))
        .where(
            Registration.contact_id == contact.id,
            Session.state != "draft",
            Session.starts_at > work.now - FEED_PAST,
            or_(Registration.state.not_in(("cancelled", "declined")), Registration.changed_at > until),
            or_(Session.state != "cancelled", Session.cancelled_at > until),
        )
    )
    return work.db.scalars(query.order_by(Session.starts_at, Registration.id).limit(FEED_MOST)).all()


def page_of_session(
    work: Work, session_id: int, *, states: Sequence[str] = (), q: str = "", after: int = 0, limit: int = 50
) -> Sequence[Registration]:
    """The registrations of a session in the order in which they came, one more than `limit` if there are more.

    Args:
        states: only these; all if empty.
        q: part of the enterprise's name or tax code, without regard to case and diacritics.
        after: the key of the last one seen.
    """
    query = whole().where(Registration.session_id == session_id, Registration.id > after)
    if states:
        query = query.where(Registration.state.in_(states))
    if q:
        query = query.where(_named(q))
    return work.db.scalars(query.order_by(Registration.id).limit(limit + 1)).all()


def to_check_in(work: Work, session_id: int, q: str = "", limit: int = 200) -> list[Registration]:
    """Those who may stand at the door, by name: who is expected first; `q` finds names of people and codes too."""
    rows = work.db.scalars(
        whole()
        .where(Registration.session_id == session_id, Registration.state.not_in(("cancelled",)))
        .order_by(Registration.id)
        .limit(2_000)
    ).all()
    code = plain_code(q)
    coded = [row for row in rows if code_of(work, row) == code] if code else []
    wanted = fold(q).split()
    if coded:
        rows = coded
    elif wanted:
        rows = [row for row in rows if all(word in _words(row) for word in wanted)]
    order = {"confirmed": 0, "offered": 0, "attended": 2}
    return sorted(rows, key=lambda row: (order.get(row.state, 1), fold(row.enterprise.name)))[:limit]


def _words(row: Registration) -> str:
    people = " ".join(one.name for one in row.participants)
    return fold(f"{row.enterprise.name} {row.enterprise.tax_code or ''} {row.contact.name} {people}")


def _named(q: str) -> ColumnElement[bool]:
    return Registration.enterprise_id.in_(
        select(Enterprise.id).where(
            or_(
                and_(*(Enterprise.search_key.contains(word, autoescape=True) for word in fold(q).split())),
                Enterprise.tax_code == q.replace("-", "").strip(),
            )
        )
    )


def counts(work: Work, session_id: int) -> dict[str, int]:
    """How many registrations of a session are in each state."""
    rows = work.db.execute(
        select(Registration.state, func.count())
        .where(Registration.session_id == session_id)
        .group_by(Registration.state)
    )
    found = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in STATES}


def live_in(work: Work, session_ids: Collection[int]) -> int:
    """How many registrations of these sessions are still of someone who comes, may come or waits."""
    query = select(func.count()).where(Registration.session_id.in_(session_ids), Registration.state.in_(sorted(LIVE)))
    return work.db.scalar(query) or 0


def waiting_seats(work: Work, session_ids: Iterable[int]) -> dict[int, int]:
    """How many people wait for each of these sessions."""
    rows = work.db.execute(
        select(Registration.session_id, func.sum(Registration.seats))
        .where(Registration.session_id.in_(list(session_ids)), Registration.state == "waitlisted")
        .group_by(Registration.session_id)
    )
    return {session_id: int(seats) for session_id, seats in rows}


def waitlist_positions(work: Work, session_id: int) -> dict[int, int]:
    """The places in the waiting list of a session, from 1, by registration."""
    keys = work.db.scalars(
        select(Registration.id)
        .where(Registration.session_id == session_id, Registration.state == "waitlisted")
        .order_by(Registration.queued_at, Registration.id)
    )
    return {key: place for place, key in enumerate(keys, 1)}


def manage_urls(work: Work, registrations: Sequence[Registration]) -> dict[int, str]:
    """The addresses of the own pages of these registrations, in one statement where their links exist."""
    subjects = [registration.subject for registration in registrations]
    known = set(
        work.db.scalars(
            select(Link.subject).where(Link.purpose == PURPOSE, Link.subject.in_(subjects), Link.revoked_at.is_(None))
        )
    )
    return {one.id: manage_url(work, one) for one in registrations if one.subject in known}


def first_timers(work: Work, session_id: int) -> set[int]:
    """Enterprises registered in this session that never attended another one."""
    here = select(Registration.enterprise_id).where(
        Registration.session_id == session_id, Registration.state.in_(sorted(LIVE))
    )
    known = set(
        work.db.scalars(
            select(Registration.enterprise_id)
            .where(
                Registration.enterprise_id.in_(here),
                Registration.session_id != session_id,
                Registration.state == "attended",
            )
            .distinct()
        )
    )
    return set(work.db.scalars(here)) - known
