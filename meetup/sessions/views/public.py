"""The front page, the list of sessions, and one session for everyone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request

from meetup.domain.faults import plain
from meetup.registrations.queries import waiting_seats
from meetup.sessions import queries
from meetup.sessions.calendars import description, place
from meetup.sessions.models import Session
from meetup.sessions.views.base import bp, draw, mark, marks, moment, turn_with
from meetup.web.current import current_work, link
from meetup.web.guards import allow, require
from meetup.web.keeping import kept, turns_at
from meetup.web.paging import paged, unpack
from meetup.work import Work

_PER_PAGE = 20


@allow("public")
def home() -> Any:
    """The front page: the next session, how the chain works, what was answered, and the programmes' basis."""
    work = current_work()
    sessions = queries.next_public(work)
    first = sessions[0] if sessions else None
    return draw(
        "home.html",
        next_session=first,
        registration=mark(work, first) if first else "",
        waiting=waiting_seats(work, [first.id]).get(first.id, 0) if first else 0,
        sessions=sessions[1:],
        marks=marks(work, sessions),
        programmes=queries.programmes(work),
    )


@bp.get("/sessions/")
@allow("public")
@kept
def index() -> Any:
    """The sessions to come, or those that are over."""
    work = current_work()
    past = request.args.get("when") == "past"
    programme = plain(request.args.get("programme"), 80)
    after = unpack(request.args.get("after", ""), moment, int)
    find = queries.over if past else queries.coming
    rows = find(work, programme=programme, after=after, limit=_PER_PAGE)
    found = paged(rows, _PER_PAGE, lambda one: (one.starts_at.isoformat(), one.id))
    if past:
        # A session gets onto this page by the clock alone, and which is the next no row of it says.
        turns_at(work.now)
    turn_with(found.items)
    carried = {"when": "past" if past else None, "programme": programme or None}
    return draw(
        "index.html",
        sessions=found.items,
        next_url=link("sessions.index", after=found.next, **carried) if found.next else "",
        first_url=link("sessions.index", **carried) if after else "",
        past=past,
        programme=programme,
        programmes=queries.programmes(work),
        marks=marks(work, found.items),
        waiting=waiting_seats(work, [one.id for one in found.items]),
    )


@bp.get("/sessions/<slug>")
@allow("public", of="session.read")
@kept
def show(slug: str) -> Any:
    """One session: every fact, where registration stands, and the ways into a calendar."""
    work = current_work()
    session = queries.by_slug(work, slug)
    require("session.read", session)
    turn_with([session])
    return draw(
        "show.html",
        session=session,
        programme=session.programme,
        mark=mark(work, session),
        waiting=waiting_seats(work, [session.id]).get(session.id, 0),
        calendars=calendar_links(work, session) if session.state == "published" else [],
    )


def calendar_links(work: Work, session: Session) -> list[tuple[str, str]]:
    """(name, address) of the ways to put the session into a calendar."""
    url = work.mount.url("sessions.show", slug=session.slug)
    words = description(work, session, url)
    where = place(session.venue, session.online_url)
    start, end = session.starts_at, session.ends_at
    google = {
        "action": "TEMPLATE",
        "text": session.title,
        "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "ctz": session.timezone,
        "details": words,
        "location": where,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": session.title,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "body": words,
        "location": where,
    }
    return [
        ("Google", f"https://calendar.google.com/calendar/render?{urlencode(google)}"),
        ("Outlook", f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}"),
        ("Apple", link("sessions.calendar", slug=session.slug)),
    ]
