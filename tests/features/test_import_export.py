"""`meetup import` and `meetup export`, as an organiser's office uses them: with files out of Excel."""

from __future__ import annotations

import csv
import io
import json
import re
import time as clocks
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from meetup.activity.models import Activity
from meetup.departments.importing import COLUMNS as DEPARTMENTS
from meetup.departments.models import Department
from meetup.enterprises.importing import COLUMNS as ENTERPRISES
from meetup.enterprises.models import Contact, Enterprise
from meetup.errors import InvalidInput
from meetup.mount import Mount
from meetup.programmes.service import create_programme
from meetup.sessions.importing import COLUMNS as SESSIONS
from meetup.sessions.models import Session
from meetup.tables.reading import read_rows
from meetup.web.i18n import _
from meetup.work import Work

DEMO = Path(str(files("meetup.demo"))) / "files"
HEAD = "Mã số thuế;Tên doanh nghiệp;Người liên hệ;Thư điện tử;Điện thoại;Loại hình;Lĩnh vực;Địa chỉ"
GOOD = (
    "9999900013;Công ty TNHH Thủy sản Mẫu Một;Nguyễn Văn An;An@example.com;0290 000 0001;Doanh nghiệp;Thủy sản;Sông Đốc"
)

Units = Callable[..., AbstractContextManager[Work]]
Run = Callable[..., Result]


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Run:
    def run(*args: str | Path) -> Result:
        return runner.invoke(args=["meetup", *map(str, args)])

    return run


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """A CSV file of lines."""

    def write(*lines: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding)
        return path

    return write


@pytest.fixture
def programme(work: Units) -> str:
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


# -- enterprises -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_vietnamese_headings_in_any_csv(
    meetup: Run, sheet: Callable[..., Path], work: Units, delimiter: str, encoding: str
) -> None:
    lines = [line.replace(";", delimiter) for line in (HEAD, GOOD)]
    result = meetup("import", "enterprises", sheet(*lines, encoding=encoding))
    assert (result.exit_code, result.stdout) == (0, "enterprises: 1 created, 0 updated, 0 unchanged\n")
    assert result.stderr == "", "quiet in a pipe"
    with work(write=False) as w:
        enterprise = w.db.scalars(select(Enterprise)).one()
        contact = w.db.scalars(select(Contact)).one()
    assert (enterprise.tax_code, enterprise.kind, enterprise.sector) == ("9999900013", "enterprise", "Thủy sản")
    assert enterprise.address == "Sông Đốc"
    assert (contact.name, contact.email, contact.phone) == ("Nguyễn Văn An", "an@example.com", "+842900000001")


def test_english_headings(meetup: Run, sheet: Callable[..., Path], work: Units) -> None:
    file = sheet("Tax_Code,NAME,kind,contact_name,email", "9999900020,Rice Two,cooperative,Bich,b@example.com")
    assert meetup("import", "enterprises", file).exit_code == 0
    with work(write=False) as w:
        assert w.db.scalars(select(Enterprise.kind)).one() == "cooperative"


def test_the_headings_may_stand_below_a_title(meetup: Run, sheet: Callable[..., Path]) -> None:
    file = sheet("DANH SÁCH DOANH NGHIỆP, NĂM 2026", "", HEAD, GOOD)
    assert "1 created" in meetup("import", "enterprises", file).stdout


def test_all_or_nothing_and_every_fault_of_every_row_is_named(
    meetup: Run, sheet: Callable[..., Path], work: Units
) -> None:
    file = sheet(
        HEAD,
        GOOD,
        "9999900014;;;khong-phai-email;12;Tập đoàn;;",
        ";Công ty Không Mã;;;;;;",
        "9999900013;Tên khác;;;;;;",
        "9999900020;HTX Lúa tôm Mẫu Hai;;;;Hợp tác xã;;",
    )
    result = meetup("import", "enterprises", file)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    where = sorted(re.findall(r"^meetup: line (\d+), (\w+): \S", result.stderr, re.MULTILINE))
    assert where == [
        ("3", "contact_name"),
        ("3", "email"),
        ("3", "kind"),
        ("3", "name"),
        ("3", "phone"),
        ("3", "tax_code"),
        ("4", "tax_code"),
        ("5", "tax_code"),
    ]
    assert lines[-1] == "meetup: 3 of 5 rows cannot be taken. Nothing was imported."
    assert "Traceback" not in result.stderr
    assert count(work, Enterprise) == count(work, Activity) == 0


def test_a_dry_run_checks_everything_and_changes_nothing(meetup: Run, sheet: Callable[..., Path], work: Units) -> None:
    result = meetup("import", "enterprises", sheet(HEAD, GOOD), "--dry-run")
    assert result.exit_code == 0
    assert "1 created, 0 updated, 0 unchanged (dry run" in result.stdout
    assert count(work, Enterprise) == 0
    assert meetup("import", "enterprises", sheet(HEAD, "1;A;;;;;;"), "--dry-run").exit_code == 1


