"""Seats and the line for them. Whoever comes here holds the session's lock (``sessions.service.lock``)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Integer, bindparam, func, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from meetup.db import run_bare
from meetup.domain.registrations import Waiting, next_offers, offer_lapses_at, seat_at_once
from meetup.errors import Full
from meetup.programmes.models import Programme
from meetup.programmes.service import rule
from meetup.registrations import notices
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.work import Work, change

_SESSIONS: Any = Session.__table__
_REGISTRATIONS: Any = Registration.__table__
#: Put into words once, since every registration says them.
_TAKE = (
    update(_SESSIONS)
    .where(
        _SESSIONS.c.id == bindparam("of"),
        _SESSIONS.c.seats_taken + bindparam("seats", type_=Integer) <= _SESSIONS.c.capacity,
    )
    .values(seats_taken=_SESSIONS.c.seats_taken + bindparam("seats", type_=Integer))
)
_LINE = (
    select(*(_REGISTRATIONS.c[name] for name in ("id", "seats", "passed_over", "queued_at")))
    .where(_REGISTRATIONS.c.session_id == bindparam("of"), _REGISTRATIONS.c.state == "waitlisted")
    .order_by(_REGISTRATIONS.c.queued_at, _REGISTRATIONS.c.id)
)


def take(work: Work, session: Session, seats: int) -> None:
    """Take `seats` in one guarded statement; a negative number gives them back.

    Raises:
        Full: if there are not so many left.
    """
    if not seats:
        return
    if run_bare(work.db, _TAKE, {"of": session.id, "seats": seats}, Session).rowcount != 1:
        raise Full(seats, session.seats_left)
    set_committed_value(session, "seats_taken", session.seats_taken + seats)


def line(work: Work, session: Session) -> list[Waiting]:
    """The waiting list of `session` in its order."""
    rows = run_bare(work.db, _LINE, {"of": session.id}, Registration)
    return [Waiting(row.id, row.seats, row.passed_over, row.queued_at) for row in rows]


def sit_down(work: Work, session: Session, seats: int) -> bool:
    """Take `seats` for a newcomer, if that takes nothing from those who wait; whether it was done."""
    if seats > session.seats_left:
        # Whoever waits: a full room needs no look at a line of thousands.
        return False
    passed = seat_at_once(line(work, session), seats, session.seats_left, session.capacity)
    if passed is None:
        return False
    take(work, session, seats)
    _pass_over(work, passed)
    return True


def move_waiting_list(work: Work, session: Session) -> list[Registration]:
    """Offer free seats to those who are next in line (:func:`meetup.domain.registrations.next_offers`).

    An offer holds its seats until it is answered or lapses.

    Returns:
        those who got an offer.
    """
    if session.state != "published" or session.starts_at <= work.now:
        return []
    lock(work, session)
    found = next_offers(line(work, session), session.seats_left, session.capacity)
    _pass_over(work, found.passed)
    programme = work.get(Programme, session.programme_id)
    until = offer_lapses_at(work.now, int(rule(programme, work.settings, "offer_hours")), session.starts_at)
    offered = []
    for key in found.offers:
        registration = work.db.scalars(
            select(Registration)
            .where(Registration.id == key)
            .options(joinedload(Registration.enterprise), joinedload(Registration.contact))
        ).one()
        set_committed_value(registration, "session", session)
        take(work, session, registration.seats)
        change(work, registration, "offer", details={"seats": registration.seats}, offered_until=until)
        notices.offered(work, registration)
        offered.append(registration)
    return offered


def waitlist_position(work: Work, registration: Registration) -> int | None:
    """The place in the line, from 1; None for who does not wait."""
    if registration.state != "waitlisted":
        return None
    work.db.flush()
    ahead = work.db.scalar(
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.session_id == registration.session_id,
            Registration.state == "waitlisted",
            (Registration.queued_at < registration.queued_at)
            | ((Registration.queued_at == registration.queued_at) & (Registration.id < registration.id)),
        )
    )
    return int(ahead or 0) + 1


def lapse(work: Work, session: Session, registration: Registration) -> None:
    """An offer was not answered in time; its seats are free again."""
    change(work, registration, "lapse", offered_until=None, queued_at=None)
    take(work, session, -registration.seats)
    notices.lapsed(work, registration)


def lapse_offers(work: Work, limit: int = 50) -> int:
    """End the offers whose time is over, at most `limit` of them, and offer their seats to the next in line."""
    due = work.db.execute(
        select(Registration.session_id, Registration.id)
        .where(Registration.state == "offered", Registration.offered_until <= work.now)
        .order_by(Registration.session_id, Registration.offered_until, Registration.id)
        .limit(limit)
    ).all()
    done = 0
    for session_id in sorted({row.session_id for row in due}):
        session: Session = work.get(Session, session_id)
        lock(work, session)
        for key in [row.id for row in due if row.session_id == session_id]:
            registration = work.db.scalars(
                select(Registration).where(Registration.id == key).execution_options(populate_existing=True)
            ).one()
            if registration.state == "offered" and (registration.offered_until or work.now) <= work.now:
                lapse(work, session, registration)
                done += 1
        move_waiting_list(work, session)
    return done


def _pass_over(work: Work, passed: tuple[int, ...]) -> None:
    """Note who was jumped, how often; no change of version, for it is not their change."""
    for key, times in Counter(passed).items():
        work.db.execute(
            update(Registration)
            .where(Registration.id == key)
            .values(passed_over=Registration.passed_over + times)
            .execution_options(synchronize_session=False)
        )
        loaded = work.db.identity_map.get(identity_key(Registration, key))
        if loaded is not None:
            set_committed_value(loaded, "passed_over", loaded.passed_over + times)
