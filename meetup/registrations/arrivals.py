"""Arrivals that were noted on phones at the door, perhaps without a network, and are sent later.

Each has an id that the phone made. Sending one again, or the same person from two phones,
changes nothing: an id is taken in once, a registration is checked in once, and the earliest
time at which somebody saw them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from meetup.domain.faults import Faults
from meetup.errors import N_, InvalidInput, MeetupError
from meetup.registrations.attendance import check_in, walk_in
from meetup.registrations.models import Arrival, Registration
from meetup.registrations.queries import whole
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.work import Work, edit

#: How many a phone may send at once; it sends the rest after that.
MOST = 200
#: What was noted longer ago is of another session, or its clock is wrong.
OLDEST = timedelta(hours=24)
_LONGEST_ID = 64


@dataclass(frozen=True)
class Noted:
    """One arrival as a phone noted it.

    Args:
        client_id: made by the phone, never used twice.
        at: when, aware.
        registration_id: who; or, for somebody who came unannounced,
        name: their name, and
        enterprise: for whom they came; may be empty.
    """

    client_id: str
    at: datetime
    registration_id: int | None = None
    name: str = ""
    enterprise: str = ""


@dataclass(frozen=True)
class Taken:
    """What became of one: ``done``, ``again`` (somebody had been quicker) or ``refused``, and then why."""

    client_id: str
    outcome: str
    error: MeetupError | None = None


def noted(given: Any, now: datetime) -> list[Noted]:
    """What a phone sent, checked.

    The phone says what time it believes it is, so that a clock that is wrong does not put
    arrivals into another hour; nothing arrives in the future.

    Args:
        given: ``{"now": ISO time, "arrivals": [{"id", "at", "registration" | "name", "enterprise"}]}``.
        now: aware; when it came in.

    Raises:
        InvalidInput: at ``now``, ``arrivals`` or ``arrivals.N.…``.
    """
    rows = given.get("arrivals") if isinstance(given, Mapping) else None
    if not isinstance(rows, list) or len(rows) > MOST:
        raise InvalidInput(
            "arrivals", N_("There is no list, or it is too long."), N_("Send %(most)s at most."), most=MOST
        )
    phone_now = _time(given.get("now"))
    if phone_now is None:
        raise InvalidInput("now", N_("This is no time with its zone."), N_("Write 2026-11-28T07:00:00+07:00."))
    faults = Faults()
    found = [one for at, row in enumerate(rows) if (one := _one(faults, at, row, now - phone_now, now)) is not None]
    faults.stop()
    return found


def _one(faults: Faults, at: int, row: Any, skew: timedelta, now: datetime) -> Noted | None:
    where = f"arrivals.{at}"
    if not isinstance(row, Mapping):
        faults.add(where, N_("This is no arrival."), N_("Send an object."))
        return None
    key, moment, who = row.get("id"), _time(row.get("at")), row.get("registration")
    if not isinstance(key, str) or not 8 <= len(key) <= _LONGEST_ID or not key.isascii() or not key.isprintable():
        faults.add(f"{where}.id", N_("The id is missing or too long."), N_("Send 8 to 64 plain letters and digits."))
        return None
    if moment is None:
        faults.add(f"{where}.at", N_("This is no time with its zone."), N_("Write 2026-11-28T07:00:00+07:00."))
        return None
    if who is not None and (isinstance(who, bool) or not isinstance(who, int) or not 0 < who < 2**63):
        faults.add(f"{where}.registration", N_("This is no registration."), N_("Send its number."))
        return None
    name = faults.text(f"{where}.name", row.get("name"), 120, required=who is None)
    enterprise = faults.text(f"{where}.enterprise", row.get("enterprise"), 200)
    return Noted(key, min(max(moment + skew, now - OLDEST), now), who, name, enterprise)


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    # So far from any session that arithmetic with it could leave the calendar.
    return found if found.tzinfo is not None and 2000 <= found.year < 3000 else None


def take_in(work: Work, session: Session, arrivals: Sequence[Noted]) -> list[Taken]:
    """Take these arrivals in, each by itself: what forbids one keeps no other out.

    Two phones that send at the same time come one after the other.

    Returns:
        one answer for each, in their order.
    """
    lock(work, session)
    known = set(
        work.db.scalars(
            select(Arrival.client_id).where(
                Arrival.session_id == session.id, Arrival.client_id.in_([one.client_id for one in arrivals])
            )
        )
    )
    rows = _registrations(work, session, (one.registration_id for one in arrivals if one.registration_id))
    answers: list[Taken] = []
    # The earliest first: with the last free seats, whoever came first sits.
    for one in sorted(arrivals, key=lambda noted: noted.at):
        if one.client_id in known:
            answers.append(Taken(one.client_id, "done"))
            continue
        answers.append(_take_in_one(work, session, rows, one))
        if answers[-1].outcome != "refused":
            known.add(one.client_id)
    place = {one.client_id: at for at, one in reversed(list(enumerate(arrivals)))}
    return sorted(answers, key=lambda answer: place[answer.client_id])


def _registrations(work: Work, session: Session, keys: Iterable[int]) -> dict[int, Registration]:
    found = work.db.scalars(
        whole()
        .where(Registration.session_id == session.id, Registration.id.in_(set(keys)))
        .execution_options(populate_existing=True)
    ).all()
    return {row.id: row for row in found}


def _take_in_one(work: Work, session: Session, rows: dict[int, Registration], one: Noted) -> Taken:
    try:
        with work.db.begin_nested():
            registration, again = _arrive(work, session, rows, one)
            work.db.add(
                Arrival(
                    session_id=session.id,
                    client_id=one.client_id,
                    registration_id=registration.id,
                    seen_at=one.at,
                    received_at=work.now,
                )
            )
    except MeetupError as error:
        _forget_what_was_undone(work, session, rows, one)
        return Taken(one.client_id, "refused", error)
    return Taken(one.client_id, "again" if again else "done")


def _forget_what_was_undone(work: Work, session: Session, rows: dict[int, Registration], one: Noted) -> None:
    """The rows are as they were before the step that failed; what was loaded of them is not."""
    work.db.refresh(session)
    row = rows.pop(one.registration_id or 0, None)
    if row is not None:
        work.db.expunge(row)
        rows.update(_registrations(work, session, [row.id]))


def _arrive(work: Work, session: Session, rows: Mapping[int, Registration], one: Noted) -> tuple[Registration, bool]:
    if one.registration_id is None:
        again = False
        registration = walk_in(
            work, session, enterprise={"name": one.enterprise, "kind": _kind(one)}, contact={"name": one.name}
        )
    else:
        found = rows.get(one.registration_id)
        if found is None:
            raise InvalidInput("registration", N_("This registration is of another session."), N_("Find them by name."))
        again = found.state == "attended"
        registration = check_in(work, found)
    if registration.checked_in_at is None or one.at < registration.checked_in_at:
        edit(work, registration, "arrival", checked_in_at=one.at)
    return registration, again


def _kind(one: Noted) -> str:
    return "enterprise" if one.enterprise else "citizen"
