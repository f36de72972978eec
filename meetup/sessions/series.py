"""Recurring sessions: starting a series, making its occurrences as the months go by, ending it.

An occurrence is a session like any other. One of them is moved by :func:`meetup.sessions.service.update`
and called off by :func:`meetup.sessions.service.cancel`; that the rule wanted it at another time stays in
its ``recurrence_id``, which calendars know it by (rules B2, B3). Commits nothing; asks no rights.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from meetup.departments.service import calendar
from meetup.domain.recurrence import MOST, Rule, parse_rule
from meetup.domain.series import check_clock, check_start, expand, without_holidays
from meetup.errors import N_, InvalidInput, WrongState
from meetup.programmes.models import Programme
from meetup.sessions import service
from meetup.sessions.checks import checked
from meetup.sessions.models import Series, Session
from meetup.work import Work, change, create, edit

#: What an occurrence takes over from its series, besides its times.
TEMPLATE = (
    "title",
    "topic",
    "description",
    "venue",
    "online_url",
    "capacity",
    "seats_per_enterprise",
    "chair",
    "chair_role",
    "delegate",
    "delegate_role",
    "secretary",
    "is_private",
)
#: When registration opens and closes: minutes before the start, by the clocks on the wall.
_WINDOW = {"registration_opens_at": "opens_before", "registration_closes_at": "closes_before"}
#: So many occurrences are made at a time; the worker makes the others within the horizon.
AT_ONCE = 60
# So many series are looked after in one turn of the worker.
_PER_TURN = 5


def start(
    work: Work,
    *,
    programme: Programme,
    rule: str,
    starts_at: datetime,
    ends_at: datetime,
    timezone: str = "",
    skip_holidays: bool = False,
    registration_opens_at: datetime | None = None,
    registration_closes_at: datetime | None = None,
    **values: Any,
) -> Session:
    """Begin a series: its occurrences within the horizon become drafts; gives the first one.

    Args:
        programme: of all its sessions.
        rule: RRULE, such as ``FREQ=MONTHLY;BYDAY=3FR`` (RFC 5545 §3.3.10).
        starts_at: of the first occurrence, aware; it falls on a day of the rule.
        ends_at: of the first occurrence, aware.
        timezone: whose clocks it goes by; the programme's by default.
        skip_holidays: leave out what falls on a public holiday (rule B3).
        registration_opens_at: of the first occurrence, aware; the others open as long before their start.
        registration_closes_at: likewise.
        values: what else :func:`meetup.sessions.service.draft` takes.

    Raises:
        InvalidInput: with every fault.
    """
    times = checked({"starts_at": starts_at, "ends_at": ends_at, "timezone": timezone or programme.timezone},
                    zone=work.settings.timezone)  # fmt: skip
    zone = times["timezone"]
    parsed = rule_for(work, rule, times["starts_at"], times["ends_at"], zone, skip_holidays=skip_holidays)
    given = {name: value for name, value in values.items() if name in TEMPLATE and value is not None}
    template = checked(given, zone=zone)
    unknown = values.keys() - set(TEMPLATE)
    if unknown:
        raise TypeError(f"a series has no {sorted(unknown)}")
    template |= window(zone, starts_at, registration_opens_at, registration_closes_at)
    series = found(work, programme, parsed, times, skip_holidays=skip_holidays, template=template)
    return extend(work, series)[0]


def rule_for(work: Work, rule: str, starts_at: datetime, ends_at: datetime, zone: str, *, skip_holidays: bool) -> Rule:
    """`rule` checked against the first occurrence.

    Raises:
        InvalidInput: if that is on no day of it, or on a public holiday that is left out, or at an hour at which
            clocks change.
    """
    parsed = parse_rule(rule)
    check_start(parsed, starts_at, zone)
    check_clock(parsed, starts_at, ends_at, zone)
    if skip_holidays and not without_holidays([starts_at], zone, calendar(work))[0]:
        raise InvalidInput(
            "starts_at",
            N_("The first session is on a public holiday."),
            N_("Begin on another day, or do not leave out public holidays."),
        )
    return parsed


def found(
    work: Work,
    programme: Programme,
    rule: Rule,
    times: Mapping[str, Any],
    *,
    skip_holidays: bool,
    template: dict[str, Any],
    is_announced: bool = False,
) -> Series:
    """A series without occurrences yet, with a UID of its own."""
    series = Series(
        programme_id=programme.id,
        uid=str(uuid.uuid4()),
        rule=str(rule),
        starts_at=times["starts_at"],
        ends_at=times["ends_at"],
        timezone=times["timezone"],
        skip_holidays=skip_holidays,
        template=template,
        sequence=0,
        is_announced=is_announced,
    )
    set_committed_value(series, "programme", programme)
    create(work, series, "start", details={"rule": series.rule})
    return series


def window(
    zone: str, starts_at: datetime, opens_at: datetime | None, closes_at: datetime | None
) -> dict[str, int | None]:
    """How long before the start registration opens and closes, for a template."""
    place = ZoneInfo(zone)

    def before(moment: datetime | None) -> int | None:
        if moment is None:
            return None
        wall = starts_at.astimezone(place).replace(tzinfo=None) - moment.astimezone(place).replace(tzinfo=None)
        return int(wall.total_seconds() // 60)

    return {"opens_before": before(opens_at), "closes_before": before(closes_at)}


def times_of(series: Series, start_at: datetime) -> dict[str, datetime | None]:
    """The times of the occurrence that begins at `start_at` (aware), by the series."""
    place = ZoneInfo(series.timezone)
    wall = start_at.astimezone(place).replace(tzinfo=None)
    times: dict[str, datetime | None] = {
        "starts_at": start_at,
        "ends_at": start_at + (series.ends_at - series.starts_at),
    }
    for name, key in _WINDOW.items():
        minutes = series.template.get(key)
        times[name] = None if minutes is None else (wall - timedelta(minutes=minutes)).replace(tzinfo=place)
    return times


def extend(work: Work, series: Series) -> list[Session]:
    """Make the occurrences that have come within the horizon; those made already stay as they are.

    Raises:
        Stale: if somebody else does it at this moment.
    """
    work.db.flush()
    # Two workers that extend one series do it one after the other.
    work.db.execute(select(Series.id).where(Series.id == series.id).with_for_update())
    work.db.refresh(series, ["version", "state", "made_until", "extend_at"])
    if series.state != "running":
        return []
    starts = expand(
        series.rrule, series.starts_at, series.timezone, until=horizon(work), after=series.made_until, limit=AT_ONCE
    )
    first = series.made_until is None
    known = set(work.db.scalars(select(Session.recurrence_id).where(Session.series_uid == series.uid)))
    wanted = without_holidays(starts, series.timezone, calendar(work))[0] if series.skip_holidays else starts
    programme = work.get(Programme, series.programme_id)
    template = {name: value for name, value in series.template.items() if name in TEMPLATE}
    made = []
    for one in wanted:
        # After an outage of months nothing is made for days that are over.
        if one in known or (one <= work.now and not first):
            continue
        times: Any = times_of(series, one)
        session = service.draft(
            work, programme=programme, series=series, recurrence_id=one, timezone=series.timezone, **times, **template
        )
        if series.is_announced and one > work.now:
            service.publish(work, session)
        made.append(session)
    until = starts[-1] if starts else series.made_until
    edit(work, series, "extend", details={"made": len(made)}, made_until=until, extend_at=_next(work, series, until))
    return made


def horizon(work: Work) -> datetime:
    """Until when occurrences are made (rule B1)."""
    until: datetime = work.now + relativedelta(months=work.settings.series_months)
    return until


def _next(work: Work, series: Series, until: datetime | None) -> datetime | None:
    """When the first occurrence after `until` comes within the horizon; None: there is none."""
    after = until or series.starts_at - timedelta(seconds=1)
    # A day that comes once in four years, or in eight about the year 2100.
    later = expand(
        series.rrule, series.starts_at, series.timezone, until=after + timedelta(days=9 * 366), after=after, limit=1
    )
    return later[0] - relativedelta(months=work.settings.series_months) if later else None


def extend_due(work: Work) -> int:
    """Extend the series whose next occurrence has come within the horizon; gives how many sessions were made."""
    rows = work.db.scalars(
        select(Series)
        .where(Series.state == "running", Series.extend_at <= work.now)
        .order_by(Series.extend_at)
        .limit(_PER_TURN)
    ).all()
    return sum(len(extend(work, series)) for series in rows)


def announce(work: Work, series: Series) -> list[Session]:
    """Publish the occurrences to come, in their order; those made later are published at once.

    Raises:
        WrongState: if it has ended.
        InvalidInput: if there is nothing to publish.
    """
    if series.state != "running":
        raise WrongState("series", series.state, "announce", series.MACHINE.possible(series.state))
    drafts = [one for one in occurrences(work, series) if one.state == "draft" and one.starts_at > work.now]
    if not drafts and series.is_announced:
        raise InvalidInput("series", N_("All sessions to come are published already."), "")
    edit(work, series, "announce", is_announced=True)
    for one in drafts:
        service.publish(work, one)
    return drafts


def end(work: Work, series: Series, *, reason: str, since: datetime | None = None) -> list[Session]:
    """End a series: what is to come is called off, whoever registered is told, and no more is made.

    Args:
        reason: that everyone who registered reads.
        since: the RECURRENCE-ID of the first occurrence to go, aware; now by default.

    Raises:
        WrongState: if it has ended.
        InvalidInput: without a reason.
    """
    series.MACHINE.next(series.state, "end")
    last = since or work.now
    gone = [
        one
        for one in occurrences(work, series)
        if one.state in {"draft", "published"}
        and one.starts_at > work.now
        and one.recurrence_id is not None
        and one.recurrence_id >= last
    ]
    for one in gone:
        if one.state == "draft":
            service.discard(work, one)
        else:
            service.cancel(work, one, reason=reason)
    stop(work, series, last)
    return gone


def stop(work: Work, series: Series, since: datetime) -> None:
    """The arrow ``end``: the rule ends just before `since` (aware)."""
    rule = series.rrule
    shorter = rule if rule.until is not None and rule.until < since else rule.before(since)
    change(work, series, "end", rule=str(shorter), extend_at=None, is_announced=False)


def of(work: Work, session: Session) -> Series | None:
    """The series that `session` is an occurrence of."""
    if not session.series_uid:
        return None
    found: Series | None = work.db.scalars(select(Series).where(Series.uid == session.series_uid)).one_or_none()
    return found


def occurrences(
    work: Work, series: Series, *, since: datetime | None = None, limit: int = MOST * 10
) -> Sequence[Session]:
    """The sessions of `series` in the order of its rule.

    Args:
        since: only those that the rule puts at this instant or later, aware.
        limit: at most so many.
    """
    query = select(Session).where(Session.series_uid == series.uid)
    if since is not None:
        query = query.where(Session.recurrence_id >= since)
    rows = work.db.scalars(query.order_by(Session.recurrence_id).limit(limit)).all()
    for row in rows:
        set_committed_value(row, "programme", work.get(Programme, series.programme_id))
    return rows
