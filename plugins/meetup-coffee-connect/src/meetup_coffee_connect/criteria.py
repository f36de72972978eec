"""Criteria out of a data file, and as a tree for a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from meetup.api import N_, Cells, Column, Fault, InvalidInput, Taken, Work, take_rows
from meetup_coffee_connect.models import LEVELS, CriteriaSet, Criterion, place_of

COLUMNS = (
    Column("code", N_("Code"), ("Mã", "Mã số", "STT"), required=True),
    Column("name", N_("Name of the criterion"), ("Tên", "Nội dung", "Tên tiêu chí"), required=True),
    Column("name_en", N_("Name in English"), ("Tên tiếng Anh",)),
    Column("max_points", N_("Most points"), ("Điểm tối đa", "Điểm")),
)
_CODE = re.compile(r"[1-9]\d{0,2}(\.[1-9]\d{0,2}){0,2}")
_POINTS = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?")


@dataclass
class Node:
    """A criterion with its parts."""

    criterion: Criterion
    parts: list[Node] = field(default_factory=list)


class CriteriaRows:
    """Takes rows of criteria into one set; parents stand before their parts."""

    columns = COLUMNS

    def __init__(self, work: Work, into: CriteriaSet) -> None:
        self.work = work
        self.into = into
        self.known = {one.code: one for one in work.db.scalars(select(Criterion).where(Criterion.set_id == into.id))}
        self.seen: dict[str, int | None] = {}

    def take(self, cells: Cells) -> str:
        """Take one row."""
        code = cells.take("code", _code, required=True) or ""
        points = cells.take("max_points", hundredths)
        values: dict[str, Any] = {
            "name": cells.text("name", 300, required=True),
            "name_en": cells.text("name_en", 300),
            "hundredths": points or 0,
        }
        above = code.rpartition(".")[0]
        if code in self.seen:
            cells.faults.append(Fault("code", N_("This code is there twice."), N_("Keep one.")))
        elif above and above not in self.seen:
            cells.faults.append(
                Fault("code", N_("%(above)s is not above it."), N_("Put what it is a part of first."), above=above)
            )
        if cells.faults:
            return "faulty"
        self.seen[code] = points
        found = self.known.get(code)
        if found is None:
            parent = self.known[above].id if above else None
            level = code.count(".") + 1
            found = Criterion(set_id=self.into.id, parent_id=parent, level=level, code=code, **values)
            self.work.db.add(found)
            self.work.db.flush()
            self.known[code] = found
            return "created"
        changed = {name: value for name, value in values.items() if getattr(found, name) != value}
        if points is None and self._has_parts(code):
            changed.pop("hundredths", None)
        for name, value in changed.items():
            setattr(found, name, value)
        return "updated" if changed else "unchanged"

    def finish(self, cells: Cells) -> str:
        """After all rows: what has parts brings as many points as they do together."""
        code = cells.take("code", _code) or ""
        parts = [self.known[one] for one in self.seen if one.rpartition(".")[0] == code]
        if not parts:
            return "unchanged"
        whole = sum(self._points(one.code) for one in parts)
        given = self.seen[code]
        if given is not None and given != whole:
            cells.faults.append(
                Fault(
                    "max_points",
                    N_("The points of its parts come to %(whole)s."),
                    N_("Mend one of them, or leave these points out."),
                    whole=f"{whole / 100:.2f}",
                )
            )
            return "faulty"
        criterion = self.known[code]
        before, criterion.hundredths = criterion.hundredths, whole
        return "unchanged" if before == whole else "updated"

    def drop_the_rest(self) -> int:
        """Drop what the file has no more; says how many."""
        gone = sorted((one for code, one in self.known.items() if code not in self.seen), key=lambda one: -one.level)
        for one in gone:
            self.work.db.execute(delete(Criterion).where(Criterion.id == one.id))
            self.work.db.expunge(one)
        return len(gone)

    def _has_parts(self, code: str) -> bool:
        return any(one.rpartition(".")[0] == code for one in self.known)

    def _points(self, code: str) -> int:
        parts = [one for one in self.seen if one.rpartition(".")[0] == code]
        return sum(self._points(one) for one in parts) if parts else self.known[code].hundredths


def import_criteria(work: Work, into: CriteriaSet, name: str, content: bytes) -> Taken:
    """Make `into` what the file says; what it says no more goes. Commits nothing.

    Args:
        work: a unit of work.
        into: the set, stored already.
        name: the file's name; its ending says what it is.
        content: the file.

    Raises:
        InvalidInput: if the file cannot be read or lacks columns.
    """
    rows = CriteriaRows(work, into)
    taken = take_rows(work.db, rows, name, content)
    if not taken.faulty:
        taken.counts["removed"] = rows.drop_the_rest()
        work.log("criteria-set.import", into, counts=dict(taken.counts))
    return taken


def trees(work: Work) -> Iterator[tuple[CriteriaSet, list[Node]]]:
    """Every set with its fields, and in each its criteria and components. Two statements."""
    sets = work.db.scalars(select(CriteriaSet).order_by(CriteriaSet.id)).all()
    rows = work.db.scalars(select(Criterion)).all() if sets else []
    for one in sets:
        nodes: dict[int, Node] = {}
        fields: list[Node] = []
        for row in sorted((row for row in rows if row.set_id == one.id), key=lambda row: row.place):
            node = nodes[row.id] = Node(row)
            (nodes[row.parent_id].parts if row.parent_id else fields).append(node)
        yield one, fields


def hundredths(text: str) -> int:
    """``2``, ``2.5`` or ``2,50`` as hundredths.

    Raises:
        InvalidInput: if it is no such number.
    """
    found = _POINTS.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("max_points", N_("“%(text)s” is no number of points."), N_("Write it as 2,50."), text=text)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _code(text: str) -> str:
    code = text.strip().rstrip(".")
    if not _CODE.fullmatch(code) or len(place_of(code)) > len(LEVELS):
        raise InvalidInput("code", N_("“%(text)s” is no code."), N_("Write it as 1, 1.2 or 1.2.3."), text=text)
    return code
