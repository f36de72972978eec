"""A department's desk and the leader's page after years: a million issues and five million log entries.

What grows is the history: as much is open after ten years as after one. Rows are copied in the database, from
templates of each month, by one statement a table.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from meetup.access import Actor
from meetup.activity.models import Activity, ActivityHead
from meetup.departments.models import Department
from meetup.enterprises.models import Contact, Enterprise
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.mount import Mount
from meetup.programmes.service import create_programme
from meetup.scorecards import settled, tallies
from meetup.scorecards.achievements import achievements
from tests.bench.measured import Measured, beside_known, site

DEPARTMENTS, MONTHS, ENTRIES = 50, 120, 5
#: Closed templates of each month: how long they took differs, as medians need it.
KINDS = 16
CLOSED = MONTHS * KINDS
#: The limit of issue 6.
LIMIT = 1.5


class Reader:
    """Somebody of the staff who is signed in."""

    def __init__(self) -> None:
        self.who: Actor | None = None

    def actor(self) -> Actor | None:
        """Whoever it is now."""
        return self.who

    def login_url(self, after: str) -> str:
        """None."""
        return ""

    def logout_url(self) -> str:
        """None."""
        return ""


def measure(database_url: str, many: int) -> Iterator[Measured]:
    """Both pages at a hundredth of `many` issues, then at `many`."""
    few = many // 100
    with tempfile.TemporaryDirectory() as folder, site(database_url, Path(folder)) as mount:
        reader = Reader()
        mount.identity = reader
        own = _templates(mount)
        _grow(mount, 0, few, open_ones=few // 5)
        _fill(mount)
        before = _times(mount, reader, own)
        _grow(mount, few, many, open_ones=0)
        begun = perf_counter()
        _fill(mount)
        yield Measured(f"seconds to fill the sums of {many} follow-ups", perf_counter() - begun, None)
        after = _times(mount, reader, own)
    for name, (ratio, seconds) in after.items():
        was, once = before[name]
        told = f"{seconds * 1000:.0f} ms at the best; at {few} {once * 1000:.0f} ms"
        yield Measured(f"{name} at {many} issues ({told})", ratio / was, LIMIT)


def _templates(mount: Mount) -> int:
    """Closed and open follow-ups of each month, with issue and log entry; gives a department's key."""
    with mount.app.app_context(), mount.work() as work:
        now = work.now
        programme = create_programme(work, name="Cà phê")
        departments = [
            Department(code=f"D{n}", name=f"Sở {n}", kind="department", created_at=now, changed_at=now)
            for n in range(DEPARTMENTS)
        ]
        enterprise = Enterprise(kind="enterprise", name="Công ty", created_at=now, changed_at=now)
        work.db.add_all([*departments, enterprise])
        work.db.flush()
        contact = Contact(enterprise_id=enterprise.id, name="Bà Lan", email="lan@x.example", created_at=now)
        work.db.add(contact)
        work.db.flush()
        for n in range(CLOSED + MONTHS):
            at = now - timedelta(days=30 * (n % MONTHS) + 20)
            closed = n < CLOSED
            done = at + timedelta(hours=n * 37 % 700 + 1)
            times = {"created_at": at, "changed_at": at}
            issue = Issue(
                number=n + 1, state="resolved" if closed else "in_follow_up", programme_id=programme.id,
                enterprise_id=enterprise.id, contact_id=contact.id, title=f"Kiến nghị {n}", description="Chờ lâu.",
                lead_department_id=departments[0].id, received_at=at, answered_at=done if closed else None, **times,
            )  # fmt: skip
            work.db.add(issue)
            work.db.flush()
            due = (at if closed or n % 2 else now).date() + timedelta(days=21)
            work.db.add(
                FollowUp(
                    number=n + 1, state="closed" if closed else "accepted", issue_id=issue.id,
                    enterprise_id=enterprise.id, lead_department_id=departments[0].id, task="Trả lời.",
                    assigned_at=at, due_on=due, first_due_on=due, answered_at=done if closed else None,
                    first_response_at=done if closed else None,
                    closed_at=done if closed else None, closing="confirmed" if closed else "",
                    satisfaction=1 + n % 5 if closed else None, **times,
                )
            )  # fmt: skip
            work.log("bench.step", issue)
        work.commit()
        return departments[0].id


def _grow(mount: Mount, first: int, last: int, *, open_ones: int) -> None:
    """Issues, follow-ups and entries `first` to `last`; of the first `open_ones` the follow-up is open."""
    with mount.database.engine.begin() as connection:
        base = 10_000
        template = f"CASE WHEN n < {first + open_ones} THEN {CLOSED} + n % {MONTHS} ELSE n % {CLOSED} END + 1"
        shared = {"id": f"{base} + n", "number": f"{base} + n", "lead_department_id": f"1 + n % {DEPARTMENTS}"}
        _copy(connection, Issue.__table__, template, first, last, shared)
        _copy(connection, FollowUp.__table__, template, first, last, {**shared, "issue_id": f"{base} + n"})
        entries = {"seq": f"{base} + n", "subject": f"'issue:' || ({base} + n / {ENTRIES})", "about": "''"}
        _copy(connection, Activity.__table__, f"1 + n % {MONTHS}", first * ENTRIES, last * ENTRIES, entries)
        newest = select(func.max(Activity.seq)).scalar_subquery()
        connection.execute(ActivityHead.__table__.update().values(seq=newest))  # type: ignore[attr-defined]
        if connection.dialect.name == "postgresql":
            # The sums are made from it.
            connection.execute(text("ANALYZE"))


def _fill(mount: Mount) -> None:
    """The sums behind scorecards: what was copied no worker has seen."""
    with mount.work() as work:
        tallies.rebuild(work)
        settled.rebuild(work)
        work.commit()
    if mount.database.engine.dialect.name == "postgresql":
        # As its autovacuum would; SQLite's files are never analysed.
        with mount.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _copy(connection: Connection, table: Any, template: str, first: int, last: int, values: dict[str, str]) -> None:
    """Rows `first` to `last` of `table`, each like the row whose key is `template`, but for `values`."""
    assert isinstance(table, Table)
    (key,) = table.primary_key.columns
    if connection.dialect.name == "postgresql":
        numbers = f"numbers AS (SELECT generate_series({first}, {last - 1}) AS n)"
    else:
        numbers = f"numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last - 1})"
    names = [column.name for column in table.columns]
    given = ", ".join(values.get(name, f't."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({listed}) WITH RECURSIVE {numbers} SELECT {given} FROM numbers "
            f'JOIN {table.name} t ON t."{key.name}" = {template}'
        )
    )


def _times(mount: Mount, reader: Reader, own: int) -> dict[str, tuple[float, float]]:
    client = mount.app.test_client()

    def ask(path: str, actor: Actor) -> tuple[float, float]:
        reader.who = actor

        def once() -> None:
            assert client.get(path).status_code == 200

        for _ in range(3):
            once()
        return beside_known(once)

    def achieved() -> None:
        with mount.work(write=False) as work:
            assert achievements(work).issues_raised

    officer = Actor("staff", "1", "Lan", frozenset({"officer"}), department_id=own)
    leader = Actor("staff", "2", "Minh", frozenset({"leader"}))
    return {
        "department's desk": ask("/department/", officer),
        "leader's page": ask("/leader/", leader),
        "what was achieved": beside_known(achieved),
    }
