"""Picking the due reminders among a million future ones, beside picking them among a thousand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import delete, insert

from meetup.access import SYSTEM
from meetup.mount import Mount
from meetup.reminders.models import Reminder
from meetup.reminders.service import send_due
from tests.bench.measured import Measured, site

FEW, DUE = 1_000, 50


def measure(database_url: str, many: int) -> Iterator[Measured]:
    """The same due reminders, picked and settled, among few and among many."""
    with tempfile.TemporaryDirectory() as folder, site(database_url, Path(folder)) as mount:
        _future(mount, 0, FEW)
        among_few = min(_pick(mount) for _ in range(9))
        _future(mount, FEW, many)
        with mount.database.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
        among_many = min(_pick(mount) for _ in range(9))
    yield Measured(
        f"due reminders among {many} ({among_many * 1000:.1f} ms; among {FEW} {among_few * 1000:.1f} ms)",
        among_many / among_few,
        1.5,
    )


def _row(number: int, at: object) -> dict[str, object]:
    return {"rule": "session:1d", "subject": f"session:{number}", "target_at": at, "due_at": at, "state": "planned"}


def _future(mount: Mount, first: int, last: int) -> None:
    with mount.work(SYSTEM) as work:
        later = work.now + timedelta(days=30)
        for start in range(first, last, 10_000):
            numbers = range(start, min(start + 10_000, last))
            rows = [_row(10_000_000 + number, later + timedelta(seconds=number)) for number in numbers]
            work.db.execute(insert(Reminder), rows)
        work.commit()


def _pick(mount: Mount) -> float:
    """Seconds until all that is due has been picked and settled."""
    with mount.work(SYSTEM) as work:
        due = work.now - timedelta(minutes=1)
        work.db.execute(insert(Reminder), [_row(number, due) for number in range(1, DUE + 1)])
        work.commit()
        begun = perf_counter()
        while sum(send_due(work).values()):
            pass
        work.commit()
        seconds = perf_counter() - begun
        subjects = [f"session:{number}" for number in range(1, DUE + 1)]
        gone = delete(Reminder).where(Reminder.subject.in_(subjects), Reminder.state != "planned")
        left = work.db.execute(gone.execution_options(synchronize_session=False))
        assert left.rowcount == DUE  # type: ignore[attr-defined]
        work.commit()
    return seconds
