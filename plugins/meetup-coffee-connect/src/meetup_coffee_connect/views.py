"""The programme's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from meetup.api import Issue, Programme, Session, Work, achievements, allow, current_work, page, rule
from meetup_coffee_connect.blueprint import bp
from meetup_coffee_connect.criteria import trees
from meetup_coffee_connect.intake import ways
from meetup_coffee_connect.seed import programme_of


@bp.get("/programme/")
@allow("public")
def programme() -> Any:
    """What the programme has achieved, how it goes, every way in, and the criteria that it serves."""
    work = current_work()
    found = programme_of(work)
    return page(
        "coffee_connect/programme.html",
        programme=found,
        done=achievements(work, found),
        days=int(rule(found, work.settings, "working_days")) if found else work.settings.issue_working_days,
        confirm_days=int(rule(found, work.settings, "confirm_days")) if found else work.settings.confirm_days,
        ways=ways(work.settings.coffee_connect_intake),
        received=_received(work, found),
        ahead=_ahead(work, found),
        sets=list(trees(work)),
    )


def _received(work: Work, programme: Programme | None) -> Counter[str]:
    """How many issues came in by each channel, counted as :func:`achievements` does."""
    query = select(Issue.channel, func.count()).where(Issue.state.not_in(("withdrawn", "merged")))
    if programme is not None:
        query = query.where(Issue.programme_id == programme.id)
    rows = work.db.execute(query.group_by(Issue.channel)).tuples()
    return Counter(dict(rows.all()))


def _ahead(work: Work, programme: Programme | None) -> Sequence[Session]:
    """The next three sessions that everyone may come to."""
    query = select(Session).where(
        Session.state == "published", Session.is_private.is_(False), Session.starts_at > work.now
    )
    if programme is not None:
        query = query.where(Session.programme_id == programme.id)
    return work.db.scalars(query.order_by(Session.starts_at, Session.id).limit(3)).all()
