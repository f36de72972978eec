"""Choosing an agency in a form."""

from __future__ import annotations

from sqlalchemy import select

from meetup.api import N_, Department, Faults, Work


def choices(work: Work) -> list[Department]:
    """Every agency that still exists, by name."""
    today = work.now.astimezone(work.zone).date()
    query = select(Department).where((Department.valid_to.is_(None)) | (Department.valid_to >= today))
    return list(work.db.scalars(query.order_by(Department.name, Department.id)))


def check(work: Work, faults: Faults, field: str, key: int | None) -> int:
    """The agency with this key; noted if there is none. Gives its key."""
    if key is None or work.db.get(Department, key) is None:
        faults.add(field, N_("There is no such agency."), N_("Choose one of the list."))
        return 0
    return key
