"""What can be done with a session, one function an arrow. Commits nothing; asks no rights."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import set_committed_value

from meetup.domain.faults import Faults
from meetup.domain.text import slug as make_slug
from meetup.errors import N_, InvalidInput, WrongState
from meetup.programmes.models import Programme
from meetup.programmes.service import next_number, rule
from meetup.sessions.checks import checked
from meetup.sessions.editing import free_slug, lock, reshape, update
from meetup.sessions.models import Series, Session
from meetup.work import Work, change, create


def draft(
    work: Work,
    *,
    programme: Programme,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    timezone: str = "",
    topic: str = "",
    description: str = "",
    venue: str = "",
    online_url: str = "",
    capacity: int | None = None,
    seats_per_enterprise: int = 2,
    registration_opens_at: datetime | None = None,
    registration_closes_at: datetime | None = None,
    chair: str = "",
    chair_role: str = "",
    delegate: str = "",
    delegate_role: str = "",
    secretary: str = "",
    is_private: bool = False,
    series: Series | None = None,
    recurrence_id: datetime | None = None,
) -> Session:
    """Begin a session; nobody but the staff sees it yet.

    Args:
        programme: and what follows: its facts; times are aware.
        series: of which it is an occurrence; :mod:`meetup.sessions.series` makes these.
        recurrence_id: when it begins by the rule of the series, aware.

    Raises:
        InvalidInput: with every fault.
    """
    values = checked(
        {
            "title": title,
            "topic": topic,
            "description": description,
            "venue": venue,
            "online_url": online_url,
            "capacity": rule(programme, work.settings, "seats") if capacity is None else capacity,
            "seats_per_enterprise": seats_per_enterprise,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "timezone": timezone or programme.timezone,
            "registration_opens_at": registration_opens_at,
            "registration_closes_at": registration_closes_at,
            "chair": chair,
            "chair_role": chair_role,
            "delegate": delegate,
            "delegate_role": delegate_role,
            "secretary": secretary,
            "is_private": is_private,
        },
        zone=work.settings.timezone,
    )
    session = Session(
        **values,
        programme_id=programme.id,
        recurrence={"rrule": series.rule} if series else None,
        series_uid=series.uid if series else "",
        recurrence_id=recurrence_id,
        slug=free_slug(work, _address(values["topic"] or values["title"], _likely_number(work, programme))),
        uid=str(uuid.uuid4()),
        sequence=0,
        seats_taken=0,
    )
    set_committed_value(session, "programme", programme)
    create(work, session, "draft")
    return session


def publish(work: Work, session: Session) -> Session:
    """Show a session to everyone, with its number and its lasting address.

    Raises:
        WrongState, Stale, Refused.
        InvalidInput: if it lies in the past.
    """
    session.MACHINE.next(session.state, "publish")
    if session.starts_at <= work.now:
        raise InvalidInput("starts_at", N_("The start is in the past."), N_("Give a time that is yet to come."))
    programme = work.get(Programme, session.programme_id)
    number = session.number or next_number(work, programme)
    # The draft's address foresaw the number; only if another session was faster does it change now.
    kept = session.slug == f"ky-{number}" or session.slug.startswith(f"ky-{number}-")
    slug = session.slug if kept else free_slug(work, _address(session.topic or session.title, number), session)
    change(work, session, "publish", details={"number": number}, number=number, slug=slug, published_at=work.now)
    reshape(work, session.series_uid)
    return session


def cancel(work: Work, session: Session, *, reason: str) -> Session:
    """Call a session off; everyone who registered is told.

    Raises:
        WrongState, Stale, Refused.
        InvalidInput: without a reason.
    """
    faults = Faults()
    words = faults.text("reason", reason, 2_000, required=True, multiline=True)
    faults.stop()
    change(
        work,
        session,
        "cancel",
        details={"reason": words},
        cancel_reason=words,
        cancelled_at=work.now,
        sequence=session.sequence + 1,
    )
    reshape(work, session.series_uid)
    return session


def discard(work: Work, session: Session) -> None:
    """Take a draft away; nobody but the staff ever saw it.

    Raises:
        WrongState: if it was published.
    """
    if session.state != "draft":
        raise WrongState("session", session.state, "discard", session.MACHINE.possible(session.state))
    work.log("session.discard", session, before="draft")
    work.db.delete(session)
    work.db.flush()


def hold(work: Work, session: Session) -> Session:
    """The session takes place.

    Raises:
        WrongState, Stale, Refused.
    """
    change(work, session, "hold", held_at=work.now)
    return session


def report(work: Work, session: Session, *, conclusion_number: str = "", summary: str = "") -> Session:
    """The conclusion notice is out: its number, and the summary that everyone may read.

    Raises:
        WrongState, Stale, Refused.
        InvalidInput: with every fault.
    """
    faults = Faults()
    number = faults.text("conclusion_number", conclusion_number, 60)
    words = faults.text("summary", summary, 20_000, multiline=True)
    faults.stop()
    change(
        work,
        session,
        "report",
        details={"conclusion_number": number},
        conclusion_number=number or session.conclusion_number,
        summary=words or session.summary,
        reported_at=work.now,
    )
    return session


def copy(work: Work, session: Session, *, starts_at: datetime) -> Session:
    """A new draft like `session` at another time; by the wall clock it lasts and opens as that one did.

    Raises:
        InvalidInput: with every fault.
    """
    zone = ZoneInfo(session.timezone)
    shift = starts_at.astimezone(zone).replace(tzinfo=None) - session.starts_at.astimezone(zone).replace(tzinfo=None)

    def moved(moment: datetime | None) -> datetime | None:
        return None if moment is None else (moment.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone)

    return draft(
        work,
        programme=work.get(Programme, session.programme_id),
        title=session.title,
        starts_at=starts_at,
        ends_at=cast("datetime", moved(session.ends_at)),
        timezone=session.timezone,
        topic=session.topic,
        description=session.description,
        venue=session.venue,
        online_url=session.online_url,
        capacity=session.capacity,
        seats_per_enterprise=session.seats_per_enterprise,
        registration_opens_at=moved(session.registration_opens_at),
        registration_closes_at=moved(session.registration_closes_at),
        chair=session.chair,
        chair_role=session.chair_role,
        secretary=session.secretary,
        is_private=session.is_private,
    )


def _address(words: str, number: int) -> str:
    """``ky-34-giao-thong-logistics``."""
    start = f"ky-{number}"
    bare = make_slug(words, 90)
    return bare if bare == start or bare.startswith(f"{start}-") else f"{start}-{bare}"


def _likely_number(work: Work, programme: Programme) -> int:
    """The number that a new draft will get, if drafts are published in their order."""
    last = work.db.scalar(select(Programme.last_number).where(Programme.id == programme.id)) or 0
    drafts = work.db.scalar(
        select(func.count())
        .select_from(Session)
        .where(Session.programme_id == programme.id, Session.state == "draft", Session.number.is_(None))
    )
    return last + int(drafts or 0) + 1


__all__ = ["cancel", "copy", "discard", "draft", "free_slug", "hold", "lock", "publish", "report", "update"]
