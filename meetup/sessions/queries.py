"""Reading sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from meetup.domain.faults import plain
from meetup.errors import NotFound
from meetup.programmes.models import Programme
from meetup.sessions.models import Series, Session
from meetup.work import Work

#: How long a feed still tells of a session that was called off (rule E2).
CANCELLED_FOR = timedelta(days=30)
#: How far back the feed of all sessions goes.
FEED_PAST = timedelta(days=180)
#: How many sessions a feed holds at most.
FEED_MOST = 1_000


def whole(work: Work, programme: str = "") -> Select[Any]:
    """Sessions with their programmes; of the mount's one programme, if it has one."""
    query = select(Session).options(joinedload(Session.programme))
    wanted = work.settings.programme or plain(programme)
    return query.join(Programme).where(Programme.slug == wanted) if wanted else query


def by_slug(work: Work, slug: str) -> Session:
    """The session at this address.

    Raises:
        NotFound: if there is none.
    """
    found = work.db.scalar(whole(work).where(Session.slug == plain(slug)))
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def coming(
    work: Work, *, programme: str = "", after: tuple[datetime, int] | None = None, limit: int = 20
) -> Sequence[Session]:
    """Public sessions that are not over, the next one first; one more than `limit` if there are more.

    Args:
        after: (start, key) of the last one seen.
    """
    query = whole(work, programme).where(
        Session.state != "draft", Session.is_private.is_(False), Session.ends_at > work.now
    )
    if after:
        query = query.where(
            or_(Session.starts_at > after[0], and_(Session.starts_at == after[0], Session.id > after[1]))
        )
    return work.db.scalars(query.order_by(Session.starts_at, Session.id).limit(limit + 1)).all()


def over(
    work: Work, *, programme: str = "", after: tuple[datetime, int] | None = None, limit: int = 20
) -> Sequence[Session]:
    """Public sessions that are over, the latest first; one more than `limit` if there are more."""
    query = whole(work, programme).where(
        Session.state != "draft", Session.is_private.is_(False), Session.ends_at <= work.now
    )
    if after:
        query = query.where(
            or_(Session.starts_at < after[0], and_(Session.starts_at == after[0], Session.id < after[1]))
        )
    return work.db.scalars(query.order_by(Session.starts_at.desc(), Session.id.desc()).limit(limit + 1)).all()


def next_public(work: Work, limit: int = 4, *, programme: str = "") -> Sequence[Session]:
    """The next public sessions that take place."""
    query = whole(work, programme).where(
        Session.state == "published", Session.is_private.is_(False), Session.ends_at > work.now
    )
    return work.db.scalars(query.order_by(Session.starts_at, Session.id).limit(limit)).all()


def reported(work: Work, limit: int, *, programme: str = "") -> Sequence[Session]:
    """The last public sessions of which it was told what came of them."""
    query = whole(work, programme).where(Session.state == "reported", Session.is_private.is_(False))
    return work.db.scalars(query.order_by(Session.starts_at.desc(), Session.id.desc()).limit(limit)).all()


def in_feed(work: Work, programme: str = "") -> Sequence[Session]:
    """What the public feed holds: announced and held sessions, and for a while those that were called off."""
    return work.db.scalars(_in_order(whole(work, programme).where(*_public(work)))).all()


def in_desk_feed(work: Work) -> Sequence[Session]:
    """What the organisers' feed holds: the same, and drafts and sessions by invitation."""
    return work.db.scalars(_in_order(whole(work).where(*_recent(work)))).all()


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(Session.starts_at, Session.id).limit(FEED_MOST)


