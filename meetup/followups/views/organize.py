"""The organiser's side: answers to verify, extensions and transfers to decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request

from meetup.followups import queries
from meetup.followups.models import Answer, FollowUp
from meetup.followups.views.base import bp, draw, today, with_days
from meetup.web.current import current_work, link
from meetup.web.guards import allow
from meetup.web.paging import paged, unpack


def _key(row: tuple[FollowUp, Answer]) -> tuple[str, int]:
    at = row[0].answered_at
    return at.isoformat() if at is not None else "", row[0].id


@bp.get("/organize/follow-ups/")
@allow("follow_up.decide_transfer")
def organize() -> Any:
    """What waits for the organiser, the oldest first."""
    work = current_work()
    mark = unpack(request.args.get("after", ""), datetime.fromisoformat, int)
    after = (mark[0], mark[1]) if mark and mark[0].tzinfo is not None else None
    everything = queries.Scope(None, conduct=True)
    answered = queries.answered(work.db, after=after)
    shown = paged(answered, queries.PAGE, _key)
    transfers = queries.incoming(work.db, everything) if after is None else []
    extensions = queries.extensions_asked(work.db) if after is None else []
    left = {row.id: days for row, days in with_days(work, [f for f, _paper in [*transfers, *extensions]])}
    return draw(
        "organize.html",
        answered=shown.items,
        transfers=transfers,
        extensions=extensions,
        left=left,
        today=today(),
        next_url=link("follow_ups.organize", after=shown.next) if shown.next else "",
        first_url=link("follow_ups.organize") if after else "",
    )
