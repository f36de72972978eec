"""Calendar files and feeds of sessions: the public's, and the organisers' behind a secret link (rules E1 to E3)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import Response, flash, redirect, request

from meetup import links
from meetup.domain.faults import plain
from meetup.sessions import queries
from meetup.sessions.calendars import desk_feed, download, public_feed
from meetup.sessions.recurring import part
from meetup.sessions.views.base import bp, draw
from meetup.web.behind import subject_behind
from meetup.web.calendars import answer, language, tag_of
from meetup.web.current import current_mount, current_work, link
from meetup.web.guards import allow, require
from meetup.web.i18n import _, in_locale

#: What the organisers' secret link is for, and whose it is: the desk's, not one person's.
DESK_FEED, DESK = "desk-feed", "desk:organize"


@bp.get("/sessions/<slug>.ics")
@allow("public", of="session.read")
def calendar(slug: str) -> Response:
    """One session as a file for a calendar."""
    work = current_work()
    session = queries.by_slug(work, slug)
    require("session.read", session)
    locale = language()

    def render() -> bytes:
        with in_locale(work.mount, locale):
            return download(work, session)

    tag = tag_of(
        work.settings.base_url, locale, session.id, session.version, session.sequence, session.programme.version
    )
    return answer(tag, session.changed_at.astimezone(UTC), render, name=session.slug)


@bp.get("/calendar.ics")
@allow("public")
def feed() -> Response:
    """Every public session as a feed to subscribe to; with ``?programme=``, of one programme."""
    work = current_work()
    programme = plain(request.args.get("programme"), 80)
    locale = language()
    source = work.mount.url("sessions.feed", **({"programme": programme} if programme else {}))

    def render() -> bytes:
        with in_locale(work.mount, locale):
            sessions = queries.in_feed(work, programme)
            repeated = [part(work, *one, locale) for one in queries.series_in_feed(work, sessions)]
            return public_feed(work, sessions, source=source, locale=locale, series=repeated)

    found, newest = queries.feed_print(work, programme)
    return answer(tag_of(source, locale, work.settings.site_name, found), newest, render, name="sessions")


@bp.get("/feeds/<token>/sessions.ics")
@allow("public", by=DESK_FEED)
def organizers_feed(token: str) -> Response:
    """Every session for the organisers' calendars: drafts and those by invitation too, marked as such."""
    work = current_work()
    subject_behind(DESK_FEED, token)
    locale = language()
    source = work.mount.url("sessions.organizers_feed", token=token)

    def render() -> bytes:
        with in_locale(work.mount, locale):
            return desk_feed(work, queries.in_desk_feed(work), source=source)

    found, newest = queries.feed_print(work, desk=True)
    tag = tag_of(source, locale, work.settings.site_name, found)
    return answer(tag, newest, render, name="sessions", private=True, max_age=900)


@bp.post("/organize/feed")
@allow("session.manage")
def make_feed() -> Any:
    """Make the organisers' secret link anew (an older one ends), and show it once."""
    work = current_work()
    links.revoke(work.db, DESK_FEED, DESK, work.now)
    token = work.token(DESK_FEED, DESK)
    work.log("desk.feed", DESK)
    work.commit()
    return draw("feed.html", url=current_mount().url("sessions.organizers_feed", token=token))


@bp.post("/organize/feed/revoke")
@allow("session.manage")
def revoke_feed() -> Any:
    """End the organisers' link: it answers like one that never was."""
    work = current_work()
    links.revoke(work.db, DESK_FEED, DESK, work.now)
    work.log("desk.feed_revoked", DESK)
    work.commit()
    flash(_("The calendar link is revoked."), "success")
    return redirect(link("sessions.organize"))
