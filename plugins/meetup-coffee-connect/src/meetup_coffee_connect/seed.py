"""The programme's data: put in once, and again without a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from sqlalchemy import select

from meetup.api import (
    N_,
    Cells,
    Column,
    DepartmentRows,
    Failure,
    Field,
    Programme,
    Taken,
    Taker,
    Work,
    create_field,
    create_programme,
    take_rows,
)
from meetup_coffee_connect.criteria import import_criteria
from meetup_coffee_connect.models import CriteriaSet

#: What the programme is called where nobody has founded it yet.
NAME = "Cà phê kết nối doanh nghiệp"
NAME_EN = "Business Coffee Connection"

#: code → name, English name, what it is and is not, the same in English
SETS = {
    "par-index": (
        "Bộ tiêu chí cải cách hành chính (mẫu)",
        "Administrative reform criteria (sample)",
        "Mẫu theo khung tám lĩnh vực của PAR Index để dùng thử; không phải bộ tiêu chí chính thức.",
        "A sample of the shape of the PAR Index with its eight fields, to try with; it is not the official set.",
    ),
    "ddci": (
        "Bộ tiêu chí năng lực cạnh tranh cấp sở, ngành và địa phương (mẫu)",
        "Competitiveness criteria of departments and localities (sample)",
        "Mẫu theo khung chín thành phần của DDCI để dùng thử; không phải bộ tiêu chí chính thức.",
        "A sample of the shape of DDCI with nine components, to try with; it is not the official set.",
    ),
}


@dataclass(frozen=True)
class Line:
    """What became of one kind of thing: ``departments: 20 created``."""

    what: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __str__(self) -> str:
        parts = [f"{self.created} created", f"{self.updated} updated", f"{self.unchanged} unchanged"]
        return f"{self.what}: {', '.join([*parts, f'{self.removed} removed'] if self.removed else parts)}"


class FieldRows:
    """Takes rows of fields of work, known by their codes; one that is there keeps its names."""

    columns = (
        Column("code", N_("Code"), ("Mã", "Mã lĩnh vực"), required=True),
        Column("name", N_("Name"), ("Tên", "Tên lĩnh vực"), required=True),
        Column("name_en", N_("Name in English"), ("Tên tiếng Anh",)),
    )

    def __init__(self, work: Work) -> None:
        self.work = work
        self.known = set(work.db.scalars(select(Field.code)))

    def take(self, cells: Cells) -> str:
        """Take one row."""
        code = cells.text("code", 40, required=True)
        name = cells.text("name", 120, required=True)
        name_en = cells.text("name_en", 120)
        if cells.faults:
            return "faulty"
        if code in self.known:
            return "unchanged"
        self.known.add(create_field(self.work, code=code, name=name, name_en=name_en).code)
        return "created"


def seed(work: Work) -> list[Line]:
    """Put in the programme, agencies, communes, fields and sets of criteria. Commits nothing.

    What is there already under the same code is brought up to the file (agencies,
    criteria) or left alone (the programme, fields).

    Raises:
        Failure: if a data file is faulty, with a line for each fault.
    """
    return [
        _programme(work),
        _take(work, DepartmentRows(work), "departments"),
        _take(work, DepartmentRows(work), "communes"),
        _take(work, FieldRows(work), "fields"),
        *_criteria(work),
    ]


def programme_of(work: Work) -> Programme | None:
    """The programme that ``MEETUP_COFFEE_CONNECT_PROGRAMME`` names, if it is there."""
    slug = work.settings.coffee_connect_programme
    found: Programme | None = work.db.scalar(select(Programme).where(Programme.slug == slug))
    return found


def the_set(work: Work, code: str, **values: str) -> CriteriaSet:
    """The set with this code; made with `values` where there is none."""
    found: CriteriaSet | None = work.db.scalar(select(CriteriaSet).where(CriteriaSet.code == code))
    if found is None:
        found = CriteriaSet(code=code, **{"name": code, **values})
        work.db.add(found)
        work.db.flush()
    return found


def checked(name: str, taken: Taken) -> Taken:
    """`taken`, if all of its rows could be.

    Raises:
        Failure: otherwise, with a line for each fault.
    """
    if taken.faulty:
        raise Failure("\n".join([*(f"{name}: {line}" for line in taken.complaints()), "Nothing was changed."]))
    return taken


def line_of(what: str, taken: Taken) -> Line:
    """What became of a file, as a line."""
    return Line(what, **{name: taken.counts[name] for name in ("created", "updated", "unchanged", "removed")})


def _programme(work: Work) -> Line:
    if programme_of(work) is not None:
        return Line("programme", unchanged=1)
    create_programme(work, name=NAME, name_en=NAME_EN, slug=work.settings.coffee_connect_programme)
    return Line("programme", created=1)


def _take(work: Work, taker: Taker, name: str) -> Line:
    file = f"{name}.csv"
    return line_of(name, checked(file, take_rows(work.db, taker, file, _data(file))))


def _criteria(work: Work) -> Iterator[Line]:
    for code, (name, name_en, note, note_en) in SETS.items():
        into = the_set(work, code, name=name, name_en=name_en, note=note, note_en=note_en)
        file = f"criteria-{code}.csv"
        yield line_of(f"criteria {code}", checked(file, import_criteria(work, into, file, _data(file))))


def _data(name: str) -> bytes:
    return (files("meetup_coffee_connect") / "data" / name).read_bytes()
