"""Public pages and feeds come from the replica, what a visitor wrote comes from the primary."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from meetup import create_app
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.features.issuing import Province, Unit, build
from tests.rig.clock import SettableClock
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


@pytest.fixture
def copied(
    mount: Mount, province: Province, config: dict[str, Any], tmp_path: Path, clock: SettableClock
) -> Iterator[Flask]:
    """The site with a replica that stays where it is."""
    file = Path(str(mount.database.engine.url.database))
    with mount.database.connect() as connection:
        connection.commit()
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(file, tmp_path / "replica.sqlite3")
    app = create_app(
        {**config, "MEETUP_REPLICA_URL": f"sqlite:///{tmp_path / 'replica.sqlite3'}"}, clock=clock, instance=tmp_path
    )
    app.test_client_class = Visitor
    yield app
    there = app.extensions["meetup"]["meetup"]
    there.database.dispose()
    there.replica.database.dispose()


def rename(work: Unit, province: Province) -> None:
    with work() as w:
        sessions.update(w, w.get(Session, province.session), title="Tên mới")
        w.commit()


def test_public_pages_and_feeds_are_read_from_it(copied: Flask, province: Province, work: Unit) -> None:
    rename(work, province)
    visitor = copied.test_client()
    for path in (f"/sessions/{province.slug}", "/sessions/", "/", "/calendar.ics", f"/sessions/{province.slug}.ics"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "Tên mới" not in answer.text, path


def test_secret_links_are_read_from_the_primary(copied: Flask, province: Province, work: Unit) -> None:
    rename(work, province)
    assert "Tên mới" in copied.test_client().get(f"/r/{province.thuy}").text


def test_whoever_wrote_reads_the_primary(copied: Flask, province: Province, work: Unit) -> None:
    rename(work, province)
    visitor = copied.test_client()
    answer = visitor.fill(f"/r/{province.thuy}/issues/new", {
        "title": "Thuê đất mở rộng kho lạnh", "description": "Hồ sơ nộp hơn 6 tháng tại xã Sông Đốc.",
    })  # fmt: skip
    assert answer.status_code == 200
    assert "Tên mới" in visitor.get(f"/sessions/{province.slug}").text
    cookie = visitor.get_cookie("meetup_fresh")
    assert cookie is not None
    assert (cookie.http_only, cookie.max_age, cookie.same_site) == (True, 60, "Lax")
    assert "Tên mới" not in copied.test_client().get(f"/sessions/{province.slug}").text


def test_while_it_is_away_the_primary_is_read(copied: Flask, province: Province, work: Unit, tmp_path: Path) -> None:
    there = copied.extensions["meetup"]["meetup"]
    there.replica.database.dispose()
    # A folder is no database.
    (tmp_path / "replica.sqlite3").unlink()
    (tmp_path / "replica.sqlite3").mkdir()
    rename(work, province)
    assert "Tên mới" in copied.test_client().get(f"/sessions/{province.slug}").text
