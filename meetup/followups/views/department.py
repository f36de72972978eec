"""A department's desk: its queue by due date, what others want to pass on to it, and its feed."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup import links
from meetup.access import LEADER, ORGANIZER
from meetup.departments.models import Department
from meetup.errors import NotAllowed, NotFound
from meetup.filters.views import saved
from meetup.followups import drafting, queries
from meetup.followups.handling import is_head
from meetup.followups.views.base import bp, choices, draw, scope_of_request, today, with_days
from meetup.web.current import current_actor, current_mount, current_work, link
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.paging import paged, unpack
from meetup.work import Work

FEED = "feed"


@bp.get("/department/")
@allow("desk.department")
def department() -> Any:
    """The queue of a department; of all, for organiser and leader."""
    work, actor = current_work(), current_actor()
    scope, own = scope_of_request(work)
    chosen = request.args.get("view", "open")
    view = chosen if chosen in queries.VIEWS else "open"
    if own is None and view == "coordinating":
        view = "open"
    passed_on = 2 if request.args.get("passed_on") else 1 if request.args.get("moved") else 0
    mark = unpack(request.args.get("after", ""), date.fromisoformat, int)
    after = (mark[0], mark[1]) if mark else None
    rows = queries.queue(work.db, scope, view, today(), after=after, transfers=passed_on)
    shown = paged(rows, queries.PAGE, lambda row: (row.due_on, row.id))
    wide = actor.has(ORGANIZER, LEADER)
    here = {"view": view, "passed_on": 1 if passed_on == 2 else None, "moved": 1 if passed_on == 1 else None}
    if wide:
        here["department"] = own.code if own else ""
    return draw(
        "department.html",
        saved=saved("follow-ups"),
        own=own,
        wide=wide,
        view=view,
        rows=with_days(work, shown.items),
        counts=queries.counts(work.db, scope, today()),
        most_counted=queries.MOST_COUNTED,
        incoming=queries.incoming(work.db, scope) if not after else [],
        drafts=drafting.waiting_for(work.db, own) if own is not None and not after and is_head(actor, own) else [],
        passed_on=passed_on,
        choices=choices(work, blank=_("All agencies")) if wide else [],
        next_url=link("follow_ups.department", **here, after=shown.next) if shown.next else "",
        first_url=link("follow_ups.department", **here) if after else "",
        tab=lambda name: link("follow_ups.department", **{**here, "view": name, "passed_on": None, "moved": None}),
        has_feed=own is not None and links.is_out(work.db, FEED, own.subject),
        may_feed=own is not None and actor.department_id == own.id,
    )


@bp.post("/department/feed")
@allow("desk.department")
def make_feed() -> Any:
    """Make the feed's secret link anew (an older one ends), and show it once."""
    work = current_work()
    own = _own(work)
    links.revoke(work.db, FEED, own.subject, work.now)
    token = work.token(FEED, own.subject)
    work.log("department.feed", own.subject)
    work.commit()
    url = current_mount().url("follow_ups.feed", token=token)
    return draw("feed.html", own=own, url=url, webcal=url.replace("https://", "webcal://", 1))


@bp.post("/department/feed/revoke")
@allow("desk.department")
def revoke_feed() -> Response:
    """End the feed's link: it answers like one that never was."""
    work = current_work()
    own = _own(work)
    links.revoke(work.db, FEED, own.subject, work.now)
    work.log("department.feed_revoked", own.subject)
    work.commit()
    flash(_("The calendar link is revoked."), "success")
    return redirect(link("follow_ups.department"))


def _own(work: Work) -> Department:
    actor = current_actor()
    if actor.department_id is None:
        raise NotAllowed()
    found = work.db.get(Department, actor.department_id)
    if found is None:
        raise NotFound()
    return found
