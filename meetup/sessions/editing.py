"""Changing a session: the lock on its seats, its address, and what a change means for those who come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from meetup.db import run_bare
from meetup.domain.events import Change
from meetup.domain.faults import Faults
from meetup.domain.text import slug as make_slug
from meetup.errors import N_, InvalidInput, Stale, WrongState
from meetup.programmes.models import Programme
from meetup.sessions.calendars import VISIBLE, significant
from meetup.sessions.checks import checked
from meetup.sessions.models import Series, Session
from meetup.work import Work, change, edit

#: What may still be mended once a session was held: words, not facts that people travelled by.
AFTERWARDS = frozenset(
    {
        "title",
        "topic",
        "description",
        "chair",
        "chair_role",
        "delegate",
        "delegate_role",
        "secretary",
        "summary",
        "conclusion_number",
    }
)

_ROWS: Any = Session.__table__
#: Put into words once: every registration begins with it.
_LOCKED = (
    select(_ROWS.c.seats_taken, _ROWS.c.capacity, _ROWS.c.state).where(_ROWS.c.id == bindparam("of")).with_for_update()
)


def update(work: Work, session: Session, *, version: int | None = None, **values: Any) -> Session:
    """Change what is said of a session.

    A changed time is the arrow ``reschedule``. SEQUENCE rises once when people
    who come must know. Listeners hear ``session.update`` with what changed.

    Args:
        version: the version that the person saw, if known.

    Raises:
        InvalidInput: with every fault; also for fewer seats than are taken.
        WrongState: for a session that is cancelled, or facts of one that was held.
        Stale: if it was changed in the meantime.
    """
    if version is not None and version != session.version:
        raise Stale()
    lock(work, session)
    changed = {name: value for name, value in _merged(work, session, values).items() if getattr(session, name) != value}
    if not changed:
        return session
    if session.state == "cancelled" or (session.state in {"held", "reported"} and changed.keys() - AFTERWARDS):
        raise WrongState("session", session.state, "update", session.MACHINE.possible(session.state))
    _apply(work, session, changed)
    return session


def reshape(work: Work, series_uid: str) -> None:
    """The set of a series' occurrences changed: calendars learn it by its SEQUENCE, once for a unit of work (rule A8).

    Args:
        series_uid: empty for a session that stands alone.
    """
    seen = work.memo.setdefault("sessions.reshaped", set())
    if not series_uid or series_uid in seen:
        return
    seen.add(series_uid)
    work.db.flush()
    series = work.db.scalars(select(Series).where(Series.uid == series_uid)).one()
    if series.shown_at is None:
        edit(work, series, "show", shown_at=work.now)
    else:
        edit(work, series, "reshape", sequence=series.sequence + 1)


def _apply(work: Work, session: Session, changed: dict[str, Any]) -> None:
    """Store what changed, by the arrow ``reschedule`` where people travel by it, and tell listeners."""
    before = {name: getattr(session, name) for name in changed}
    details: dict[str, Any] = {"changed": sorted(changed)}
    moved = changed.keys() & {"starts_at", "ends_at", "timezone"}
    set_committed_value(session, "programme", work.get(Programme, session.programme_id))
    if session.state == "published" and significant(work, session, changed):
        changed["sequence"] = session.sequence + 1
    if moved and session.state == "published":
        if changed.get("starts_at", session.starts_at) <= work.now:
            raise InvalidInput("starts_at", N_("The start is in the past."), N_("Give a time that is yet to come."))
        details["starts_at"] = [before.get("starts_at", session.starts_at).isoformat()]
        change(work, session, "reschedule", details=details, **changed)
    else:
        edit(work, session, "update", details=details, **changed)
    told = {
        **details,
        "significant": "sequence" in changed,
        "visible": bool(VISIBLE & changed.keys()),
        "rescheduled": bool(moved),
        "more_seats": changed.get("capacity", 0) > before.get("capacity", session.capacity),
    }
    event = Change("session", "update", session.state, session.state, session, told)
    work.hooks.tell("meetup_after_change", work=work, change=event)


def lock(work: Work, session: Session) -> None:
    """Keep everyone else from the seats of `session` until this unit ends, and read how many are taken."""
    if work.db.get_bind().dialect.name == "sqlite":
        # Whoever may write is alone since their unit began: what they read is still true.
        return
    row = run_bare(work.db, _LOCKED, {"of": session.id}, Session).one()
    set_committed_value(session, "seats_taken", row.seats_taken)
    if row.state != session.state:
        raise Stale()
    set_committed_value(session, "capacity", row.capacity)


def free_slug(work: Work, words: str, own: Session | None = None) -> str:
    """A slug made of `words` that no other session has."""
    wanted = make_slug(words, 100) or "session"
    query = select(Session.slug).where(Session.slug.startswith(wanted, autoescape=True))
    if own is not None and own.id is not None:
        query = query.where(Session.id != own.id)
    taken = set(work.db.scalars(query))
    # Addresses with a meaning of their own, below /sessions/ and /organize/sessions/.
    taken |= {"new"}
    tries = (f"{wanted}-{count}" if count > 1 else wanted for count in range(1, len(taken) + 2))
    return next(one for one in tries if one not in taken)


def _merged(work: Work, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    times = ("starts_at", "ends_at", "timezone", "registration_opens_at", "registration_closes_at")
    given = dict(values)
    if given.keys() & set(times):
        given = {**{name: getattr(session, name) for name in times}, **given}
    faults = Faults()
    result: dict[str, Any] = {}
    try:
        result = checked(given, zone=work.settings.timezone)
    except InvalidInput as error:
        faults.found.extend(error.faults)
    if result.get("capacity", session.seats_taken) < session.seats_taken:
        faults.add(
            "capacity",
            N_("%(taken)s seats are taken already."),
            N_("Give at least this number, or cancel registrations first."),
            taken=session.seats_taken,
        )
    faults.stop()
    return result
