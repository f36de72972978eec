"""A department's follow-ups as a calendar that it subscribes to by a secret link (rules E1, E3, E4)."""

from __future__ import annotations

from flask import Response, request

from meetup.departments.models import Department
from meetup.domain.feeds import todo_feed
from meetup.errors import NotFound
from meetup.followups import cards
from meetup.followups.views.base import bp, today
from meetup.followups.views.department import FEED
from meetup.web.behind import subject_behind
from meetup.web.calendars import answer, language, tag_of
from meetup.web.current import current_work
from meetup.web.formats import name_of
from meetup.web.guards import allow
from meetup.web.i18n import _, in_locale


@bp.get("/feeds/<token>/follow-ups.ics")
@allow("public", by=FEED)
def feed(token: str) -> Response:
    """The department's tasks; ``?as=events`` for programs that show no tasks."""
    work = current_work()
    kind, _colon, key = subject_behind(FEED, token).partition(":")
    own = work.db.get(Department, int(key)) if kind == Department.KIND else None
    if own is None:
        raise NotFound()
    as_events = request.args.get("as") == "events"
    locale = language()
    source = work.mount.url("follow_ups.feed", token=token, **({"as": "events"} if as_events else {}))

    def render() -> bytes:
        with in_locale(work.mount, locale):
            return todo_feed(
                cards.of_department(work, own),
                as_events,
                name=_("Follow-ups: %(name)s", name=name_of(own)),
                zone=work.settings.timezone,
                source=source,
            )

    # What is overdue hangs on the day too.
    found, newest = cards.feed_print(work, own)
    tag = tag_of(source, locale, own.name, today(), found)
    return answer(tag, newest, render, name="follow-ups", private=True, max_age=900)
