"""Changing a series from one of its sessions on: what that would do, shown first, and doing it (rules B4 and B6).

What took place stays as it was. If nothing has yet, the series itself changes; else it ends just before, and a new
one with a UID of its own begins. Sessions go along with those who registered, to the nearest date of the new rule;
one that was moved by hand keeps its time. Whose session falls on no date any more is told that it is called off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from meetup.departments.service import calendar
from meetup.domain.recurrence import Rule
from meetup.domain.series import expand, realign, without_holidays
from meetup.errors import N_, InvalidInput, WrongState
from meetup.sessions import series as every
from meetup.sessions import service
from meetup.sessions.editing import reshape
from meetup.sessions.models import Series, Session
from meetup.work import Work, edit

_SOON = timedelta(days=1)


@dataclass(frozen=True)
class Move:
    """What becomes of one session.

    Args:
        session: as it is.
        place: when the new rule has it, aware; None: on no date any more.
        starts_at: when it will begin, aware.
        ends_at: when it will end, aware.
    """

    session: Session
    place: datetime | None
    starts_at: datetime
    ends_at: datetime

    @property
    def is_moved(self) -> bool:
        """Whether people have to be told of another time."""
        return (self.starts_at, self.ends_at) != (self.session.starts_at, self.session.ends_at)


@dataclass(frozen=True)
class SeriesChange:
    """What a change of a series would do.

    Args:
        series: as it is.
        rule: the new one.
        starts_at: of the first session by it, aware.
        ends_at: of the first session by it, aware.
        skip_holidays: whether public holidays are left out.
        is_whole: the series itself changes; else it ends and a new one begins.
        moves: the sessions to come, in the order of the old rule.
        made: dates that get a session of their own, aware.
        left_out: dates that are public holidays, aware.
    """

    series: Series
    rule: Rule
    starts_at: datetime
    ends_at: datetime
    skip_holidays: bool
    is_whole: bool
    moves: tuple[Move, ...]
    made: tuple[datetime, ...]
    left_out: tuple[datetime, ...]

    @property
    def dropped(self) -> tuple[Session, ...]:
        """The sessions that fall on no date any more."""
        return tuple(one.session for one in self.moves if one.place is None)

    @property
    def told_of(self) -> tuple[int, ...]:
        """The sessions whose people are told: of another time, or that it is called off."""
        return tuple(one.session.id for one in self.moves if one.place is None or one.is_moved)


def plan(
    work: Work, session: Session, *, rule: str, starts_at: datetime, ends_at: datetime, skip_holidays: bool
) -> SeriesChange:
    """What it would do to let the series go on by `rule` from `session` on; changes nothing.

    Args:
        session: the first one concerned; it is yet to come.
        rule: RRULE; a COUNT in it counts from here.
        starts_at: when that session shall begin by the new rule, aware.
        ends_at: likewise.
        skip_holidays: leave out what falls on a public holiday.

    Raises:
        InvalidInput: for a rule or time that cannot be.
        WrongState: if the series has ended or the session is over.
    """
    series = every.of(work, session)
    if series is None or session.recurrence_id is None:
        raise InvalidInput("repeats", N_("This session is not part of a series."), "")
    if series.state != "running":
        raise WrongState("series", series.state, "update", series.MACHINE.possible(series.state))
    if session.state not in {"draft", "published"} or session.starts_at <= work.now:
        raise WrongState("session", session.state, "update", session.MACHINE.possible(session.state))
    if starts_at <= work.now:
        raise InvalidInput("starts_at", N_("The start is in the past."), N_("Give a time that is yet to come."))
    if ends_at <= starts_at:
        raise InvalidInput("ends_at", N_("It would end before it begins."), N_("Give a later end."))
    zone = series.timezone
    parsed = every.rule_for(work, rule, starts_at, ends_at, zone, skip_holidays=skip_holidays)
    whole = every.occurrences(work, series)
    concerned = [
        one
        for one in whole
        if one.recurrence_id is not None
        and one.recurrence_id >= session.recurrence_id
        and one.state in {"draft", "published"}
        and one.starts_at > work.now
    ]
    ids = {one.id for one in concerned}
    is_whole = whole[0].id == session.id
    # A date that was called off stays off, when the series is the same.
    off = {one.recurrence_id for one in whole if one.id not in ids} if is_whole else set()
    until = max(every.horizon(work), *(one.recurrence_id + _SOON for one in concerned if one.recurrence_id))
    dates = expand(parsed, starts_at, zone, until=until, limit=every.AT_ONCE + len(concerned))
    kept, left_out = without_holidays(dates, zone, calendar(work)) if skip_holidays else (dates, [])
    free = [one for one in kept if one not in off]
    places = realign([one.recurrence_id for one in concerned if one.recurrence_id], free, zone)
    moves = tuple(_move(series, one, places.get(one.recurrence_id), ends_at - starts_at) for one in concerned)  # type: ignore[arg-type]
    taken = {one.place for one in moves}
    return SeriesChange(
        series=series,
        rule=parsed,
        starts_at=starts_at,
        ends_at=ends_at,
        skip_holidays=skip_holidays,
        is_whole=is_whole,
        moves=moves,
        made=tuple(one for one in free if one not in taken),
        left_out=tuple(left_out),
    )


def _move(series: Series, session: Session, place: datetime | None, lasts: timedelta) -> Move:
    by_hand = (
        session.starts_at != session.recurrence_id
        or session.ends_at - session.starts_at != series.ends_at - series.starts_at
    )
    if place is None or by_hand:
        return Move(session, place, session.starts_at, session.ends_at)
    return Move(session, place, place, place + lasts)


def carry_out(work: Work, change: SeriesChange, *, reason: str = "") -> Series:
    """Do what :func:`plan` showed; gives the series that goes on.

    Args:
        reason: that those read whose session is called off; needed if someone is.

    Raises:
        InvalidInput: without a reason where one is needed.
        Stale: if it was changed in the meantime.
    """
    if any(one.state == "published" for one in change.dropped) and not reason.strip():
        raise InvalidInput(
            "reason",
            N_("Sessions that were announced would be called off, and no reason is given."),
            N_("Write why: everyone who registered reads it."),
        )
    for one in change.dropped:
        if one.state == "draft":
            service.discard(work, one)
        else:
            service.cancel(work, one, reason=reason)
    going = [one for one in change.moves if one.place is not None]
    series = _same(work, change) if change.is_whole else _new(work, change, going)
    # All leave their places before one takes its new one: two may swap.
    work.db.flush()
    places = {one.session.id: one.session.recurrence_id for one in going}
    work.db.execute(
        update(Session)
        .where(Session.id.in_(list(places)))
        .values(recurrence_id=None)
        .execution_options(synchronize_session=False)
    )
    for move in going:
        _go(work, series, move)
    every.extend(work, series)
    if any(one.session.state == "published" for one in going):
        reshape(work, series.uid)
    return series


def _same(work: Work, change: SeriesChange) -> Series:
    edit(work, change.series, "change", details={"rule": str(change.rule)}, **_shape(change))
    return change.series


def _new(work: Work, change: SeriesChange, going: list[Move]) -> Series:
    old = change.series
    since = min(one.session.recurrence_id for one in change.moves if one.session.recurrence_id is not None)
    was_announced = old.is_announced
    every.stop(work, old, since)
    if old.shown_at is not None:
        reshape(work, old.uid)
    times = {"starts_at": change.starts_at, "ends_at": change.ends_at, "timezone": old.timezone}
    return every.found(
        work,
        old.programme,
        change.rule,
        times,
        skip_holidays=change.skip_holidays,
        template=dict(old.template),
        is_announced=was_announced,
    )


def _shape(change: SeriesChange) -> dict[str, Any]:
    return {
        "rule": str(change.rule),
        "starts_at": change.starts_at,
        "ends_at": change.ends_at,
        "skip_holidays": change.skip_holidays,
        "made_until": None,
        "extend_at": None,
    }


def _go(work: Work, series: Series, move: Move) -> None:
    """One session goes along; whoever has it in their calendar keeps it under the name that it has there."""
    session = move.session
    told: dict[str, Any] = {}
    if session.state == "published" and not session.told_uid:
        told = {"told_uid": session.series_uid, "told_recurrence_id": session.recurrence_id}
    edit(
        work,
        session,
        "go_along",
        details={"series": series.id},
        series_uid=series.uid,
        recurrence_id=move.place,
        recurrence={"rrule": series.rule},
        **told,
    )
    if move.is_moved:
        by = move.starts_at - session.starts_at
        window = {
            name: getattr(session, name) + by
            for name in ("registration_opens_at", "registration_closes_at")
            if getattr(session, name) is not None
        }
        service.update(work, session, starts_at=move.starts_at, ends_at=move.ends_at, **window)
