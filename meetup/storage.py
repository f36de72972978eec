"""Where attachments and photographs are kept: a protocol of three methods and a folder that speaks it.

A host may bring its own (object storage, a document system) with
``Meetup(app, storage=…)``.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol, runtime_checkable

from sqlalchemy import event
from sqlalchemy.orm import Session

from meetup.domain.text import clean

log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class Upload:
    """A file as it came: its claimed name and its bytes."""

    name: str
    content: bytes

    @property
    def shown(self) -> str:
        """Its name as a message may repeat it: without what cannot be shown, and no longer than a line."""
        return clean(self.name.encode("utf-8", "ignore").decode(), max_length=100_000)[:80]


@dataclass
class _Pending:
    """What a transaction has kept, and what it will have no more use for."""

    fresh: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def keep(storage: Storage, db: Session, content: bytes) -> str:
    """Keep `content` for a row of the transaction of `db`, and return its key; if that is rolled back, it goes too."""
    key = storage.save(content)
    _pending(storage, db).fresh.append(key)
    return key


def drop(storage: Storage, db: Session, key: str) -> None:
    """Forget `key` as soon as the transaction of `db` is committed, and not if it is rolled back."""
    _pending(storage, db).gone.append(key)


def _pending(storage: Storage, db: Session) -> _Pending:
    known: _Pending | None = db.info.get("meetup.files")
    if known is not None:
        return known
    pending: _Pending = db.info.setdefault("meetup.files", _Pending())

    def settle(keys: list[str]) -> None:
        for key in keys:
            try:
                storage.delete(key)
            except Exception:
                # The rows are what they are by now: a file that nobody names is better than an error.
                log.exception("the file %s could not be deleted", key)
        pending.fresh.clear()
        pending.gone.clear()

    def after_rollback(_db: Any) -> None:
        settle(pending.fresh)

    def after_commit(_db: Any) -> None:
        settle(pending.gone)

    event.listen(db, "after_rollback", after_rollback)
    event.listen(db, "after_commit", after_commit)
    return pending
