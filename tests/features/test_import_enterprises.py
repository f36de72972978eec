"""`meetup import enterprises`, as an organiser's office uses it: with files out of Excel."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.enterprises.models import Contact, Enterprise
from tests.features.tabling import GOOD, HEAD, Run, Units, count, lines_in, run_with, workbook


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Run:
    return run_with(runner)


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    return lines_in(tmp_path)


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
