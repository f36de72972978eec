"""The workbooks among the demo's files, made from the CSV files beside them: enterprises.xlsx, sessions.xlsx.

    python tools/demo_files.py

Days, times and numbers become Excel's own, as they are in workbooks that offices send.
"""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

FILES = Path(__file__).resolve().parent.parent / "meetup" / "demo" / "files"
MADE_AT = datetime(2026, 11, 1)  # noqa: DTZ001 - Excel knows no zones
TITLES = {"enterprises": "DANH SÁCH DOANH NGHIỆP (MẪU)", "sessions": "LỊCH CÀ PHÊ KẾT NỐI DOANH NGHIỆP (MẪU)"}


def value(heading: str, text: str) -> Any:
    """`text` as Excel would keep it; tax codes and phone numbers stay text."""
    if heading in {"Mã số thuế", "Điện thoại"}:
        return text
    for pattern, form in ((r"\d\d/\d\d/\d{4} \d\d:\d\d", "%d/%m/%Y %H:%M"), (r"\d\d/\d\d/\d{4}", "%d/%m/%Y")):
        if re.fullmatch(pattern, text):
            return datetime.strptime(text, form)  # noqa: DTZ007
    if re.fullmatch(r"\d\d:\d\d", text):
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
    return int(text) if text.isdigit() else text or None


def make(name: str) -> None:
    """Write one workbook: a title, a blank line, headings, rows."""
    with (FILES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        headings, *rows = csv.reader(file)
    book = Workbook()
    book.properties.created = book.properties.modified = MADE_AT
    sheet: Any = book.active
    sheet.append([TITLES[name]])
    sheet.append([])
    sheet.append(headings)
    for cell in (sheet["A1"], *sheet[3]):
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([value(heading, text) for heading, text in zip(headings, row, strict=True)])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, datetime):
                cell.number_format = "dd/mm/yyyy hh:mm" if cell.value.hour else "dd/mm/yyyy"
    book.save(FILES / f"{name}.xlsx")


if __name__ == "__main__":
    for each in TITLES:
        make(each)
        print(FILES / f"{each}.xlsx")
