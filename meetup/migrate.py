"""Alembic behind one seam: core and plugins together, in a version table of our own.

A host's own Alembic never sees our tables and ours never sees the host's.
Each plugin is a branch labelled with its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from meetup.db import TABLE_PREFIX, Base
from meetup.errors import BadConfiguration

VERSION_TABLE = "meetup_alembic_version"


def core_location() -> str:
    """Where the core's migrations are, in a wheel and in an editable install alike."""
    return str(files("meetup.migrations"))


def make_config(connection: Connection | None = None, plugin_locations: Iterable[str] = ()) -> Config:
    """An Alembic configuration for the core and the plugins whose version folders are given."""
    core = core_location()
    made = Config()
    made.set_main_option("script_location", core.replace("%", "%%"))
    made.set_main_option("path_separator", "newline")
    versions = [str(Path(core) / "versions"), *plugin_locations]
    made.set_main_option("version_locations", "\n".join(versions).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Whether a name found in the database is ours to look at."""
    if kind == "table":
        return bool(name) and str(name).startswith(TABLE_PREFIX) and name != VERSION_TABLE
    return True


def context_options() -> dict[str, Any]:
    """What every Alembic context of ours is configured with."""
    return {
        "target_metadata": Base.metadata,
        "version_table": VERSION_TABLE,
        "include_name": include_name,
        "compare_type": True,
        "render_as_batch": True,
    }


def upgrade(engine: Engine, target: str = "heads", plugin_locations: Iterable[str] = ()) -> None:
    """Bring the database up to `target`: all of the core and the plugins by default.

    Two that start at once wait for each other: SQLite by its write lock,
    PostgreSQL by an advisory lock.

    Raises:
        BadConfiguration: if the database was migrated by a plugin that is not installed any more.
    """
    _run(engine, plugin_locations, lambda made: command.upgrade(made, target))


def downgrade(engine: Engine, target: str, plugin_locations: Iterable[str] = ()) -> None:
    """Take the database back to `target`, such as ``-1``, ``base`` or ``<plugin>@base``."""
    _run(engine, plugin_locations, lambda made: command.downgrade(made, target))


def _run(engine: Engine, plugin_locations: Iterable[str], step: Any) -> None:
    folder = engine.url.database
    if engine.dialect.name == "sqlite" and folder and folder != ":memory:":
        Path(folder).parent.mkdir(parents=True, exist_ok=True)
    writer = engine.execution_options(meetup_write=True)
    with writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('meetup.migrate'))")
        made = make_config(connection, plugin_locations)
        missing = unknown_revisions(connection, made)
        if missing:
            raise BadConfiguration(
                [
                    f"the database has revision {revision!r}, which no installed part of Meetup knows; "
                    "install the plugin that made it, or the newer Meetup, before going on"
                    for revision in missing
                ]
            )
        step(made)


def current(connection: Connection) -> tuple[str, ...]:
    """The revisions that the database is at."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return tuple(context.get_current_heads())


def unknown_revisions(connection: Connection, made: Config) -> list[str]:
    """Revisions in the database whose files are gone."""
    script = ScriptDirectory.from_config(made)
    known = {revision.revision for revision in script.walk_revisions()}
    return [revision for revision in current(connection) if revision not in known]


def pending(connection: Connection, plugin_locations: Iterable[str] = ()) -> list[str]:
    """The heads that the database has not reached."""
    script = ScriptDirectory.from_config(make_config(connection, plugin_locations))
    return sorted(set(script.get_heads()) - set(current(connection)))


def differences(connection: Connection) -> Sequence[Any]:
    """Where models and the migrated database disagree; empty when they agree."""
    context = MigrationContext.configure(connection, opts=context_options())
    return list(compare_metadata(context, Base.metadata))