def test_the_same_file_again_changes_nothing_and_another_updates(
    meetup: Run, sheet: Callable[..., Path], work: Units
) -> None:
    meetup("import", "enterprises", sheet(HEAD, GOOD))
    entries = count(work, Activity)
    assert "0 created, 0 updated, 1 unchanged" in meetup("import", "enterprises", sheet(HEAD, GOOD)).stdout
    assert count(work, Activity) == entries
    changed = GOOD.replace("Sông Đốc", "Năm Căn").replace("000 0001", "000 0077")
    assert "0 created, 1 updated, 0 unchanged" in meetup("import", "enterprises", sheet(HEAD, changed)).stdout
    with work(write=False) as w:
        assert w.db.scalars(select(Enterprise.address)).one() == "Năm Căn"
        assert w.db.scalars(select(Contact.phone)).one() == "+842900000077"
    empty = "9999900013;Công ty TNHH Thủy sản Mẫu Một;;;;;;"
    assert "1 unchanged" in meetup("import", "enterprises", sheet(HEAD, empty)).stdout, "an empty cell says nothing"


def test_who_has_no_tax_code_is_found_again(meetup: Run, sheet: Callable[..., Path], work: Units) -> None:
    file = sheet(HEAD, ";Nhà đầu tư Mẫu Bốn;John;j@example.com;;Nhà đầu tư;;", ";Hiệp hội Mẫu;;;;Hiệp hội;;")
    assert "2 created" in meetup("import", "enterprises", file).stdout
    assert "2 unchanged" in meetup("import", "enterprises", file).stdout
    assert count(work, Enterprise) == 2


def test_a_branch_above_its_head_office_is_linked(meetup: Run, sheet: Callable[..., Path], work: Units) -> None:
    file = sheet(HEAD, "9999900013-001;Chi nhánh Một;;;;;;", GOOD)
    assert meetup("import", "enterprises", file).exit_code == 0
    with work(write=False) as w:
        branch = w.db.scalars(select(Enterprise).where(Enterprise.tax_code == "9999900013001")).one()
        assert w.db.get(Enterprise, branch.parent_id).tax_code == "9999900013"


@pytest.mark.parametrize(
    ("cell", "kind", "hint"),
    [
        (96085001234, "Hộ kinh doanh", "leading zero"),
        (300588569, "Doanh nghiệp", "leading zero"),
        ("9,9999E+09", "Doanh nghiệp", "Excel has shortened"),
        ("9999900014", "Doanh nghiệp", "check digit"),
    ],
)
def test_a_tax_code_that_excel_spoiled_gets_a_hint(
    meetup: Run, tmp_path: Path, cell: Any, kind: str, hint: str
) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook(["MST", "Tên doanh nghiệp", "Loại hình"], [cell, "Mẫu", kind]))
    result = meetup("import", "enterprises", file)
    assert result.exit_code == 1
    assert "line 2, tax_code" in result.stderr
    assert hint in result.stderr


def test_what_means_nothing_is_said(meetup: Run, sheet: Callable[..., Path]) -> None:
    result = meetup("import", "enterprises", sheet(f"STT;{HEAD}", f"1;{GOOD}"))
    assert result.exit_code == 0
    assert result.stderr == "not read: stt\n"


# -- departments -------------------------------------------------------------------------------------


def test_departments_with_validity_and_successor(meetup: Run, sheet: Callable[..., Path], work: Units) -> None:
    file = sheet(
        "Mã;Tên cơ quan;Loại;Email;Email thủ trưởng;Hiệu lực từ;Hiệu lực đến;Cơ quan kế thừa",
        "STNMT;Sở Tài nguyên và Môi trường;sở;;;;28/02/2025;SNNMT",
        "SNNMT;Sở Nông nghiệp và Môi trường;Sở;snnmt@example.com;gd@example.com;2025-03-01;;",
        "THUE;Thuế tỉnh;ngành;;;;;",
        "XA-SONGDOC;UBND xã Sông Đốc;địa phương;;;01/07/2025;;",
    )
    assert "4 created" in meetup("import", "departments", file).stdout
    assert "4 unchanged" in meetup("import", "departments", file).stdout
    with work(write=False) as w:
        found = {one.code: one for one in w.db.scalars(select(Department))}
    assert found["STNMT"].successor_id == found["SNNMT"].id
    assert found["STNMT"].valid_to == date(2025, 2, 28)
    assert [found[code].kind for code in ("SNNMT", "THUE", "XA-SONGDOC")] == ["department", "branch", "locality"]
    assert found["SNNMT"].head_email == "gd@example.com"


