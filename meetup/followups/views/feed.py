"""A department's follow-ups as a calendar that it subscribes to by a secret link (rules E1, E3, E4)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask import Response, make_response, request

from meetup import links
from meetup.departments.models import Department
from meetup.domain.feeds import todo_feed
from meetup.errors import NotFound
from meetup.followups import cards
from meetup.followups.views.base import bp
from meetup.followups.views.department import FEED
from meetup.web.current import current_mount, current_work
from meetup.web.formats import name_of
from meetup.web.guards import allow
from meetup.web.i18n import _


@bp.get("/feeds/<token>/follow-ups.ics")
@allow("public")
def feed(token: str) -> Response:
    """The department's tasks; ``?as=events`` for programs that show no tasks."""
    work = current_work()
    subject = links.subject_of(work.db, current_mount().secret, FEED, token)
    kind, _colon, key = subject.partition(":")
    own = work.db.get(Department, int(key)) if kind == Department.KIND else None
    if own is None:
        raise NotFound()
    as_events = request.args.get("as") == "events"
    listed = cards.of_department(work, own)
    content = todo_feed(
        listed,
        as_events,
        name=_("Follow-ups: %(name)s", name=name_of(own)),
        zone=work.settings.timezone,
    )
    answer = make_response(content)
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = "inline; filename=follow-ups.ics"
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    answer.last_modified = max((card.changed_at for card in listed), default=datetime(2020, 1, 1, tzinfo=UTC))
    answer.make_conditional(request)
    return answer
