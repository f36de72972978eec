"""The programme of a month: a calendar drawn by the server, and the same sessions as a list."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import request

from meetup.departments.service import calendar
from meetup.domain.months import Month
from meetup.sessions import queries
from meetup.sessions.models import Session
from meetup.sessions.views.base import bp, draw
from meetup.web.current import current_work, link
from meetup.web.guards import allow


@bp.get("/organize/calendar")
@allow("session.manage")
def month() -> Any:
    """One month: ``?month=2026-11``; the present one where that is none. Days are those of the site's zone."""
    work = current_work()
    today = work.now.astimezone(work.zone).date()
    shown = Month.read(request.args.get("month", "")) or Month(today.year, today.month)
    weeks = shown.weeks()
    start = datetime.combine(weeks[0][0], time(), work.zone)
    end = datetime.combine(weeks[-1][-1] + timedelta(days=1), time(), work.zone)
    by_day: dict[Any, list[Session]] = {}
    for one in queries.between(work, start, end):
        by_day.setdefault(one.starts_at.astimezone(work.zone).date(), []).append(one)
    days = calendar(work)
    before, after = shown.plus(-1), shown.plus(1)
    return draw(
        "month.html",
        shown=shown,
        weeks=weeks,
        by_day=by_day,
        listed=[one for day in sorted(by_day) if day.month == shown.month for one in by_day[day]],
        off={day for week in weeks for day in week if days.is_holiday(day)},
        today=today,
        before=link("sessions.month", month=str(before)) if before else "",
        after=link("sessions.month", month=str(after)) if after else "",
    )
