"""``meetup restore``: a backup into an empty place, proved afterwards."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from meetup import __version__, migrate
from meetup.activity.log import Break, verify
from meetup.cli import archive
from meetup.cli.context import Failure, pass_mount
from meetup.cli.snapshots import look_that_it_is_empty, put
from meetup.links import fingerprint
from meetup.mount import Mount
from meetup.storage import Restorable


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_mount
def command(mount: Mount, file: Path) -> None:
    """Put the backup FILE into the empty database and storage of this site, and verify the log's chain.

    The whole file is checked before anything is written. A database that is not empty is refused.
    """
    with archive.reading(file) as backup:
        manifest, kind = backup.manifest, mount.database.engine.dialect.name
        if manifest.database != kind:
            raise Failure(f"the backup is of {manifest.database}, and MEETUP_DATABASE_URL names {kind}")
        if migrate.is_ahead(migrate.scripts(mount.migration_locations), manifest.revisions):
            raise Failure(
                f"the backup was made by Meetup {manifest.meetup}, which is newer than this one ({__version__}); "
                "install that version and restore with it"
            )
        storage = mount.storage
        if manifest.attachments and not isinstance(storage, Restorable):
            raise Failure("the host's storage cannot take attachments under their keys: it has no method put()")
        look_that_it_is_empty(mount.database.engine)
        # The database last: it is what says that something is here, and what fails before it can be tried again.
        hidden = not sys.stderr.isatty()
        with click.progressbar(
            backup.attachments(),
            length=len(manifest.attachments),
            label="Attachments",
            file=sys.stderr,
            hidden=hidden,
        ) as bar:
            for key, content in bar:
                assert isinstance(storage, Restorable)
                storage.put(key, content)
        with tempfile.TemporaryDirectory(prefix="meetup-restore-") as folder:
            copy = Path(folder) / "database"
            backup.database(copy)
            put(mount.database.engine, copy)
    _prove(mount)
    if manifest.secret != fingerprint(mount.secret):
        click.echo(
            "meetup: the secret key is not the one of the backup: links in mails that were sent before will not work",
            err=True,
        )
    click.echo(f"restored as of {manifest.made_at}, {len(manifest.attachments)} attachments", err=True)


def _prove(mount: Mount) -> None:
    """See that what was restored is what was written.

    Raises:
        Failure: if the log's chain does not hold.
    """
    with mount.work(write=False) as work:
        breaks = [found for found in verify(work.db) if isinstance(found, Break)]
    if breaks:
        raise Failure("\n".join(f"entry {found.seq} {found.fault}" for found in breaks))
    with mount.database.connect() as connection:
        left = migrate.pending(connection, mount.migration_locations)
    if left:
        click.echo(f"meetup: not migrated to {', '.join(left)} yet; run: meetup db upgrade", err=True)
