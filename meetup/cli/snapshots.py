"""A database copied as it stood at one instant while the site goes on, and put back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, column, create_engine, inspect, select, table

from meetup import migrate
from meetup.cli.context import Failure
from meetup.db import TABLE_PREFIX
from meetup.issues.models import Attachment
from meetup.photos.models import Photo


def take(engine: Engine, path: Path) -> tuple[list[str], list[str]]:
    """Copy the database to `path`; gives (revisions, keys of attachments and photographs) as they are in it.

    SQLite by its backup API, in one step that no writer can come between;
    PostgreSQL by pg_dump in the very snapshot from which the keys are read, of
    Meetup's tables alone: a host may have others beside them.

    Raises:
        Failure: if pg_dump is not there or fails.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with sqlite3.connect(path) as copy:
                _raw(connection).backup(copy)
            copy.close()
            return _copied(path)
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        tables = [f"--table={name}" for name in _tables(connection)]
        _run(engine, "pg_dump", "--format=custom", f"--snapshot={snapshot}", *tables, f"--file={path}", "--dbname")
        return list(migrate.current(connection)), _keys(connection)


def look_that_it_is_empty(engine: Engine) -> None:
    """See that the database holds nothing of ours; the table of revisions alone, after all went back, is nothing.

    Raises:
        Failure: if it does.
    """
    migrate.make_folder(engine)
    with engine.connect() as connection:
        there = _tables(connection)
        if there == [migrate.VERSION_TABLE] and not migrate.current(connection):
            return
    if there:
        raise Failure(
            f"the database {engine.url.render_as_string()} is not empty (it has {there[0]}); "
            "restore into an empty one, and then let MEETUP_DATABASE_URL name it"
        )


def put(engine: Engine, path: Path) -> None:
    """Fill the empty database with the copy at `path`, all or nothing.

    Raises:
        Failure: if it is not empty, or pg_restore is not there or fails.
    """
    look_that_it_is_empty(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection, sqlite3.connect(path) as copy:
            copy.backup(_raw(connection))
        copy.close()
        return
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {migrate.VERSION_TABLE}")
    _run(
        engine, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
        str(path), "--dbname",
    )  # fmt: skip


def _raw(connection: Connection) -> sqlite3.Connection:
    found: Any = connection.connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _copied(path: Path) -> tuple[list[str], list[str]]:
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.connect() as copy:
        revisions: list[str] = list(
            copy.scalars(select(column("version_num")).select_from(table(migrate.VERSION_TABLE)))
        )
        keys = _keys(copy)
    engine.dispose()
    return revisions, keys


def _keys(connection: Connection) -> list[str]:
    found = set(connection.scalars(select(Attachment.key)))
    # A backup is taken before a migration, too: there may be no photographs yet.
    if Photo.__tablename__ in _tables(connection):
        for pair in connection.execute(select(Photo.key, Photo.small_key).where(Photo.state != "removed")):
            found |= set(pair)
    return sorted(found)


def _tables(connection: Connection) -> list[str]:
    return sorted(name for name in inspect(connection).get_table_names() if name.startswith(TABLE_PREFIX))


def _run(engine: Engine, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the database; the last argument takes its address.

    Raises:
        Failure: if it is not installed or fails, with its own last words.
    """
    found = shutil.which(program)
    if found is None:
        raise Failure(f"{program} is not installed; install PostgreSQL's client programs of the server's version")
    # The password goes by the environment: every user of the machine may read a command line.
    address = engine.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ)
    if engine.url.password:
        environment["PGPASSWORD"] = str(engine.url.password)
    command: Sequence[str] = (found, *arguments[:-1], f"{arguments[-1]}={address}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no word of why"]
        raise Failure(f"{program} failed: {said[-1].strip()}")
