"""A small page for a frame on the province's own site: what comes, and what came of the last sessions (R28)."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request

from meetup.domain.faults import plain
from meetup.sessions import queries
from meetup.sessions.views.base import bp, draw, marks, turn_with
from meetup.web.current import current_mount, current_work
from meetup.web.guards import allow
from meetup.web.headers import framed_policy
from meetup.web.keeping import kept

#: So many sessions of each kind.
MOST = 3


@bp.get("/widget/")
@allow("public")
def widget() -> Response:
    """The widget; ``?programme=`` shows one programme alone, ``?lang=`` chooses the language."""
    answer = make_response(_drawn())
    answer.headers["Content-Security-Policy"] = framed_policy(current_mount().settings.widget_sites)
    return answer


@kept
def _drawn() -> Any:
    work = current_work()
    programme = plain(request.args.get("programme"), 80)
    coming = queries.next_public(work, MOST, programme=programme)
    turn_with(coming)
    return draw(
        "widget.html",
        coming=coming,
        marks=marks(work, coming),
        reported=queries.reported(work, MOST, programme=programme),
        programme=programme,
    )
