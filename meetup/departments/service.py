"""What can be done with departments, fields and the working calendar. Commits nothing; asks no rights."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from sqlalchemy import select

from meetup.db import guarded_update
from meetup.departments.models import KINDS, CalendarOverride, Department, Field
from meetup.domain.faults import FILL_IN, Faults, plain
from meetup.domain.text import clean
from meetup.domain.text import slug as make_slug
from meetup.domain.workdays import DayKind, WorkCalendar
from meetup.enterprises.identifiers import normalise_email
from meetup.errors import N_, InvalidInput, Stale
from meetup.work import Work


def create_department(
    work: Work,
    *,
    code: str,
    name: str,
    kind: str = "department",
    name_en: str = "",
    email: str = "",
    head_email: str = "",
    needs_approval: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
    successor: Department | None = None,
) -> Department:
    """Enter a department, branch or locality.

    Args:
        needs_approval: whether its head approves its answers before they are sent.

    Raises:
        InvalidInput: with every fault.
    """
    values = _checked(
        work,
        {
            "name": name,
            "kind": kind,
            "name_en": name_en,
            "email": email,
            "head_email": head_email,
            "needs_approval": needs_approval,
            "valid_from": valid_from,
            "valid_to": valid_to,
        },
        code=code,
    )
    department = Department(
        **values,
        code=clean(code),
        successor_id=successor.id if successor else None,
        version=1,
        created_at=work.now,
        changed_at=work.now,
    )
    work.db.add(department)
    work.db.flush()
    work.log("department.create", department, code=department.code, name=department.name)
    return department


def update_department(work: Work, department: Department, *, version: int | None = None, **values: Any) -> Department:
    """Change what is known of a department; its code stays.

    Args:
        version: the version that the person saw, if known.

    Raises:
        InvalidInput: with every fault.
        Stale: if it was changed in the meantime.
    """
    if version is not None and version != department.version:
        raise Stale()
    successor = {}
    if "successor" in values:
        heir = values.pop("successor")
        successor = {"successor_id": _heir(work, department, heir)}
    # What is checked together is looked at together, also where one half of it stays.
    kept = {name: getattr(department, name) for name in ("valid_from", "valid_to", "head_email", "needs_approval")}
    changed = {**_checked(work, {**kept, **values}), **successor}
    guarded_update(work.db, department, changed_at=work.now, **changed)
    work.log("department.update", department, changed=sorted({*values, *successor}))
    return department


def create_field(work: Work, *, code: str, name: str, name_en: str = "") -> Field:
    """Enter a field of work (lĩnh vực).

    Raises:
        InvalidInput: with every fault.
    """
    faults = Faults()
    bare = make_slug(faults.text("code", code, 40, required=True), 40)
    title = faults.text("name", name, 120, required=True)
    english = faults.text("name_en", name_en, 120)
    if bare and work.db.scalar(select(Field.id).where(Field.code == bare)) is not None:
        faults.add("code", N_("This code is taken."), N_("Choose another one."))
    faults.stop()
    last = work.db.scalar(select(Field.position).order_by(Field.position.desc()).limit(1))
    field = Field(code=bare, name=title, name_en=english, position=(last or 0) + 1)
    work.db.add(field)
    work.db.flush()
    work.log("field.create", field, code=field.code)
    return field


def by_code(work: Work, code: str, *, field: str = "department") -> Department:
    """The department with this code.

    Raises:
        InvalidInput: at `field`, if there is none.
    """
    found = work.db.scalar(select(Department).where(Department.code == plain(code)))
    if found is None:
        raise InvalidInput(
            field,
            N_("There is no department with the code “%(code)s”."),
            N_("Look at the list of departments."),
            code=code[:40],
        )
    return found


def calendar(work: Work) -> WorkCalendar:
    """The country's working days with our overrides; read once a unit of work."""
    found = work.memo.get("departments.calendar")
    if found is None:
        overrides = {
            row.day: cast("DayKind", row.kind)
            for row in work.db.execute(select(CalendarOverride.day, CalendarOverride.kind))
        }
        found = work.memo["departments.calendar"] = WorkCalendar(work.settings.country, overrides)
    return cast("WorkCalendar", found)


def set_override(work: Work, day: date, kind: str, *, note: str = "", source: str = "") -> None:
    """Make `day` a ``holiday`` or a ``workday`` whatever the library says; ``""`` takes the override away.

    Raises:
        InvalidInput: with every fault.
    """
    faults = Faults()
    faults.choice("kind", kind, ("holiday", "workday", ""))
    words = faults.text("note", note, 200)
    paper = faults.text("source", source, 2_000, multiline=True)
    faults.stop()
    row = work.db.get(CalendarOverride, day)
    if not kind:
        if row is not None:
            work.db.delete(row)
    elif row is None:
        work.db.add(CalendarOverride(day=day, kind=kind, note=words, source=paper))
    else:
        row.kind, row.note, row.source = kind, words, paper
    work.memo.pop("departments.calendar", None)
    work.log("calendar.override", f"day:{day.isoformat()}", kind=kind, note=words)


def _heir(work: Work, department: Department, heir: Department | None) -> int | None:
    """The successor's key; nobody succeeds themselves, by any detour."""
    seen, one = {department.id}, heir
    while one is not None:
        if one.id in seen:
            raise InvalidInput("successor", N_("A department cannot succeed itself."), N_("Choose another one."))
        seen.add(one.id)
        one = work.db.get(Department, one.successor_id) if one.successor_id else None
    return heir.id if heir is not None else None


def _checked(work: Work, values: dict[str, Any], code: str | None = None) -> dict[str, Any]:
    faults = Faults()
    checked = dict(values)
    if code is not None:
        bare = faults.text("code", code, 30, required=True)
        if bare and not all(char.isalnum() or char in "-_." for char in bare):
            faults.add("code", N_("A code is made of letters, digits, dots and hyphens."), N_("Shorten it to these."))
        elif bare and work.db.scalar(select(Department.id).where(Department.code == bare)) is not None:
            faults.add("code", N_("This code is taken."), N_("Choose another one."))
    for name in ("name", "name_en"):
        if name in values:
            checked[name] = faults.text(name, values[name], 200, required=name == "name")
    if "kind" in values:
        checked["kind"] = faults.choice("kind", values["kind"], KINDS)
    for name in ("email", "head_email"):
        if name in values:
            given = faults.text(name, values[name], 254)
            checked[name] = _address(faults, given, name)
    start, end = checked.get("valid_from"), checked.get("valid_to")
    if start is not None and end is not None and end < start:
        faults.add("valid_to", N_("The end is before the beginning."), N_("Give a later day."))
    checked["needs_approval"] = bool(checked.get("needs_approval"))
    if checked["needs_approval"] and not checked.get("head_email"):
        faults.add("head_email", N_("The head who approves has no address."), FILL_IN)
    faults.stop()
    return checked


def _address(faults: Faults, given: str, field: str) -> str:
    return faults.attempt(lambda: normalise_email(given, field=field), "") if given else ""
