"""A backup's file: a tar with the database, the attachments by key and, last, a manifest that proves it whole."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from meetup.cli.context import Failure

FORMAT = 1
DATABASE, MANIFEST, FOLDER = "database", "manifest.json", "attachments/"
_BLOCK = 1024 * 1024


@dataclass
class Manifest:
    """What is in a backup.

    Args:
        database: ``sqlite`` or ``postgresql``.
        made_at: the instant of the snapshot, RFC 3339.
        meetup: the version that made it.
        revisions: of the migrations that the database is at.
        secret: a fingerprint of the secret that signs links; the secret itself is never in a backup.
        attachments: their keys.
        missing: keys that the database named and the storage did not have.
        digests: SHA-256 of every member, by name.
    """

    database: str
    made_at: str
    meetup: str
    revisions: list[str]
    secret: str
    attachments: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


class Writer:
    """Puts members into a backup; the manifest goes last."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def database(self, path: Path) -> None:
        """The database's copy, from a file."""
        with path.open("rb") as file:
            self.manifest.digests[DATABASE] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._put(DATABASE, file, path.stat().st_size)

    def attachment(self, key: str, content: bytes) -> None:
        """One attachment."""
        self.manifest.attachments.append(key)
        self.manifest.digests[FOLDER + key] = hashlib.sha256(content).hexdigest()
        self._put(FOLDER + key, io.BytesIO(content), len(content))

    def close(self) -> None:
        """The manifest: from here on the file is a whole backup."""
        text = json.dumps(asdict(self.manifest), indent=1).encode()
        self._put(MANIFEST, io.BytesIO(text), len(text))

    def _put(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)


class Reader:
    """A backup that was found whole.

    Raises:
        Failure: when made, if it is not one of ours, or was cut off or changed.
    """

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar.getmembers() if member.isreg()}
        self.manifest = self._read_manifest()
        wanted = {DATABASE, *(FOLDER + key for key in self.manifest.attachments)}
        if lost := wanted - self._members.keys():
            raise Failure(f"the backup is not whole: {min(lost)} is missing")
        for name in sorted(wanted):
            with self._open(name) as file:
                # Read in blocks: a database may be larger than the memory.
                found = hashlib.sha256()
                while block := file.read(_BLOCK):
                    found.update(block)
            if found.hexdigest() != self.manifest.digests.get(name):
                raise Failure(f"the backup is not whole: {name} was changed")

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise Failure("this is no backup of Meetup, or it was cut off: it has no manifest")
        try:
            with self._open(MANIFEST) as file:
                written = json.load(file)
            if written.get("format") != FORMAT:
                raise Failure(f"the backup has the format {written.get('format')!r}; this version reads {FORMAT}")
            return Manifest(**written)
        except (ValueError, TypeError, AttributeError) as error:
            raise Failure(f"the backup's manifest cannot be read: {error}") from None

    def _open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[name])
        assert found is not None  # Regular members alone are looked at.
        return found

    def database(self, path: Path) -> None:
        """Write the database's copy to `path`."""
        with self._open(DATABASE) as source, path.open("wb") as target:
            while block := source.read(_BLOCK):
                target.write(block)

    def attachments(self) -> Iterator[tuple[str, bytes]]:
        """Every attachment as (key, content)."""
        for key in self.manifest.attachments:
            with self._open(FOLDER + key) as file:
                yield key, file.read()


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """The backup at `path`.

    Raises:
        Failure: if it is none that can be used.
    """
    try:
        tar = tarfile.open(path, "r:*")  # noqa: SIM115 - closed below; only its opening may fail so.
    except (tarfile.TarError, EOFError) as error:
        said = str(error).splitlines()[0].rstrip(":")
        raise Failure(f"{path.name} is no backup of Meetup: {said}") from None
    with tar:
        try:
            yield Reader(tar)
        except (tarfile.TarError, EOFError) as error:
            raise Failure(f"the backup is not whole: {error}") from None
