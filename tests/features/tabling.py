"""The command line and files out of Excel, for the tests about importing and exporting."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Any

from click.testing import Result
from flask.testing import FlaskCliRunner
from openpyxl import Workbook
from sqlalchemy import func, select

from meetup.programmes.service import create_programme
from meetup.work import Work

DEMO = Path(str(files("meetup.demo"))) / "files"
HEAD = "Mã số thuế;Tên doanh nghiệp;Người liên hệ;Thư điện tử;Điện thoại;Loại hình;Lĩnh vực;Địa chỉ"
GOOD = (
    "9999900013;Công ty TNHH Thủy sản Mẫu Một;Nguyễn Văn An;An@example.com;0290 000 0001;Doanh nghiệp;Thủy sản;Sông Đốc"
)

Units = Callable[..., AbstractContextManager[Work]]
Run = Callable[..., Result]


def run_with(runner: FlaskCliRunner) -> Run:
    """Runs ``meetup`` with arguments."""

    def run(*args: str | Path) -> Result:
        return runner.invoke(args=["meetup", *map(str, args)])

    return run


def lines_in(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV file of lines into a folder; gives its path."""

    def write(*lines: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding)
        return path

    return write


def begin(work: Units) -> str:
    """A programme; gives its slug."""
    with work() as w:
        create_programme(w, name="Cà phê kết nối doanh nghiệp", slug="ca-phe")
        w.commit()
    return "ca-phe"


def count(work: Units, model: Any) -> int:
    with work(write=False) as w:
        return w.db.scalar(select(func.count()).select_from(model)) or 0


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    page: Any = book.active
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
