"""A series as calendars know it: one UID, a master with its exceptions, and what differs from it (rules B2, B3, B7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from meetup.domain.cards import SessionCard
from meetup.domain.feeds import event_bytes
from meetup.domain.ics import years_of
from meetup.domain.recurrence import MOST
from meetup.domain.series import expand
from meetup.sessions.calendars import Part, card, organizer
from meetup.sessions.models import Series, Session
from meetup.work import Work

# What shows in a calendar's entry besides its times: an occurrence that differs in it is a component of its own.
_SHOWN = ("title", "topic", "description", "venue", "online_url", "chair", "chair_role")


def cards(work: Work, series: Series, sessions: Sequence[Session], *, from_first: bool = False) -> list[SessionCard]:
    """The master and the occurrences that differ from it, in the present language.

    The rule ends with the last session that there is, and what is no session before that is an
    EXDATE: whoever expands it finds what our pages show, and nothing else (rule B7).

    Args:
        series: the series.
        sessions: its sessions that may be seen, in the order of the rule, those called off among them.
        from_first: begin with the first of them and end with the last: for one person who is invited to these.
    """
    shown = [one for one in sessions if one.state != "cancelled"]
    listed = shown or list(sessions)
    if not listed:
        return []
    last = _rid(listed[-1])
    rule = series.rrule
    zone = series.timezone
    if expand(rule, series.starts_at, zone, until=datetime.max.replace(tzinfo=last.tzinfo), after=last, limit=1):
        rule = rule.ending(until=last)
    begins = series.starts_at
    if from_first:
        begins, rule = _rid(listed[0]), rule.ending(until=last)
    there = {_rid(one) for one in listed}
    starts = expand(rule, begins, zone, until=last, limit=MOST * 10)
    master = replace(
        card(work, _model(series), url=work.mount.url("sessions.index")),
        rrule=str(rule),
        starts_at=begins,
        ends_at=begins + (series.ends_at - series.starts_at),
        exdates=tuple(one for one in starts if one not in there),
        status="CONFIRMED" if shown else "CANCELLED",
    )
    return [master, *(_override(work, series, one) for one in shown if _differs(series, one))]


def part(work: Work, series: Series, sessions: Sequence[Session], locale: str) -> Part:
    """The series as feeds show it, made once for a version of it and of its sessions (rule E6).

    Args:
        series: the series.
        sessions: as :func:`cards` takes them.
        locale: the present language.
    """
    versions = tuple((one.id, one.version, one.sequence) for one in sessions)
    key = ("series", series.id, series.version, series.programme.version, versions, locale)

    def make() -> Part:
        found = cards(work, series, sessions)
        return b"".join(event_bytes(one, organizer(work, series)) for one in found), years_of(found)

    return work.mount.kept_parts.get(key, make)


def _override(work: Work, series: Series, session: Session) -> SessionCard:
    # In people's own calendars it may still go by a former series.
    return replace(card(work, session), uid=series.uid, recurrence_id=_rid(session))


def _rid(session: Session) -> datetime:
    if session.recurrence_id is None:
        raise ValueError("an occurrence has its place in the series")
    return session.recurrence_id


def _differs(series: Series, session: Session) -> bool:
    times = (session.starts_at, session.ends_at, session.timezone)
    by_rule = (_rid(session), _rid(session) + (series.ends_at - series.starts_at), series.timezone)
    return times != by_rule or any(getattr(session, name) != series.template.get(name, "") for name in _SHOWN)


def _model(series: Series) -> Session:
    """The occurrence that the series makes, as no row of the database."""
    words: dict[str, Any] = {name: series.template.get(name, "") for name in _SHOWN}
    found = Session(
        **words,
        uid=series.uid,
        series_uid=series.uid,
        sequence=series.sequence,
        starts_at=series.starts_at,
        ends_at=series.ends_at,
        timezone=series.timezone,
        state="published",
        created_at=series.created_at,
        changed_at=series.changed_at,
        is_private=False,
    )
    set_committed_value(found, "programme", series.programme)
    return found
