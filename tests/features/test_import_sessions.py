"""`meetup import departments` and `meetup import sessions`: validity, successors, wall times, programmes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from meetup.departments.models import Department
from meetup.programmes.service import create_programme
from meetup.sessions.models import Session
from tests.features.tabling import Run, Units, begin, count, lines_in, run_with


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Run:
    return run_with(runner)


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    return lines_in(tmp_path)


@pytest.fixture
def programme(work: Units) -> str:
    return begin(work)


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
