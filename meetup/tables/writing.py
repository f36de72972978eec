"""Rows into CSV, XLSX or JSON, written as they come: nothing is gathered first.

What people typed ends in somebody's Excel. A cell that begins like a formula gets an apostrophe before it, in
CSV and XLSX alike (``meetup.tables.reading`` takes it off again); JSON says everything as it is. An instant
is written by the clock of the zone that it carries: whoever gives the rows chooses it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from meetup.domain.text import for_xml

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Excel ends a sheet after 1,048,576 lines; we begin another before.
_SHEET_ROWS = 1_000_000
_CELL_LENGTH = 32_767
_TITLE = re.compile(r"[\[\]:*?/\\']")
_FORMULA = re.compile(r"[=+\-@\t\r]")


def safe(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def write_csv(out: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write CSV in UTF-8 with a byte order mark, which is how Excel knows it. Returns the number of rows."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([safe(heading) for heading in headings])
    count = 0
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(out: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a workbook with real dates and numbers. Returns the number of rows."""
    book = _book()
    count = 0
    sheet: Any = None
    for row in rows:
        if count % _SHEET_ROWS == 0:
            sheet = _sheet(book, headings)
        sheet.append([_excel(value) for value in row])
        count += 1
    if sheet is None:
        _sheet(book, headings)
    book.save(out)
    return count


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its title, its headings and its rows."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_book(out: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write a workbook with a sheet for each of `sheets`; their titles are cut to what Excel takes."""
    book = _book()
    for one in sheets:
        sheet = _sheet(book, one.headings)
        sheet.title = _TITLE.sub(" ", one.title)[:31] or "-"
        for row in one.rows:
            sheet.append([_excel(value) for value in row])
    book.save(out)


def write_json(out: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a JSON array of objects, one a line. Returns the number of rows."""
    count = 0
    out.write(b"[")
    for row in rows:
        thing = {name: _jsonable(value) for name, value in zip(headings, row, strict=True)}
        out.write((",\n" if count else "\n").encode() + json.dumps(thing, ensure_ascii=False).encode())
        count += 1
    out.write(b"\n]\n" if count else b"]\n")
    return count


Writer = Callable[[BinaryIO, Sequence[str], Iterable[Sequence[Any]]], int]

#: By the format's name.
WRITERS: Mapping[str, Writer] = {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M")
        case date():
            return value.strftime("%d/%m/%Y")
        case dict():
            return safe(json.dumps(value, ensure_ascii=False, sort_keys=True))
        case list() | tuple():
            return safe("; ".join(map(str, value)))
        case int() | float():
            return str(value)
        case _:
            return safe(str(value))


def _excel(value: Any) -> Any:
    match value:
        case bool():
            return 1 if value else 0
        case None | int() | float() | Decimal():
            return value
        case datetime():
            return value.replace(tzinfo=None)  # Excel knows no zones.
        case date():
            return value
        case _:
            return for_xml(_plain(value))[:_CELL_LENGTH]


def _jsonable(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _book() -> Workbook:
    # Imported for the first workbook: openpyxl takes a tenth of the start, and many sites never write one.
    from openpyxl import Workbook

    return Workbook(write_only=True)


def _sheet(book: Workbook, headings: Sequence[str]) -> Any:
    from openpyxl.cell.cell import WriteOnlyCell as Styled
    from openpyxl.styles import Font

    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    cells = []
    for heading in headings:
        cell: Any = Styled(sheet, value=safe(heading))
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    return sheet
