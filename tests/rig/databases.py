"""Empty but migrated databases, made quickly: migrated once a run, then copied."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.rig import postgresql
from tests.rig.report import cannot_run, run_folder

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    """Bring the database at `url` up to the newest revision, and leave no connection to it."""
    from meetup.db import make_engine
    from meetup.migrate import upgrade

    engine = make_engine(url)
    try:
        upgrade(engine)
        if engine.dialect.name == "sqlite":
            # So that the file alone is the whole database, and can be copied.
            with engine.connect() as connection:
                connection.commit()
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()


def _postgresql_server() -> str:
    """The run's server; started by whoever needs it first."""
    if given := postgresql.given_url():
        return make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    with _alone("postgresql"):
        known, refused = run_folder() / "postgresql", run_folder() / "postgresql-refused"
        if known.is_file():
            return known.read_text().splitlines()[0]
        if refused.is_file():
            raise postgresql.Unavailable(refused.read_text())
        try:
            url, folder = postgresql.start_cluster(int(os.environ["MEETUP_TEST_CONTROLLER"]))
        except postgresql.Unavailable as error:
            refused.write_text(str(error))
            raise
        known.write_text(f"{url}\n{folder}\n")
        return url


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The URL of a PostgreSQL server whose role may make databases."""
    try:
        return _postgresql_server()
    except postgresql.Unavailable as error:
        cannot_run("PostgreSQL", str(error))


@pytest.fixture(scope="session")
def postgresql_admin(postgresql_server: str) -> Iterator[Engine]:
    """An engine that may make and drop databases on the run's PostgreSQL server."""
    engine = postgresql.admin(postgresql_server)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_admin: Engine) -> str:
    """The name of a migrated database that others are copied from."""
    name = f"meetup_template_{run_folder().name}".replace("-", "_").lower()
    with _alone("postgresql-template"):
        done = run_folder() / "postgresql-template"
        if not done.is_file():
            postgresql.drop_database(postgresql_admin, name)
            migrate(postgresql.create_database(postgresql_admin, name))
            done.touch()
    return name


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file that others are copied from."""
    path = run_folder() / "template.sqlite3"
    with _alone("sqlite-template"):
        if not path.is_file():
            fresh = path.with_name("migrating.sqlite3")
            fresh.unlink(missing_ok=True)
            migrate(f"sqlite:///{fresh}")
            fresh.rename(path)
    return path


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database of this test: each test that needs one runs on both.

    To run on one alone: ``@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)``.
    """
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty but migrated database of this test alone."""
    if backend == "sqlite":
        path = tmp_path / "meetup.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    engine: Engine = request.getfixturevalue("postgresql_admin")
    name = f"meetup_{secrets.token_hex(6)}"
    yield postgresql.create_database(engine, name, request.getfixturevalue("postgresql_template"))
    postgresql.drop_database(engine, name)


@pytest.fixture
def bare_database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table, for the tests of migrations themselves."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.sqlite3'}"
        return
    engine: Engine = request.getfixturevalue("postgresql_admin")
    name = f"meetup_{secrets.token_hex(6)}"
    yield postgresql.create_database(engine, name)
    postgresql.drop_database(engine, name)
