"""The first sheet of an XLSX workbook, read without trusting it.

A workbook is a ZIP: a few kilobytes of it can unpack to gigabytes, so what it says that it unpacks to is
added up first (Python's zipfile reads no further than that), and no part may define entities of its own.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

from meetup.errors import N_, InvalidInput

#: What a workbook may unpack to.
MAX_UNPACKED = 100 * 1024 * 1024
#: How many parts it may have.
MAX_PARTS = 2_000
#: Excel's own limit; a sheet that names a later line was made to keep us busy.
_MAX_LINE = 1_048_576


@dataclass(frozen=True)
class Cell:
    """A cell as text, and whether Excel had it as a number."""

    text: str
    is_number: bool = False


def read_sheet(content: bytes, max_columns: int) -> Iterator[tuple[int, list[Cell]]]:
    """The lines of the first visible sheet, numbered from 1.

    Raises:
        InvalidInput: (field ``file``) if it is no workbook, is damaged, or unpacks to too much.
    """
    _weigh(content)
    # Imported for the first workbook: openpyxl takes a tenth of the start, and few sites ever read one.
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not sheets:
            return
        sheet: Any = sheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=max_columns, values_only=True), start=1):
            if number > _MAX_LINE:
                raise _damaged()
            yield number, [_cell(value) for value in cells]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, ParseError, IndexError, EOFError):
        # Whatever openpyxl stumbles over in a broken or forged workbook.
        raise _damaged() from None


def _weigh(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            listed = parts.infolist()
            if len(listed) > MAX_PARTS or sum(part.file_size for part in listed) > MAX_UNPACKED:
                raise InvalidInput(
                    "file",
                    N_("The workbook unpacks to more than %(limit)s MB."),
                    N_("Copy the rows into a new one, or save it as “CSV UTF-8”."),
                    limit=MAX_UNPACKED // 1024**2,
                )
            for part in listed:
                if part.flag_bits & 0x1:
                    raise InvalidInput("file", N_("The workbook has a password."), N_("Save it without one."))
                with parts.open(part) as file:
                    if b"<!DOCTYPE" in file.read(4096):
                        raise _damaged()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        raise _damaged() from None


def _cell(value: object) -> Cell:
    match value:
        case None:
            return Cell("")
        case bool():
            return Cell("1" if value else "0")
        case int():
            return Cell(str(value), True)
        case float():
            return Cell(str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value), True)
        case datetime():
            midnight = not (value.hour or value.minute or value.second)
            return Cell(value.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M"))
        case date():
            return Cell(value.isoformat())
        case time():
            return Cell(value.strftime("%H:%M"))
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return Cell(f"{minutes // 60:02}:{minutes % 60:02}")
        case _:
            return Cell(str(value))


def _damaged() -> InvalidInput:
    return InvalidInput("file", N_("This is no workbook that can be read."), N_("Save it anew as .xlsx or CSV."))
