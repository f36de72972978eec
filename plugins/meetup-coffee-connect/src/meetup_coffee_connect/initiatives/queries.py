"""Reading initiatives: the public's, an agency's, the best of a year."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from meetup.api import Page, Work, paged, unpack
from meetup_coffee_connect.blueprint import PAGE
from meetup_coffee_connect.initiatives.models import PUBLIC, Initiative


def by_key(work: Work, key: int) -> Initiative:
    """The initiative with this key, what it is about at hand.

    Raises:
        NotFound: if there is none.
    """
    found: Initiative = work.get(Initiative, key)
    work.db.refresh(found, ["lead_department", "issues", "follow_ups"])
    return found


def published(work: Work, after: str) -> Page[Initiative]:
    """A page of what everyone may read: the newest year first, in it the newest first."""
    query = select(Initiative).where(Initiative.state.in_(PUBLIC)).options(joinedload(Initiative.lead_department))
    mark = unpack(after, int, int)
    if mark:
        year, key = mark
        query = query.where((Initiative.year < year) | ((Initiative.year == year) & (Initiative.id < key)))
    rows = work.db.scalars(query.order_by(Initiative.year.desc(), Initiative.id.desc()).limit(PAGE + 1)).all()
    return paged(rows, PAGE, lambda one: (one.year, one.id))


def listed(work: Work, after: str, department_id: int | None) -> Page[Initiative]:
    """A page of all, or of one agency's, the newest first."""
    query = select(Initiative).options(joinedload(Initiative.lead_department))
    if department_id is not None:
        query = query.where(Initiative.lead_department_id == department_id)
    mark = unpack(after, int)
    if mark:
        query = query.where(Initiative.id < mark[0])
    rows = work.db.scalars(query.order_by(Initiative.id.desc()).limit(PAGE + 1)).all()
    return paged(rows, PAGE, lambda one: (one.id,))


def of_year(work: Work, year: int) -> Sequence[Initiative]:
    """What was published of a year, the best first, for its review."""
    query = (
        select(Initiative)
        .where(Initiative.state.in_(PUBLIC), Initiative.year == year)
        .options(joinedload(Initiative.lead_department), selectinload(Initiative.issues))
        .order_by(Initiative.state, Initiative.id)
    )
    return work.db.scalars(query.limit(100)).all()
