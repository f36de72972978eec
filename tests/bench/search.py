"""Searching among a hundred thousand issues and as many follow-ups, by public and staff: the 95th percentile."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert, text

from meetup.access import Actor
from meetup.departments.models import Department
from meetup.domain.finding import key_of
from meetup.enterprises.models import Contact, Enterprise
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.mount import Mount
from meetup.programmes.service import create_programme
from tests.bench.desks import Reader
from tests.bench.measured import Measured, site

#: Seconds, of issue 5.
LIMIT = 0.1
OFFICER = Actor("staff", "2", "Cán bộ", frozenset({"officer"}), department_id=2)
ORGANIZER = Actor("staff", "1", "Lan", frozenset({"organizer"}))
#: Where one searches, and as whom; an officer's department leads one of ten.
PATHS: dict[str, Actor | None] = {
    "/issues/?q=%s": None,
    "/issues/similar?q=xin+hỏi+thuê+đất+kho+lạnh+nước+sạch+hồ+sơ+cơ+quan+trả+lời+%s": None,
    "/organize/issues/?tab=all&q=%s": ORGANIZER,
    "/search?q=%s": None,
    "/search?q=%s ": ORGANIZER,
    "/search?q=%s  ": OFFICER,
}
#: Words in nearly every issue, in one of ten, and in a few; people type them without their diacritics.
COMMON = tuple("doanh nghiệp kiến nghị đề xuất thủ tục chờ lâu hồ sơ cơ quan trả lời".split())  # noqa: SIM905
FEWER = tuple("đất thuế nước sạch cảng điện môi trường xây dựng kho lạnh thủy sản tín dụng".split())  # noqa: SIM905
QUERIES = (
    *("nuoc sach", "thue dat", "ho so", "doanh nghiep", "kho lanh ma42", "ma77", "d"),
    *("thủ tục thuế", "thu túc", "co quan tra loi"),
)


def measure(database_url: str, many: int) -> Iterator[Measured]:
    """Both searches at a tenth of `many` issues, then at `many`."""
    with tempfile.TemporaryDirectory() as folder, site(database_url, Path(folder)) as mount:
        mount.identity = reader = Reader()
        chance = random.Random(1)
        shared = _shared(mount)
        _grow(mount, chance, shared, 0, many // 10)
        before = _times(mount, reader)
        _grow(mount, chance, shared, many // 10, many)
        after = _times(mount, reader)
    for path, seconds in after.items():
        yield Measured(f"seconds of {_named(path)} at {many} issues, 95th percentile", seconds, LIMIT)
    for path, seconds in after.items():
        yield Measured(f"{_named(path)} at {many} issues against {many // 10}", seconds / before[path], None)


def _named(path: str) -> str:
    who = PATHS[path]
    return f"{path.partition('?')[0]} as {next(iter(who.roles)) if who else 'public'}"


def _shared(mount: Mount) -> dict[str, Any]:
    with mount.app.app_context(), mount.work() as work:
        now = work.now
        programme = create_programme(work, name="Cà phê")
        department, other = (
            Department(code=code, name="Sở", kind="department", created_at=now, changed_at=now) for code in ("D1", "D2")
        )
        enterprise = Enterprise(kind="enterprise", name="Công ty", created_at=now, changed_at=now)
        work.db.add_all([department, enterprise])
        work.db.flush()
        work.db.add(other)
        work.db.flush()
        assert other.id == OFFICER.department_id
        contact = Contact(enterprise_id=enterprise.id, name="Bà Lan", email="lan@x.example", created_at=now)
        work.db.add(contact)
        work.db.flush()
        work.commit()
        return {
            "programme_id": programme.id, "enterprise_id": enterprise.id, "contact_id": contact.id,
            "lead_department_id": department.id, "state": "resolved", "kind": "obstacle", "channel": "portal",
            "visibility": "public", "version": 1, "at": now,
        }  # fmt: skip


def _grow(mount: Mount, chance: random.Random, shared: dict[str, Any], first: int, last: int) -> None:
    with mount.database.engine.begin() as connection:
        for begin in range(first, last, 1_000):
            numbers = range(begin, min(begin + 1_000, last))
            issues = [_issue(chance, dict(shared), number) for number in numbers]
            connection.execute(insert(Issue), issues)
            connection.execute(insert(FollowUp), [_follow_up(chance, one) for one in issues])
    if mount.database.engine.dialect.name == "postgresql":
        # As its autovacuum does by itself after so many rows; SQLite's files are never analysed.
        with mount.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _issue(chance: random.Random, shared: dict[str, Any], n: int) -> dict[str, Any]:
    at = shared.pop("at") - timedelta(minutes=200_000 - n)
    title = " ".join([*chance.sample(COMMON, 3), chance.choice(FEWER), f"mã{chance.randrange(2_000)}"])
    body = " ".join(chance.choices(COMMON, k=40) + chance.choices(FEWER, k=2))
    number = 100_000 + n
    return {
        **shared, "id": n + 1, "lead_department_id": shared["lead_department_id"] + (n % 10 == 0),
        "number": number, "title": title, "description": body, "published_title": title,
        "published_question": body, "published_answer": "Đã trả lời.", "published_hash": "x",
        "search_key": key_of(number, (title, f"{body} Đã trả lời."), (title, body)), "received_at": at,
        "published_at": at, "created_at": at, "changed_at": at,
    }  # fmt: skip


def _follow_up(chance: random.Random, issue: dict[str, Any]) -> dict[str, Any]:
    at = issue["received_at"]
    task = " ".join([*chance.sample(COMMON, 6), *chance.sample(FEWER, 2), f"mã{chance.randrange(2_000)}"])
    return {
        "id": issue["id"], "number": issue["number"], "issue_id": issue["id"], "state": "closed", "task": task,
        "enterprise_id": issue["enterprise_id"], "lead_department_id": issue["lead_department_id"],
        "assigned_at": at, "due_on": at.date(), "first_due_on": at.date(), "created_at": at, "changed_at": at,
    }  # fmt: skip


def _times(mount: Mount, reader: Reader) -> dict[str, float]:
    client = mount.app.test_client()
    found: dict[str, float] = {}
    for path, who in PATHS.items():
        reader.who = who
        taken = []
        for query in QUERIES * 5:
            begun = perf_counter()
            answer = client.get(path.strip() % query.replace(" ", "+"))
            taken.append(perf_counter() - begun)
            assert answer.status_code == 200
        found[path] = sorted(taken)[round(len(taken) * 0.95) - 1]
    return found
