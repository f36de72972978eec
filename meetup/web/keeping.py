"""Public pages that are drawn once and kept until something changes: nobody ever sees one that is not up to date.

The key of a kept page names the last entry of the activity log. Every change of
anything that a page shows adds an entry in the same transaction (``change``,
``create``, ``edit``, ``log``), so that the next request looks under another key. What
changes with the clock alone, the view says by :func:`turns_at`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import g, request, session
from sqlalchemy import select

from meetup.activity.models import ActivityHead
from meetup.kept import KeptPage
from meetup.web.current import current_actor, current_mount, current_work, reading_from
from meetup.web.guards import asked_for, note_asked
from meetup.web.i18n import locale_code

if TYPE_CHECKING:
    from meetup.mount import Mount

View = Callable[..., Any]
HEAD = select(ActivityHead.hash)
#: Where a request says which kept page answered it: the log's head, the endpoint, the page.
MARK = "meetup.kept_page"
#: Longer addresses are nobody's bookmark.
_LONGEST = 300


def kept(view: View) -> View:
    """Keep what `view` draws for the public; for the staff, and after a flashed message, it is drawn anew."""

    @wraps(view)
    def wrapper(**values: Any) -> Any:
        mount = current_mount()
        if not _may_keep(mount):
            return view(**values)
        head = reading_from().glance(HEAD)
        key = (request.full_path, request.script_root, locale_code(), head)
        found = mount.kept_pages.peek(key)
        if found is not None and is_true(found, mount.clock()):
            # It was asked when the page was drawn, of the same public and the same state of things.
            for action in asked_for(getattr(wrapper, "meetup_of", ()), ""):
                note_asked(action)
            _mark(head, found)
            return found.body
        drawn = view(**values)
        body, status = drawn if isinstance(drawn, tuple) else (drawn, 200)
        # What was read may be newer than the head that was asked for first; then it is not kept.
        if status == 200 and current_work().db.scalar(HEAD) == head:
            page = _page(body, current_work().now)
            mount.kept_pages.put(key, page)
            _mark(head, page)
        return drawn

    return wrapper


def turns_at(*moments: datetime | None) -> None:
    """Say at which instants the page that is being drawn will look different although nothing was changed."""
    g.setdefault("meetup_turns", []).extend(moment for moment in moments if moment is not None)


def _mark(head: str, page: KeptPage) -> None:
    request.environ[MARK] = (head, request.endpoint or "", page)


def _page(body: str, now: datetime) -> KeptPage:
    # At the very moment, which side of it the page shows, its own rule says: then it is true of no other instant.
    return KeptPage(body, now, min((one for one in g.get("meetup_turns", ()) if one >= now), default=None))


def is_true(page: KeptPage, now: datetime) -> bool:
    """Whether `page` is what would be drawn at `now`."""
    # Looked at from both sides: a clock may be set back.
    return page.since <= now and (page.until is None or now < page.until)


def _may_keep(mount: Mount) -> bool:
    return bool(
        mount.keeps_pages
        and request.method == "GET"
        and len(request.full_path) <= _LONGEST
        and "_flashes" not in session
        and current_actor().kind == "public"
    )
