"""What a leader asks: what is late, whose it is, how often it was passed on, and which way it goes.

Every figure is one aggregate statement; every figure has an address with the rows behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session as DbSession

from meetup.departments.models import Department
from meetup.followups.models import FollowUp
from meetup.followups.queries import OWED, PAGE, WITH_ROW, late


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
    # What is open is found by its states: years of history are not even counted.
    row = db.execute(select(*(one.label(name) for name, one in sums.items())).where(FollowUp.state.in_(OWED))).one()
    count = select(func.count()).select_from(FollowUp)
    return {
        **{name: int(value) for name, value in row._mapping.items()},
        "waiting": db.scalar(count.where(FollowUp.state.in_(("answered", "verified")))) or 0,
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
