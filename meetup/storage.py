"""Where attachments are kept: a protocol of three methods and a folder that speaks it.

A host may bring its own (object storage, a document system) with
``Meetup(app, storage=…)``.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable


class Storage(Protocol):
    """Keeps bytes under a key that it chooses itself."""

    def save(self, content: bytes) -> str:
        """Keep `content` and return its key."""
        ...

    def open(self, key: str) -> BinaryIO:
        """The content of `key`, to read.

        Raises:
            FileNotFoundError: if there is none.
        """
        ...

    def delete(self, key: str) -> None:
        """Forget `key`; a key that is not there is no error."""
        ...


@runtime_checkable
class Restorable(Protocol):
    """A storage into which ``meetup restore`` can put attachments; a host's that is not has a backup of its own."""

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, which an earlier :meth:`Storage.save` chose."""
        ...


class FolderStorage:
    """Attachments as files in one folder outside the web root, under random names.

    Args:
        folder: made when the first file is kept.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def _path(self, key: str) -> Path:
        if len(key) != 32 or not key.isalnum():
            raise FileNotFoundError(key)
        return self.folder / key[:2] / key

    def save(self, content: bytes) -> str:
        key = secrets.token_hex(16)
        self.put(key, content)
        return key

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and then named, so that no half file ever stands under a key.
        draft = path.with_suffix(".part")
        draft.write_bytes(content)
        draft.replace(path)

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)
