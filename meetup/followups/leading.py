"""What a leader asks: what is late, whose it is, how often it was passed on, and which way it goes.

Every figure is one aggregate statement; every figure has an address with the rows behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session as DbSession

from meetup.departments.models import Department
from meetup.followups.models import FollowUp
from meetup.followups.queries import OWED, PAGE, WITH_ROW, late
from meetup.followups.sqltime import local_day, local_month


@dataclass(frozen=True)
class Load:
    """One department's load: what it has, what is late, since when, and how often such was passed on."""

    department: Department
    open: int
    overdue: int
    oldest: date | None
    passed_on: int


def by_department(db: DbSession, today: date) -> list[Load]:
    """Every department with something open, the latest first."""
    overdue = func.sum(case((late(today), 1), else_=0))
    oldest = func.min(case((late(today), FollowUp.due_on)))
    query = (
        select(FollowUp.lead_department_id, func.count(), overdue, oldest, func.sum(FollowUp.transfers))
        .where(FollowUp.state.in_(OWED))
        .group_by(FollowUp.lead_department_id)
    )
    rows = db.execute(query).all()
    keys = [row[0] for row in rows]
    known = {one.id: one for one in db.scalars(select(Department).where(Department.id.in_(keys)))} if keys else {}
    found = [Load(known[row[0]], int(row[1]), int(row[2]), row[3], int(row[4] or 0)) for row in rows]
    return sorted(found, key=lambda one: (-one.overdue, one.oldest or date.max, one.department.code))


def totals(db: DbSession, today: date) -> dict[str, int]:
    """The figures on top of the page."""
    sums = {
        "open": func.count(),
        "overdue": func.coalesce(func.sum(case((late(today), 1), else_=0)), 0),
        "passed_on": func.coalesce(func.sum(case((FollowUp.transfers >= 2, 1), else_=0)), 0),
    }
    # What is open is found by its states: years of history are only counted, in their index.
    row = db.execute(select(*(one.label(name) for name, one in sums.items())).where(FollowUp.state.in_(OWED))).one()
    count = select(func.count()).select_from(FollowUp)
    return {
        **{name: int(value) for name, value in row._mapping.items()},
        "waiting": db.scalar(count.where(FollowUp.state.in_(("answered", "verified")))) or 0,
        "closed": db.scalar(count.where(FollowUp.state == "closed")) or 0,
    }


def passed_around(db: DbSession, limit: int = PAGE) -> Sequence[FollowUp]:
    """What was passed on twice or more and still owes an answer (R21)."""
    query: Select[Any] = (
        select(FollowUp)
        .options(*WITH_ROW)
        .where(FollowUp.transfers >= 2, FollowUp.state.in_(OWED))
        .order_by(FollowUp.transfers.desc(), FollowUp.due_on, FollowUp.id)
        .limit(limit)
    )
    return db.scalars(query).unique().all()


@dataclass(frozen=True)
class Month:
    """One month: how much was ordered in it, how much of that was closed, how much was or is late."""

    year: int
    month: int
    assigned: int
    closed: int
    late: int


def _begin(db: DbSession, zone: ZoneInfo, months: int) -> datetime | None:
    """When the last so many months began, the newest with an order in it among them; None: nothing was ordered."""
    newest = db.scalar(select(func.max(FollowUp.assigned_at)))
    if newest is None:
        return None
    first = newest.astimezone(zone).date().replace(day=1) - relativedelta(months=months - 1)
    return datetime.combine(first, time(), zone)


def trend(db: DbSession, zone: ZoneInfo, now: datetime, months: int = 12) -> list[Month]:
    """The last months with an order in them, by when things were ordered; late is what missed its first due date."""
    today = now.astimezone(zone).date()
    month = local_month(db, FollowUp.assigned_at, zone, now).label("month")
    missed = case(
        (FollowUp.state.in_(OWED) & (FollowUp.first_due_on < today), 1),
        (local_day(db, FollowUp.answered_at, zone, now) > FollowUp.first_due_on, 1),
        else_=0,
    )
    since = _begin(db, zone, months)
    if since is None:
        return []
    rows = db.execute(
        select(month, func.count(), func.sum(case((FollowUp.state == "closed", 1), else_=0)), func.sum(missed))
        .where(FollowUp.assigned_at >= since)
        .group_by(month)
        .order_by(month.desc())
        .limit(months)
    ).all()
    return [Month(int(row[0][:4]), int(row[0][5:7]), int(row[1]), int(row[2]), int(row[3])) for row in reversed(rows)]
