"""The leader's page: what is late, whose, since when, how often passed on, and what waits for the chair."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from flask import Response

from meetup.followups import leading, queries
from meetup.followups.views.base import bp, draw, today, with_days
from meetup.scorecards import queries as scorecards
from meetup.scorecards.trend import Month, trend
from meetup.web import charts
from meetup.web.current import current_work, link
from meetup.web.guards import allow
from meetup.web.i18n import _


@bp.get("/leader/")
@allow("desk.leader")
def leader() -> Any:
    """Everything late at a glance; every figure leads to its rows."""
    work = current_work()
    everything = queries.Scope(None, conduct=True)
    overdue = queries.queue(work.db, everything, "overdue", today(), limit=10)
    return draw(
        "leader.html",
        totals={**leading.totals(work.db, today()), "closed": scorecards.overall(work).closed},
        loads=leading.by_department(work.db, today()),
        overdue=with_days(work, overdue[:10]),
        more_overdue=len(overdue) > 10,
        passed=with_days(work, leading.passed_around(work.db)),
        decide=[
            (f, moved) for f, moved in queries.incoming(work.db, everything) if f.transfers or moved.answer_by < today()
        ],
        trend=trend(work),
        today=today(),
        rows_of_month=_rows_of_month,
        rows=lambda view, code="", **more: link("follow_ups.department", department=code, view=view, **more),
    )


def _rows_of_month(month: Month, figure: str) -> str:
    """The address of what was ordered in a month and is counted by `figure`."""
    first = date(month.year, month.month, 1)
    last = date(month.year, month.month, monthrange(month.year, month.month)[1])
    return link("scorecards.rows", **{"from": first.isoformat(), "to": last.isoformat()}, by="whole", figure=figure)


@bp.get("/leader/trend.svg")
@allow("desk.leader")
def trend_picture() -> Response:
    """The trend as a picture; the table with the same numbers stands below it on the page."""
    work = current_work()
    months = trend(work)
    svg = charts.bars(
        _("Follow-ups by month"),
        [f"{one.month:02d}/{one.year}" for one in months],
        [
            (_("Ordered"), [one.assigned for one in months]),
            (_("Closed"), [one.closed for one in months]),
            (_("Late"), [one.late for one in months]),
        ],
        colours=(charts.UNDER_WAY, charts.GOOD, charts.OVERDUE),
    )
    return charts.response(svg)
