"""Alembic behind one seam: core and plugins together, in a version table of our own.

A host's own Alembic never sees our tables and ours never sees the host's.
Each plugin is a branch labelled with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Table

from meetup.db import TABLE_PREFIX, Base
from meetup.errors import BadConfiguration

VERSION_TABLE = "meetup_alembic_version"
#: What tables, columns and indexes begin with that the database fills by itself for searching; no model speaks of them.
KEPT_WORDS = ("meetup_issue_words", "meetup_follow_up_words")


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
        ours = str(name).startswith(TABLE_PREFIX) and name != VERSION_TABLE
        return ours and not str(name).startswith(KEPT_WORDS)
    return kind not in {"index", "column"} or not str(name).removeprefix("ix_").startswith(KEPT_WORDS)


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
        BadConfiguration: if the database was migrated by a plugin that is not there any more,
            or there is no such target.
    """
    _run(engine, plugin_locations, lambda made: command.upgrade(made, target))


def downgrade(engine: Engine, target: str, plugin_locations: Iterable[str] = ()) -> None:
    """Take the database back to `target`, such as ``-1``, ``base`` or ``<plugin>@base``.

    Raises:
        BadConfiguration: as :func:`upgrade` does.
    """
    _run(engine, plugin_locations, lambda made: command.downgrade(made, target))


def make_folder(engine: Engine) -> None:
    """Make the folder that SQLite's file goes into: SQLite makes the file alone."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)


def _run(engine: Engine, plugin_locations: Iterable[str], step: Any) -> None:
    make_folder(engine)
    writer = engine.execution_options(meetup_write=True)
    with writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('meetup.migrate'))")
        made = make_config(connection, plugin_locations)
        missing = unknown_revisions(connection, plugin_locations)
        if missing:
            raise BadConfiguration(strangers(missing))
        try:
            step(made)
        except CommandError as error:
            raise BadConfiguration([f"the database cannot be taken there: {error}"]) from error


def current(connection: Connection) -> tuple[str, ...]:
    """The revisions that the database is at."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return tuple(context.get_current_heads())


def plugin_of(revision: str) -> str:
    """The plugin that a revision's name speaks of: ``coffee_connect_0001`` is coffee-connect's; ``""``: the core's."""
    named = re.fullmatch(r"(\w+?)_\d+\w*", revision)
    return named[1].replace("_", "-") if named else ""


def strangers(revisions: Iterable[str]) -> list[str]:
    """A sentence for each revision that no loaded part of Meetup knows, with the way out."""
    lines = []
    for revision in revisions:
        name = plugin_of(revision)
        if name:
            lines.append(
                f"the database has revision {revision!r} of the plugin {name!r}, which is not loaded; install it and "
                f"enable it (MEETUP_PLUGINS) again; if it is to go, run then: meetup plugins remove {name}"
            )
        else:
            lines.append(
                f"the database has revision {revision!r}, which no loaded part of Meetup knows; "
                "install the newer Meetup that made it before going on"
            )
    return lines


def unknown_revisions(connection: Connection, plugin_locations: Iterable[str] = ()) -> list[str]:
    """Revisions in the database whose files are gone."""
    script = scripts(plugin_locations)
    known = {revision.revision for revision in script.walk_revisions()}
    return [revision for revision in current(connection) if revision not in known]


def pending(connection: Connection, plugin_locations: Iterable[str] = ()) -> list[str]:
    """The heads that the database has not reached."""
    return missing_heads(scripts(plugin_locations), current(connection))


def scripts(plugin_locations: Iterable[str] = ()) -> ScriptDirectory:
    """The versions of the core and the plugins, read from their files."""
    return ScriptDirectory.from_config(make_config(plugin_locations=plugin_locations))


def missing_heads(script: ScriptDirectory, at: Iterable[str]) -> list[str]:
    """The heads of `script` that a database at the revisions `at` has not reached.

    A plugin's revision stands for the core's that it depends on: Alembic records
    the plugin's alone.
    """
    known = {revision.revision: revision for revision in script.walk_revisions()}
    reached: set[str] = set()
    left = [revision for revision in at if revision in known]
    while left:
        one = known[left.pop()]
        reached.add(one.revision)
        below = (*_names(one.down_revision), *_names(one.dependencies))
        left += [revision for revision in below if revision in known and revision not in reached]
    return sorted(set(script.get_heads()) - reached)


def is_ahead(script: ScriptDirectory, at: Iterable[str]) -> bool:
    """Whether a newer Meetup has migrated the core's tables already, as it does while the old one still answers."""
    known = {revision.revision for revision in script.walk_revisions()}
    return any(revision not in known and not plugin_of(revision) for revision in at)


def needed(script: ScriptDirectory, at: Iterable[str]) -> list[str]:
    """The heads of `script` without which this version cannot work on a database at the revisions `at`.

    None of the core's where the next version has migrated already: its processes take over,
    and what it added disturbs nobody (tools/migrations.py).
    """
    there = tuple(at)
    left = missing_heads(script, there)
    return [revision for revision in left if plugin_of(revision)] if is_ahead(script, there) else left


def _names(value: str | Sequence[str] | None) -> Sequence[str]:
    return () if value is None else (value,) if isinstance(value, str) else value


def table_prefix(plugin: str) -> str:
    """What the tables of a plugin begin with."""
    return f"{TABLE_PREFIX}{plugin.replace('-', '_')}_"


def differences(connection: Connection, packages: Iterable[str] = (), absent: Iterable[str] = ()) -> Sequence[Any]:
    """Where models and the migrated database disagree; empty when they agree.

    Args:
        packages: those of the plugins that are loaded here; models of others, which another
            application in this process may have imported, are none of our concern.
        absent: plugins that are installed and not loaded here; neither are their tables.
    """
    foreign = tuple(table_prefix(name) for name in absent)
    ours = {"meetup", *packages}
    theirs = {
        table.name
        for mapper in Base.registry.mappers
        for table in mapper.tables
        if isinstance(table, Table) and mapper.class_.__module__.partition(".")[0] not in ours
    }

    def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        if kind == "column":
            return not str(name).startswith(KEPT_WORDS)
        return kind != "table" or not (str(name) in theirs or str(name).startswith(foreign))

    options = {**context_options(), "include_object": include_object}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))
