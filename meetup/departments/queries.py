"""Reading departments and fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session

from meetup.departments.models import KINDS, CalendarOverride, Department, Field

_BY_KIND = case({kind: place for place, kind in enumerate(KINDS)}, value=Department.kind, else_=len(KINDS))


def _valid(day: date) -> Select[Any]:
    return select(Department).where(
        or_(Department.valid_from.is_(None), Department.valid_from <= day),
        or_(Department.valid_to.is_(None), Department.valid_to >= day),
    )


def valid_departments(db: Session, day: date, kind: str = "") -> Sequence[Department]:
    """The departments that exist on `day`: departments, branches, localities, each by code."""
    query = _valid(day).order_by(_BY_KIND, Department.code)
    return db.scalars(query.where(Department.kind == kind) if kind else query).all()


def all_departments(db: Session) -> Sequence[Department]:
    """Every department that is or was, in the same order."""
    return db.scalars(select(Department).order_by(_BY_KIND, Department.code)).all()


def fields(db: Session) -> Sequence[Field]:
    """The fields of work in their order."""
    return db.scalars(select(Field).order_by(Field.position, Field.id)).all()


def department_choices(db: Session, day: date, kind: str = "") -> list[tuple[str, str]]:
    """(code, name) of the departments that exist on `day`, for a form."""
    return [(one.code, one.name) for one in valid_departments(db, day, kind)]


def field_choices(db: Session) -> list[tuple[str, str]]:
    """(code, name) of the fields, for a form."""
    return [(one.code, one.name) for one in fields(db)]


def overrides(db: Session, since: date) -> Sequence[CalendarOverride]:
    """The days from `since` on that are not as the calendar says."""
    return db.scalars(
        select(CalendarOverride).where(CalendarOverride.day >= since).order_by(CalendarOverride.day)
    ).all()