def test_departments_that_cannot_be(meetup: Run, sheet: Callable[..., Path], work: Units) -> None:
    file = sheet(
        "code,name,valid_from,valid_to,successor",
        "A,Sở A,01/02/2026,01/01/2026,",
        "B,Sở B,31/02/2026,,",
        "C,Sở C,,,KHONGCO",
        "D,Sở D,,,E",
        "E,Sở E,,,D",
        "e,Sở E nữa,,,",
    )
    result = meetup("import", "departments", file)
    assert result.exit_code == 1
    named = re.findall(r"line (\d+), (\w+)", result.stderr)
    assert named == [
        ("2", "valid_to"),
        ("3", "valid_from"),
        ("4", "successor"),
        ("6", "successor"),
        ("7", "code"),
    ]
    assert count(work, Department) == 0


# -- sessions ----------------------------------------------------------------------------------------

SESSION_HEAD = (
    "Tên buổi;Chuyên đề;Ngày;Bắt đầu;Kết thúc;Địa điểm;Số chỗ;Số chỗ mỗi doanh nghiệp;"
    "Chủ trì;Chức danh chủ trì;Mở đăng ký;Đóng đăng ký;Công bố;Chương trình"
)


def test_sessions(meetup: Run, sheet: Callable[..., Path], work: Units, programme: str, clock: Any) -> None:
    clock.travel(to=datetime(2026, 11, 1, tzinfo=UTC))
    file = sheet(
        SESSION_HEAD,
        "Cà phê 1;Đất đai;12/12/2026;7h;8h30;Sảnh A;25;2;Ông Mẫu;Phó Chủ tịch;28/11/2026;11/12/2026 17:00;có;",
        "Cà phê 2;;2026-12-19;07:00;08:30;;;;;;;;không;Cà phê kết nối doanh nghiệp",
    )
    assert meetup("import", "sessions", file).stdout == "sessions: 2 created, 0 updated, 0 unchanged\n"
    assert meetup("import", "sessions", file).stdout == "sessions: 0 created, 0 updated, 2 unchanged\n"
    with work(write=False) as w:
        first, second = w.db.scalars(select(Session).order_by(Session.starts_at)).all()
    assert first.starts_at == datetime(2026, 12, 12, 0, 0, tzinfo=UTC), "07:00 in Cà Mau"
    assert (first.state, first.capacity, first.chair_role) == ("published", 25, "Phó Chủ tịch")
    assert first.registration_opens_at == datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert first.registration_closes_at == datetime(2026, 12, 11, 10, tzinfo=UTC)
    assert second.state == "draft"
    file = sheet(SESSION_HEAD, "Cà phê 1;Đất đai;12/12/2026;7h30;9h;Sảnh B;30;;;;;;;")
    assert "1 updated" in meetup("import", "sessions", file).stdout
    with work(write=False) as w:
        moved = w.db.get(Session, first.id)
    assert (moved.venue, moved.capacity, moved.chair, moved.sequence) == ("Sảnh B", 30, "Ông Mẫu", first.sequence + 1)


def test_sessions_that_cannot_be(
    meetup: Run, sheet: Callable[..., Path], work: Units, programme: str, clock: Any
) -> None:
    clock.travel(to=datetime(2026, 11, 1, tzinfo=UTC))
    file = sheet(
        SESSION_HEAD,
        "A;;30/02/2026;25h;8h;;nhiều;;;;;;có thể;Không có",
        "B;;12/10/2026;7h;8h;;;;;;;;có;",
        "C;;12/12/2026;7h;8h;;;;;;13/12/2026;11/12/2026;;",
    )
    result = meetup("import", "sessions", file)
    assert result.exit_code == 1
    named = re.findall(r"line (\d+), (\w+)", result.stderr)
    assert {field for line, field in named if line == "2"} == {"programme", "date", "starts", "capacity", "published"}
    assert ("3", "starts_at") in named, "a session of the past cannot be published"
    assert ("4", "registration_closes_at") in named
    assert count(work, Session) == 0


def test_a_programme_is_named_by_the_option(
    meetup: Run, sheet: Callable[..., Path], work: Units, programme: str
) -> None:
    with work() as w:
        create_programme(w, name="Đối thoại", slug="doi-thoai")
        w.commit()
    file = sheet("title,date,starts,ends", "Buổi,12/12/2026,07:00,08:30")
    assert "line 2, programme" in meetup("import", "sessions", file).stderr
    assert meetup("import", "sessions", file, "--programme", "doi-thoai").exit_code == 0
    result = meetup("import", "sessions", file, "--programme", "khong-co")
    assert (result.exit_code, "khong-co" in result.stderr) == (2, True)


# -- files -------------------------------------------------------------------------------------------


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


# -- exports -----------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("columns", [ENTERPRISES, DEPARTMENTS, SESSIONS])
def test_no_heading_means_two_columns(mount: Mount, columns: Any) -> None:
    with mount.app.app_context():
        words = [word for column in columns for word in column.words(_)]
    assert sorted(words) == sorted(set(words))
