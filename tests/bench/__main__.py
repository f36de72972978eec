"""``python -m tests.bench [--small] [name …]``: every benchmark on SQLite and PostgreSQL, as ratios of one run.

Exit status 1 if a ratio is over its limit. ``--small`` only tries that the benchmarks run: its limits do not count.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import delivery, desks, feeds, hall, load, plugins, reminders, rush, search
from tests.bench.measured import Measured
from tests.rig import crashes, databases, postgresql


def _crashes(database_url: str, messages: int) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        report = crashes.run(database_url, Path(folder), messages=messages, kills=max(3, messages // 100))
    yield Measured(f"messages lost: {report}", len(report.lost), 0)
    yield Measured(
        "copies that nobody knew of, or after no kill", len(report.unknown) + len(report.ids) + report.unexplained, 0
    )


#: Name → what measures it, how much of it, and how little for a small run.
ALL: dict[str, tuple[Callable[[str, int], Iterator[Measured]], int, int]] = {
    "delivery": (delivery.measure, 400, 20),
    "feeds": (feeds.measure, 1_000, 20),
    "reminders": (reminders.measure, 1_000_000, 1_500),
    "load": (load.measure, 400, 20),
    "rush": (rush.measure, 5_000, 50),
    "plugins": (plugins.measure, 200, 20),
    "hall": (hall.measure, 200, 20),
    "desks": (desks.measure, 1_000_000, 3_000),
    "search": (search.measure, 100_000, 2_000),
    "crashes": (_crashes, 10_000, 60),
}


@contextmanager
def _databases(which: list[str]) -> Iterator[Callable[[str], str]]:
    """Makes empty, migrated databases."""
    with tempfile.TemporaryDirectory() as folder:
        engine = None
        if "postgresql" in which:
            # One of our own goes when this process does.
            engine = postgresql.admin(postgresql.given_url() or postgresql.start_cluster(os.getpid())[0])
        made: list[str] = []

        def make(backend: str) -> str:
            if backend == "sqlite":
                found = f"sqlite:///{folder}/{secrets.token_hex(6)}.sqlite3"
            else:
                assert engine is not None
                made.append(f"meetup_bench_{secrets.token_hex(6)}")
                found = postgresql.create_database(engine, made[-1])
            databases.migrate(found)
            return found

        try:
            yield make
        finally:
            if engine is not None:
                for name in made:
                    postgresql.drop_database(engine, name)
                engine.dispose()


def main() -> int:
    """Run, and say what came of it; gives the exit status."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; all by default")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--backend", action="append", choices=["sqlite", "postgresql"])
    given = parser.parse_args()
    logging.getLogger("meetup").setLevel(logging.CRITICAL)
    backends = given.backend or ["sqlite", "postgresql"]
    kept = True
    with _databases(backends) as make:
        for backend in backends:
            for name in given.names or ALL:
                measure, much, little = ALL[name]
                # A database for each: what one left behind is no part of the next.
                for found in measure(make(backend), little if given.small else much):
                    kept = kept and (found.is_kept or given.small)
                    sys.stdout.write(f"{backend:10}  {found}\n")
                    sys.stdout.flush()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
