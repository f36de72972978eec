"""Calendar files and the public feed: strong tags, dates, 304 without rendering, gzip (rules E1, E2)."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from meetup.domain.faults import plain
from meetup.sessions import queries
from meetup.sessions.calendars import download, public_feed
from meetup.sessions.models import Session
from meetup.sessions.recurring import cards
from meetup.sessions.views.base import bp
from meetup.web.current import current_mount, current_work
from meetup.web.guards import allow, require
from meetup.web.i18n import in_locale

#: Raised when the bytes change though no row did.
_FORMAT = "1"


def attachment(content: bytes, name: str) -> Response:
    """A calendar file to download."""
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def answer(
    tag: str,
    changed_at: datetime | None,
    render: Callable[[], bytes],
    *,
    name: str,
    private: bool = False,
    max_age: int = 300,
) -> Response:
    """A feed, or 304 without rendering it.

    Args:
        tag: changes whenever the bytes do.
        changed_at: of the newest change in it, aware; None: of nothing.
        render: makes the bytes.
        name: of the file, ASCII, without its ending.
        private: for secret links: kept by nobody but the reader, found by no search engine.
        max_age: seconds that it may be kept for.
    """
    packed = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    # Two byte strings, two strong tags.
    response = Response(content_type="text/calendar; charset=utf-8")
    response.set_etag(f"{tag}-gz" if packed else tag)
    if changed_at is not None:
        response.last_modified = changed_at
    response.headers["Cache-Control"] = f"{'private' if private else 'public'}, max-age={max_age}"
    response.vary.add("Accept-Encoding")
    if private:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.make_conditional(request)
    if response.status_code == 304:
        return response
    content = render()
    if packed:
        content = gzip.compress(content, 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(content)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response


def tag_of(*parts: Any) -> str:
    """A strong tag out of what the bytes hang on."""
    return hashlib.sha256("|".join(map(str, (_FORMAT, *parts))).encode()).hexdigest()[:32]


def _language() -> str:
    """The feed's language: as its address asks for, else the site's first; calendars name none of their own."""
    offered = current_mount().settings.locales
    asked = request.args.get("lang", "")
    return asked if asked in offered else str(offered[0])


def _versions(sessions: list[Session]) -> str:
    return ",".join(f"{one.id}:{one.version}:{one.sequence}:{one.programme.version}" for one in sessions)


@bp.get("/sessions/<slug>.ics")
@allow("public")
def calendar(slug: str) -> Response:
    """One session as a file for a calendar."""
    work = current_work()
    session = queries.by_slug(work, slug)
    require("session.read", session)
    locale = _language()

    def render() -> bytes:
        with in_locale(work.mount, locale):
            return download(work, session)

    tag = tag_of(work.settings.base_url, locale, _versions([session]))
    return answer(tag, session.changed_at.astimezone(UTC), render, name=session.slug)


@bp.get("/calendar.ics")
@allow("public")
def feed() -> Response:
    """Every public session as a feed to subscribe to; with ``?programme=``, of one programme."""
    work = current_work()
    programme = plain(request.args.get("programme"), 80)
    sessions = list(queries.in_feed(work, programme))
    recurring = queries.series_in_feed(work, sessions)
    locale = _language()
    source = work.mount.url("sessions.feed", **({"programme": programme} if programme else {}))

    def render() -> bytes:
        with in_locale(work.mount, locale):
            repeated = [one for series, parts in recurring for one in cards(work, series, parts)]
            return public_feed(work, sessions, source=source, series=repeated)

    series = [one for one, _ in recurring]
    newest = max([one.changed_at for one in sessions] + [one.changed_at for one in series], default=None)
    versions = _versions([*sessions, *(one for _, parts in recurring for one in parts)])
    tag = tag_of(source, locale, work.settings.site_name, versions, *(f"{one.id}:{one.version}" for one in series))
    return answer(tag, newest, render, name="sessions")
