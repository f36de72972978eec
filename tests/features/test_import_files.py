"""What `meetup import` reads and what it refuses: torn, forged, too large, no table at all."""

from __future__ import annotations

import io
import time as clocks
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from meetup.departments.importing import COLUMNS as DEPARTMENTS
from meetup.enterprises.importing import COLUMNS as ENTERPRISES
from meetup.errors import InvalidInput
from meetup.mount import Mount
from meetup.sessions.importing import COLUMNS as SESSIONS
from meetup.tables.reading import read_rows
from meetup.web.i18n import _
from tests.features.tabling import GOOD, HEAD, Run, lines_in, run_with, workbook


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Run:
    return run_with(runner)


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    return lines_in(tmp_path)


def test_misuse_is_2(meetup: Run, sheet: Callable[..., Path], tmp_path: Path) -> None:
    assert meetup("import", "people", sheet(HEAD)).exit_code == 2
    assert meetup("import", "enterprises", tmp_path / "none.csv").exit_code == 2
    assert meetup("import", "enterprises", sheet(HEAD, GOOD), "--programme", "x").exit_code == 2
    assert meetup("export", "people").exit_code == 2
    assert meetup("export", "issues", "--format", "pdf").exit_code == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", "Tên doanh nghiệp\n".encode(), "no rows"),
        ("a.csv", "Thành phố;Tỉnh\nA;B\n".encode(), "lacks columns"),
        ("a.csv", "Tên doanh nghiệp;Tên doanh nghiệp\nA;B\n".encode(), "2 times"),
        ("a.csv", "Tên doanh nghiệp;name\nA;B\n".encode(), "mean the same"),
        ("a.csv", b"T\xean doanh nghi\xeap;MST\nA;B\n", "not in UTF-8"),
        ("a.csv", b"name;tax_code\n\x00\x00;B\n", "not a text file"),
        ("a.xlsx", b"PK\x03\x04 nothing", "no workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "Only CSV and XLSX"),
        ("a.pdf", b"%PDF-1.7", "Only CSV and XLSX"),
    ],
)
def test_a_file_that_cannot_be_read(meetup: Run, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    result = meetup("import", "enterprises", file)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Nothing was imported." in result.stderr


def test_a_zip_bomb_is_refused_before_it_is_unpacked(meetup: Run, tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        for name, content in _parts(workbook(["name"], ["A"])).items():
            parts.writestr(name, content)
        parts.writestr("xl/media/a.bin", bytes(101 * 1024 * 1024))
    assert file.stat().st_size < 1024 * 1024
    began = clocks.monotonic()
    result = meetup("import", "enterprises", file)
    assert clocks.monotonic() - began < 5
    assert (result.exit_code, "unpacks to more than 100 MB" in result.stderr) == (1, True)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def forged(sheet_xml: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _parts(workbook(["name"], ["A"])).items():
            parts.writestr(name, sheet_xml if name == "xl/worksheets/sheet1.xml" else content)
    return out.getvalue()


@pytest.mark.parametrize(
    "sheet_xml",
    [
        b'<!DOCTYPE a [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>',
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="999999999999"><c r="A999999999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        b"</worksheet>",
        b"<worksheet><unclosed>",
    ],
)
def test_a_forged_workbook_is_refused(sheet_xml: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_rows("a.xlsx", forged(sheet_xml))
    assert refused.value.faults[0].field == "file"


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetup.tables.reading.MAX_ROWS", 3)
    monkeypatch.setattr("meetup.tables.reading.MAX_BYTES", 100)
    with pytest.raises(InvalidInput, match="more than 3 rows"):
        read_rows("a.csv", b"name\na\nb\nc\nd\n")
    with pytest.raises(InvalidInput, match="larger"):
        read_rows("a.csv", bytes(101))


def test_lines_are_those_that_an_editor_shows() -> None:
    rows = read_rows("a.csv", b'name,note\r\n"a","one\r\ntwo"\r\n\r\nb,x\r\n')
    assert [(row.line, row.values["name"]) for row in rows] == [(2, "a"), (5, "b")]
    assert rows[0].values["note"] == "one\ntwo"


def test_excels_own_days_times_and_numbers() -> None:
    content = workbook(
        ["Ngày", "Bắt đầu", "Số chỗ", "Mở đăng ký"],
        [date(2026, 12, 12), time(7, 30), 25, datetime(2026, 11, 28, 8)],  # noqa: DTZ001 - Excel knows no zones
    )
    (row,) = read_rows("a.xlsx", content)
    assert row.values == {
        "ngay": "2026-12-12",
        "bat dau": "07:30",
        "so cho": "25",
        "mo dang ky": "2026-11-28 08:00",
    }
    assert row.numbers == {"so cho"}


@pytest.mark.parametrize("columns", [ENTERPRISES, DEPARTMENTS, SESSIONS])
def test_no_heading_means_two_columns(mount: Mount, columns: Any) -> None:
    with mount.app.app_context():
        words = [word for column in columns for word in column.words(_)]
    assert sorted(words) == sorted(set(words))
