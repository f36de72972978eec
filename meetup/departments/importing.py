"""Departments, branches and localities out of a table, one row at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from meetup.departments.models import Department
from meetup.departments.service import create_department, update_department
from meetup.domain.text import fold
from meetup.enterprises.identifiers import normalise_email
from meetup.errors import N_, Fault
from meetup.tables.cells import choice, day
from meetup.tables.columns import Cells, Column
from meetup.work import Work

COLUMNS = (
    Column("code", N_("Code"), ("Mã", "Mã cơ quan", "Mã đơn vị"), required=True),
    Column("name", N_("Name of department"), ("Tên cơ quan", "Tên đơn vị", "Tên", "department"), required=True),
    Column("name_en", N_("Name in English"), ("Tên tiếng Anh",)),
    Column("kind", N_("Kind of department"), ("Loại", "Loại cơ quan", "type")),
    Column("email", N_("Email"), ("Thư điện tử", "E-mail", "Email")),
    Column("head_email", N_("Email of the head"), ("Email thủ trưởng", "Thư điện tử thủ trưởng")),
    Column("valid_from", N_("Valid from"), ("Hiệu lực từ", "Từ ngày")),
    Column("valid_to", N_("Valid to"), ("Hiệu lực đến", "Đến ngày")),
    Column("successor", N_("Successor"), ("Cơ quan kế thừa", "Mã cơ quan kế thừa")),
)

KIND_WORDS = {
    "so": "department",
    "department": "department",
    "so, ban": "department",
    "ban": "department",
    "nganh": "branch",
    "branch": "branch",
    "dia phuong": "locality",
    "locality": "locality",
    "xa": "locality",
    "phuong": "locality",
}


class DepartmentRows:
    """Takes rows of departments, known by their codes; successors may stand anywhere in the file."""

    columns = COLUMNS

    def __init__(self, work: Work) -> None:
        self.work = work
        self._known = {department.code.casefold(): department for department in work.db.scalars(select(Department))}
        self._lines: dict[str, int] = {}
        self._results: dict[str, str] = {}

    def take(self, cells: Cells) -> str:
        """Take one row: ``created``, ``updated`` or ``unchanged``; faults are left in `cells`."""
        code = cells.text("code", 30, required=True)
        values: dict[str, Any] = {
            "name": cells.text("name", 200, required=True),
            "name_en": cells.text("name_en", 200),
            "kind": cells.take("kind", lambda text: choice(text, "kind", KIND_WORDS)),
            "email": cells.take("email", normalise_email),
            "head_email": cells.take("head_email", normalise_email),
            "valid_from": cells.take("valid_from", lambda text: day(text, "valid_from")),
            "valid_to": cells.take("valid_to", lambda text: day(text, "valid_to")),
        }
        found = self._known.get(code.casefold())
        begins = values["valid_from"] or (found.valid_from if found else None)
        ends = values["valid_to"] or (found.valid_to if found else None)
        if begins and ends and ends < begins:
            cells.faults.append(Fault("valid_to", N_("This is before the first day.")))
        if code:
            line = self._lines.setdefault(code.casefold(), cells.row.line)
            if line != cells.row.line:
                cells.faults.append(Fault("code", N_("Line %(line)s has the same code."), line=line))
        if cells.faults:
            return "faulty"
        given = {name: value for name, value in values.items() if value}
        if found is None:
            self._known[code.casefold()] = create_department(self.work, code=code, **given)
            return "created"
        return self._update(found, given)

    def finish(self, cells: Cells) -> str:
        """After all rows: set the successor of this one."""
        wanted = cells.text("successor", 200)
        if not wanted:
            return "unchanged"
        department = self._known[cells.text("code", 30).casefold()]
        successor = self._known.get(wanted.casefold()) or self._by_name(wanted)
        if successor is None:
            cells.faults.append(
                Fault("successor", N_("There is no department “%(code)s”."), N_("Name it by its code."), code=wanted)
            )
            return "faulty"
        if department.successor_id == successor.id:
            return "unchanged"
        update_department(self.work, department, successor=successor)
        return "updated"

    def _update(self, department: Department, given: dict[str, Any]) -> str:
        changed = {name: value for name, value in given.items() if getattr(department, name) != value}
        if not changed:
            return "unchanged"
        update_department(self.work, department, **changed)
        return "updated"

    def _by_name(self, name: str) -> Department | None:
        return next((one for one in self._known.values() if fold(one.name) == fold(name)), None)
