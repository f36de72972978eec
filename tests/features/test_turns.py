"""Those of one process who write to SQLite take turns, and a turn comes back however it ended."""

from __future__ import annotations

import gc
import sqlite3
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from meetup import db
from meetup.access import SYSTEM
from tests.rig.racing import at_once

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def write(mount: Mount, times: int = 1) -> None:
    for _ in range(times):
        with mount.work(SYSTEM) as w:
            w.log("test.step", "test:1")
            w.commit()


def test_nobody_waits_out_their_patience(mount: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_PATIENCE", 3)
    at_once(*[partial(write, mount, 20) for _ in range(16)])


def test_a_unit_that_was_forgotten_gives_its_turn_back(mount: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_PATIENCE", 5)
    held: Any = mount.database.session()
    held.execute(text("SELECT 1"))
    held = None
    gc.collect()
    begun = time.monotonic()
    write(mount)
    assert time.monotonic() - begun < 3


def test_who_could_not_begin_gives_its_turn_back(
    mount: Mount, database_url: str, work: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_PATIENCE", 0.2)
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(OperationalError, match="locked"):
            write(mount)
    other.rollback()
    other.close()
    begun = time.monotonic()
    write(mount)
    assert time.monotonic() - begun < 1


def test_one_that_is_taken_back_gives_its_turn_back(mount: Mount) -> None:
    with mount.work(SYSTEM) as w:
        w.log("test.step", "test:1")
        w.db.flush()
        w.db.execute(text("SELECT 1"))
        w.db.rollback()
        begun = time.monotonic()
        write(mount)
        assert time.monotonic() - begun < 3