def _recent(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (
        Session.starts_at > work.now - FEED_PAST,
        or_(Session.state != "cancelled", Session.cancelled_at > work.now - CANCELLED_FOR),
    )


def _public(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (*_recent(work), Session.is_private.is_(False), Session.state != "draft")


def feed_print(work: Work, programme: str = "", *, desk: bool = False) -> tuple[str, datetime | None]:
    """What changes whenever a feed's sessions do, and when the newest change was; without loading one of them.

    A session that comes or changes has a newer version and the newest change; one that goes takes its key away.
    """
    wanted = work.settings.programme or ("" if desk else plain(programme))
    query: Any = select(
        Session.id, Session.version, Session.sequence, Session.changed_at, Programme.version.label("of_programme")
    ).join(Programme)
    query = query.where(*(_recent(work) if desk else _public(work)))
    rows = _in_order(query.where(Programme.slug == wanted) if wanted else query).subquery()
    row = work.db.execute(
        select(
            func.max(rows.c.changed_at),
            func.count(),
            func.sum(rows.c.id),
            func.sum(rows.c.version),
            func.sum(rows.c.id * rows.c.version),
            func.sum(rows.c.sequence),
            func.sum(rows.c.of_programme),
        )
    ).one()
    # A series is one entry with all its sessions, those of years ago among them.
    repeated = select(func.max(Session.changed_at), func.count(), func.sum(Session.id * Session.version))
    shown = select(func.max(Series.changed_at), func.count(), func.sum(Series.id * Series.version))
    of_series = (
        *work.db.execute(repeated.where(Session.series_uid != "")).one(),
        *work.db.execute(shown.where(Series.shown_at.is_not(None))).one(),
    )
    newest = max((at for at in (row[0], of_series[0], of_series[3]) if at is not None), default=None)
    return ",".join(str(value) for value in (*row, *of_series)), newest


def series_in_feed(work: Work, sessions: Iterable[Session]) -> list[tuple[Series, list[Session]]]:
    """The series that `sessions` of a feed belong to, each with all its public occurrences in their order."""
    uids = sorted({one.series_uid for one in sessions if one.series_uid})
    if not uids:
        return []
    query = select(Series).where(Series.uid.in_(uids)).options(joinedload(Series.programme)).order_by(Series.id)
    parts: dict[str, list[Session]] = {}
    rows = whole(work).where(Session.series_uid.in_(uids), Session.state != "draft", Session.is_private.is_(False))
    for row in work.db.scalars(rows.order_by(Session.recurrence_id)):
        parts.setdefault(row.series_uid, []).append(row)
    return [(one, parts.get(one.uid, [])) for one in work.db.scalars(query)]


def on_desk(
    work: Work, *, states: Sequence[str] = (), programme: str = "", after: int = 0, limit: int = 30
) -> Sequence[Session]:
    """Every session for the staff, the newest first; one more than `limit` if there are more.

    Args:
        after: the key of the last one seen.
    """
    query = whole(work, programme)
    if states:
        query = query.where(Session.state.in_(states))
    if after:
        query = query.where(Session.id < after)
    return work.db.scalars(query.order_by(Session.id.desc()).limit(limit + 1)).all()


def between(work: Work, start: datetime, end: datetime, limit: int = 200) -> Sequence[Session]:
    """The sessions, drafts too, that begin from `start` on and before `end` (both aware), in order."""
    query = whole(work).where(Session.starts_at >= start, Session.starts_at < end)
    return work.db.scalars(query.order_by(Session.starts_at, Session.id).limit(limit)).all()


def to_prepare(work: Work, limit: int = 5) -> Sequence[Session]:
    """What the organiser has before them: drafts and announced sessions that are not over, the next first."""
    query = whole(work).where(
        or_(
            and_(Session.state.in_(("draft", "published")), Session.ends_at > work.now - timedelta(days=14)),
            Session.state == "held",
        )
    )
    return work.db.scalars(query.order_by(Session.starts_at, Session.id).limit(limit)).all()


def programmes(work: Work) -> Sequence[Programme]:
    """The programmes of this mount."""
    query = select(Programme).order_by(Programme.id)
    if work.settings.programme:
        query = query.where(Programme.slug == work.settings.programme)
    return work.db.scalars(query).all()
