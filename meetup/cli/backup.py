"""``meetup backup``: the database and the attachments in one file, while the site runs."""

from __future__ import annotations

import os
import sys
import tarfile
import tempfile
from pathlib import Path

import click

from meetup import __version__
from meetup.cli.archive import Manifest, Writer
from meetup.cli.context import Failure, pass_mount
from meetup.cli.snapshots import take
from meetup.links import fingerprint
from meetup.mount import Mount


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_mount
def command(mount: Mount, file: Path) -> None:
    """Write the database and all attachments to FILE, as they stand at this instant; the site may go on.

    FILE is readable by its owner alone and holds personal data: keep it as such data must be kept.
    The secret that signs links is not in it; keep that apart, or links in mails that were sent will not work.
    """
    if file.exists():
        raise Failure(f"{file} exists; a backup never overwrites another")
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=f".{file.name}.") as folder:
        copy, draft = Path(folder) / "database", Path(folder) / "backup"
        made_at = mount.clock().isoformat(timespec="seconds")
        revisions, keys = take(mount.database.engine, copy)
        kind = mount.database.engine.dialect.name
        manifest = Manifest(kind, made_at, __version__, revisions, fingerprint(mount.secret))
        _write(mount, draft, copy, manifest, keys)
        # Whole and on the disk before it has its name.
        draft.replace(file)
        _settle(file.absolute().parent)
    for key in manifest.missing:
        click.echo(f"meetup: the attachment {key} was not found in the storage", err=True)
    click.echo(f"{file}: {kind} at {', '.join(revisions)}, {len(manifest.attachments)} attachments", err=True)


def _write(mount: Mount, draft: Path, copy: Path, manifest: Manifest, keys: list[str]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            writer = Writer(tar, manifest)
            writer.database(copy)
            with click.progressbar(keys, label="Attachments", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
                for key in bar:
                    try:
                        with mount.storage.open(key) as source:
                            content = source.read()
                    except FileNotFoundError:
                        # Erased since the snapshot, or lost before: the manifest says so.
                        manifest.missing.append(key)
                    else:
                        writer.attachment(key, content)
            writer.close()
        out.flush()
        os.fsync(out.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
