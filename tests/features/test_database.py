"""What every connection of ours is, from the first statement on and after whatever went wrong on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from meetup.mount import Mount

#: What is asked → what it says.
HABITS = {
    "postgresql": {"SHOW max_parallel_workers_per_gather": "0"},
    "sqlite": {"PRAGMA foreign_keys": 1, "PRAGMA journal_mode": "wal"},
}


def test_a_connection_keeps_its_habits(mount: Mount) -> None:
    engine = mount.database.engine
    for _ in range(3):
        with engine.connect() as connection:
            for question, answer in HABITS[engine.dialect.name].items():
                assert connection.scalar(text(question)) == answer
            connection.rollback()
