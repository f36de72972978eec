"""``meetup db``: migrations of the core and the plugins together."""

from __future__ import annotations

from typing import Any

import click

from meetup import migrate
from meetup.cli.context import Failure, pass_mount
from meetup.mount import Mount


@click.group("db")
def command() -> None:
    """The database's tables, of the core and the plugins."""


@command.command()
@click.argument("target", default="heads")
@pass_mount
def upgrade(mount: Mount, target: str) -> None:
    """Bring the database up to TARGET; everything by default."""
    migrate.make_folder(mount.database.engine)
    before = _current(mount)
    migrate.upgrade(mount.database.engine, target, mount.migration_locations)
    after = _current(mount)
    click.echo(f"now at {_listed(after)}" if after != before else f"nothing to do: at {_listed(after)}")


@command.command()
@click.argument("target")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_mount
def downgrade(mount: Mount, target: str, yes: bool) -> None:
    """Take the database back to TARGET: base, a revision, PLUGIN@-1 or PLUGIN@base. Data in dropped tables is lost."""
    if not yes:
        click.confirm("This drops columns or tables with what is in them. Go on?", abort=True)
    migrate.downgrade(mount.database.engine, target, mount.migration_locations)
    click.echo(f"now at {_listed(_current(mount))}")


@command.command()
@pass_mount
def current(mount: Mount) -> None:
    """Say which revisions the database is at, what is missing, and what nobody knows."""
    with mount.database.connect() as connection:
        left = migrate.pending(connection, mount.migration_locations)
        unknown = migrate.unknown_revisions(connection, mount.migration_locations)
    click.echo(_listed(_current(mount)))
    # What an unknown revision stands for besides itself nobody can tell.
    for revision in left if not unknown else ():
        click.echo(f"missing: {revision}")
    for sentence in migrate.strangers(unknown):
        click.echo(f"unknown: {sentence}")


@command.command()
@pass_mount
def check(mount: Mount) -> None:
    """Compare models with the migrated database; a line for each difference, exit status 1 if there is one."""
    with mount.database.connect() as connection:
        unknown = migrate.unknown_revisions(connection, mount.migration_locations)
        if unknown:
            raise Failure("\n".join(migrate.strangers(unknown)))
        left = migrate.pending(connection, mount.migration_locations)
        if left:
            raise Failure(f"not migrated to {_listed(left)}; run: meetup db upgrade")
        differences = migrate.differences(connection, mount.plugins.packages(), mount.plugins.absent())
    found = [line for difference in differences for line in _lines(difference)]
    if found:
        raise Failure("\n".join(found))
    click.echo("models and database agree")


def _current(mount: Mount) -> tuple[str, ...]:
    with mount.database.connect() as connection:
        return migrate.current(connection)


def _listed(revisions: Any) -> str:
    return ", ".join(sorted(revisions)) or "nothing"


def _lines(difference: Any) -> list[str]:
    """A difference as Alembic gives it, in a line; changes of one column come as a list."""
    if isinstance(difference, list):
        return [line for each in difference for line in _lines(each)]
    kind, *parts = difference
    named = [str(getattr(part, "name", part)) for part in parts if part is not None and not isinstance(part, dict)]
    return [f"{kind}: {' '.join(named)}"]
