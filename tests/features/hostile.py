"""What hostile visitors send, and a site that is put back after each blow."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bs4 import Tag
from sqlalchemy.engine import make_url

from tests.features.world import EVERYONE, World, own_address
from tests.rig import postgresql

MARKUP = "<script>alert(1)</script>'; DROP TABLE meetup_issue;-- \"{{7*7}}%(x)s ${7*7}"
#: What is typed into every field at once.
TYPED: dict[str, str] = {
    "nothing": "",
    "blanks": " \t\u3000\u200b ",
    "overlong": "Quá dài " * 12_500,
    "letters": "abc",
    "superscript": "²",
    "huge number": "1" + "0" * 30,
    "too big for 64 bits": str(2**63),
    "too big for 32 bits": str(2**31),
    "zero": "0",
    "negative": "-1",
    "not a number": "NaN",
    "far day": "9999-12-31",
    "no such day": "31/02/2026 25:61",
    "markup": MARKUP,
    "line breaks": "Một\r\nBcc: x@evil.example\r\n\r\nHai",
    "NUL": "Một\x00Hai",
    "controls": "\x01\x1b[31m\x7f\x85\u2028Một",
    "four bytes": "𠮷野家 🏛️👩‍👩‍👧‍👦 Một",
    "combining": "Z̸͍̎ă̵̛l̷̨̈́g̷̙͐o̶͚͌ " + "e\u0301\u0302\u0303" * 30,
    "right to left": "\u202eexe.fdp\u202c \u2066نص\u2069 Một",
    "a formula": '=HYPERLINK("http://evil.example")',
    "a path": "../../../../etc/passwd",
}


class Keeper:
    """Puts the database back as it was."""

    def __init__(self, world: World, url: str, folder: Path, request: pytest.FixtureRequest) -> None:
        self.world, self.url, self.folder, self.request = world, make_url(url), folder, request
        self.quick = self.url.get_backend_name() == "sqlite"
        self.saved = f"{self.url.database}_saved"
        self.world.mount.database.dispose()
        if self.quick:
            with self.world.mount.database.connect() as connection:
                connection.commit()
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(str(self.url.database), folder / "saved.sqlite3")
        else:
            postgresql.create_database(self._admin(), self.saved, str(self.url.database))

    def _admin(self) -> Any:
        return self.request.getfixturevalue("postgresql_admin")

    def restore(self) -> None:
        """As it was."""
        self.world.mount.database.dispose()
        if self.quick:
            for ending in ("-wal", "-shm"):
                Path(f"{self.url.database}{ending}").unlink(missing_ok=True)
            shutil.copyfile(self.folder / "saved.sqlite3", str(self.url.database))
        else:
            postgresql.drop_database(self._admin(), str(self.url.database))
            postgresql.create_database(self._admin(), str(self.url.database), self.saved)

    def forget(self) -> None:
        """Leave nothing behind."""
        if not self.quick:
            postgresql.drop_database(self._admin(), self.saved)


@contextmanager
def keeping(world: World, url: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """Everyone is signed in, and the site is remembered as it is."""
    for who in EVERYONE:
        world.visitor(who)
    made = Keeper(world, url, folder, request)
    yield made
    made.forget()


class Found(dict[str, str]):
    """Faults, each once: what → where first."""

    def note(self, what: str, where: str) -> None:
        self.setdefault(what, where)

    def __str__(self) -> str:
        return "\n".join(f"{what}\n      first at {where}" for what, where in self.items())


def culprit(error: BaseException) -> str:
    """An exception, and the line of ours that it came from."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "/meetup/" in one.filename]
    where = f"{frames[-1].filename.rpartition('/meetup/')[2]}:{frames[-1].lineno} {frames[-1].line}" if frames else "?"
    return f"{type(error).__name__}: {str(error)[:160]!r} in {where}"


def target_of(path: str, form: Tag) -> str:
    """Where a form is sent to."""
    return own_address(path, str(form.get("action") or path))


def names_of(form: Tag) -> list[str]:
    """The names of a form's fields."""
    return [str(one["name"]) for one in form.find_all(["input", "select", "textarea"]) if one.get("name")]
