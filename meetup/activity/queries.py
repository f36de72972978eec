"""Reading the activity log: timelines and pages of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetup.activity.models import Activity


def timeline(db: Session, *subjects: str, limit: int = 100) -> Sequence[Activity]:
    """The newest entries that are of or about `subjects`, oldest first."""
    rows = db.scalars(
        select(Activity)
        .where(or_(Activity.subject.in_(subjects), Activity.about.in_(subjects)))
        .order_by(Activity.seq.desc())
        .limit(limit)
    ).all()
    return rows[::-1]


def page(db: Session, *, subject: str = "", after: int = 0, limit: int = 50) -> Sequence[Activity]:
    """A page of the log in its order, by key; one row more than `limit` if there is a next page."""
    query = select(Activity).where(Activity.seq > after).order_by(Activity.seq).limit(limit + 1)
    if subject:
        query = query.where(Activity.subject == subject)
    return db.scalars(query).all()
