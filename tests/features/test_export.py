"""`meetup export`: every kind in every format, and that an import takes it back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from openpyxl import load_workbook

from tests.features.tabling import DEMO, HEAD, Run, Units, begin, lines_in, run_with


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Run:
    return run_with(runner)


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    return lines_in(tmp_path)


@pytest.fixture
def programme(work: Units) -> str:
    return begin(work)


@pytest.fixture
def imported(meetup: Run, programme: str, clock: Any) -> None:
    """What the package's own files hold."""
    clock.travel(to=datetime(2026, 11, 1, tzinfo=UTC))
    for kind, created in (("departments", 90), ("enterprises", 32), ("sessions", 5)):
        result = meetup("import", kind, DEMO / f"{kind}.csv")
        assert result.stdout == f"{kind}: {created} created, 0 updated, 0 unchanged\n", result.stderr


@pytest.mark.usefixtures("imported")
def test_the_demo_files_and_their_exports_can_be_imported_again(meetup: Run, tmp_path: Path) -> None:
    for kind, unchanged in (("departments", 90), ("enterprises", 32), ("sessions", 5)):
        again = [DEMO / f"{kind}.csv"]
        if (DEMO / f"{kind}.xlsx").exists():
            again.append(DEMO / f"{kind}.xlsx")
        for form in ("csv", "xlsx"):
            out = tmp_path / f"{kind}.{form}"
            result = meetup("export", kind, "--format", form, "--output", out)
            assert (result.exit_code, result.stdout) == (0, ""), result.stderr
            again.append(out)
        for file in again:
            result = meetup("import", kind, file)
            assert result.stdout == f"{kind}: 0 created, 0 updated, {unchanged} unchanged\n", (file, result.stderr)
    assert sorted(path.name for path in tmp_path.glob(".*")) == [], "nothing half-written is left"


KINDS = ("enterprises", "departments", "sessions", "registrations", "issues", "follow-ups", "activity")


@pytest.mark.usefixtures("imported")
def test_every_kind_in_every_format(meetup: Run) -> None:
    for kind in KINDS:
        as_json = json.loads(meetup("export", kind, "--format", "json").stdout_bytes)
        as_csv = meetup("export", kind, "--format", "csv").stdout_bytes
        as_xlsx = meetup("export", kind, "--format", "xlsx").stdout_bytes
        assert as_csv.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(as_csv.decode("utf-8-sig"), newline="")))
        page: Any = load_workbook(io.BytesIO(as_xlsx)).active
        assert len(lines) - 1 == page.max_row - 1 == len(as_json), kind
        assert [cell.value for cell in page[1]] == lines[0]
        if as_json:
            assert len(as_json[0]) == len(lines[0])
    (first, *_rest) = json.loads(meetup("export", "sessions", "--format", "json").stdout_bytes)
    assert (first["date"], first["starts"], first["published"]) == ("2026-12-12", "07:00", True)
    assert first["registration_opens_at"] == "2026-11-28T08:00:00+07:00"


def test_a_formula_stays_text(meetup: Run, sheet: Callable[..., Path], work: Units, tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    quoted = evil.replace('"', '""')
    file = sheet(HEAD, f'9999900013;"{quoted}";@An;an@example.com;;;+1;-2')
    assert meetup("import", "enterprises", file).exit_code == 0
    text = meetup("export", "enterprises").stdout_bytes.decode("utf-8-sig")
    _headings, line = csv.reader(io.StringIO(text, newline=""))
    assert f"'{evil}" in line
    assert {"'@An", "'+1", "'-2"} <= set(line)
    page: Any = load_workbook(io.BytesIO(meetup("export", "enterprises", "--format", "xlsx").stdout_bytes)).active
    assert {cell.data_type for cell in page[2]} <= {"s", "inlineStr", "n", "d"}, "no formula"
    assert f"'{evil}" in [cell.value for cell in page[2]]
    (thing,) = json.loads(meetup("export", "enterprises", "--format", "json").stdout_bytes)
    assert thing["name"] == evil, "JSON says what is"
    out = tmp_path / "out.csv"
    meetup("export", "enterprises", "--output", out)
    assert "1 unchanged" in meetup("import", "enterprises", out).stdout, "and an import takes the apostrophe off"


def test_an_export_that_cannot_be_written(meetup: Run, tmp_path: Path) -> None:
    result = meetup("export", "enterprises", "--output", tmp_path / "none" / "a.csv")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
