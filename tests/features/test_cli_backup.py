"""``meetup backup`` and ``meetup restore``: what comes back is what was there, at one instant, while the site ran."""

from __future__ import annotations

import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url

from meetup.issues import service as issues
from meetup.issues.models import Attachment
from tests.features.issuing import Province, Unit, build
from tests.rig.sites import SECRET

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "night.tar"


def contents(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        rows = {name: connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in names}
    return {name: sorted(map(repr, found)) for name, found in rows.items()}  # type: ignore[misc]


def attach(province: Province, work: Unit, *files: bytes) -> None:
    number = province.raise_issue()
    with work() as w:
        uploads = [issues.Upload(f"{n}.txt", content) for n, content in enumerate(files)]
        issues.attach(w, w.get(issues.Issue, province.issue(number).id), uploads, side="enterprise")
        w.commit()


def test_what_is_restored_into_an_empty_place_is_what_was_there(
    runner: FlaskCliRunner, province: Province, work: Unit, mount: Mount, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    attach(province, work, b"a", b"b" * 5000)
    before = contents(mount.database.engine)
    result = runner.invoke(args=["meetup", "backup", str(file)])
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(f".{file.name}")] == []

    app = elsewhere()
    there = app.test_cli_runner()
    result = there.invoke(args=["meetup", "restore", str(file)])
    assert result.exit_code == 0, result.output
    other: Mount = app.extensions["meetup"]["meetup"]
    assert contents(other.database.engine) == before
    with other.work(write=False) as w:
        found = {row.key for row in w.db.query(Attachment)}
    assert len(found) == 2
    for key in found:
        with mount.storage.open(key) as one, other.storage.open(key) as two:
            assert one.read() == two.read()
    for command in (["audit", "verify"], ["db", "check"]):
        assert there.invoke(args=["meetup", *command]).exit_code == 0
    # It goes on: keys count from where they stood.
    with other.work() as w:
        w.log("test.step", "thing:1")
        w.commit()
    assert there.invoke(args=["meetup", "audit", "verify"]).exit_code == 0
    again = there.invoke(args=["meetup", "restore", str(file)])
    assert again.exit_code == 1
    assert "is not empty" in again.stderr


def test_it_is_of_one_instant_while_the_site_is_written_to(
    runner: FlaskCliRunner, work: Unit, province: Province, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with work() as w:
                w.log("test.step", "thing:1")
                w.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        result = runner.invoke(args=["meetup", "backup", str(file)])
    finally:
        over.set()
        writer.join()
    assert result.exit_code == 0, result.output
    there = elsewhere().test_cli_runner()
    assert there.invoke(args=["meetup", "restore", str(file)]).exit_code == 0
    assert "the chain is whole" in there.invoke(args=["meetup", "audit", "verify"]).output


def test_a_file_that_is_cut_off_or_changed_restores_nothing(
    runner: FlaskCliRunner, province: Province, work: Unit, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    attach(province, work, b"content of a file")
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    whole = file.read_bytes()
    app = elsewhere()
    there, other = app.test_cli_runner(), app.extensions["meetup"]["meetup"]
    at = whole.index(b"content of a file")
    for bad in (whole[: len(whole) // 2], b"", b"no tar at all", whole[:at] + b"C" + whole[at + 1 :]):
        file.write_bytes(bad)
        result = there.invoke(args=["meetup", "restore", str(file)])
        assert result.exit_code == 1
        assert "backup" in result.stderr
        assert len(result.stderr.splitlines()) == 1
    Path(app.instance_path).mkdir(exist_ok=True)
    with other.database.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_another_secret_and_a_lost_attachment_are_said(
    runner: FlaskCliRunner, province: Province, work: Unit, mount: Mount, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    attach(province, work, b"lost")
    with mount.work(write=False) as w:
        (key,) = (row.key for row in w.db.query(Attachment))
    mount.storage.delete(key)
    result = runner.invoke(args=["meetup", "backup", str(file)])
    assert result.exit_code == 0
    assert f"the attachment {key} was not found" in result.stderr
    there = elsewhere(MEETUP_SECRET_KEY="another secret that everybody may know").test_cli_runner()
    result = there.invoke(args=["meetup", "restore", str(file)])
    assert result.exit_code == 0
    assert "links in mails that were sent before will not work" in result.stderr
    assert SECRET.encode() not in file.read_bytes()


def test_a_restore_that_failed_at_the_attachments_can_be_tried_again(
    runner: FlaskCliRunner, province: Province, work: Unit, mount: Mount, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    attach(province, work, b"content of a file")
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    app = elsewhere()
    there, other = app.test_cli_runner(), app.extensions["meetup"]["meetup"]
    in_the_way = Path(app.instance_path) / "attachments"
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("no folder")
    refused = there.invoke(args=["meetup", "restore", str(file)])
    assert refused.exit_code == 1
    assert "attachments" in refused.stderr
    in_the_way.unlink()
    done = there.invoke(args=["meetup", "restore", str(file)])
    assert done.exit_code == 0, done.stderr
    assert contents(other.database.engine) == contents(mount.database.engine)


def test_a_database_that_is_full_is_refused_before_attachments_are_touched(
    runner: FlaskCliRunner, province: Province, work: Unit, mount: Mount, file: Path
) -> None:
    attach(province, work, b"content of a file")
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    with mount.work(write=False) as w:
        (key,) = (row.key for row in w.db.query(Attachment))
    mount.storage.delete(key)
    refused = runner.invoke(args=["meetup", "restore", str(file)])
    assert refused.exit_code == 1
    assert "is not empty" in refused.stderr
    with pytest.raises(FileNotFoundError):
        mount.storage.open(key)


def test_a_database_that_was_taken_back_to_nothing_is_empty(
    runner: FlaskCliRunner, province: Province, mount: Mount, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    app = elsewhere()
    there, other = app.test_cli_runner(), app.extensions["meetup"]["meetup"]
    assert there.invoke(args=["meetup", "db", "upgrade"]).exit_code == 0
    assert there.invoke(args=["meetup", "db", "downgrade", "base", "--yes"]).exit_code == 0
    done = there.invoke(args=["meetup", "restore", str(file)])
    assert done.exit_code == 0, done.stderr
    assert contents(other.database.engine) == contents(mount.database.engine)
    assert there.invoke(args=["meetup", "db", "check"]).exit_code == 0


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_written(
    runner: FlaskCliRunner, mount: Mount, file: Path, elsewhere: Callable[..., Flask]
) -> None:
    with mount.database.engine.begin() as connection:
        connection.execute(text("UPDATE meetup_alembic_version SET version_num = '9999_next'"))
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    app = elsewhere()
    refused = app.test_cli_runner().invoke(args=["meetup", "restore", str(file)])
    assert refused.exit_code == 1
    assert "newer" in refused.stderr
    assert not Path(app.instance_path).exists()


def test_it_never_overwrites_and_leaves_nothing_half(runner: FlaskCliRunner, site: Flask, file: Path) -> None:
    file.write_bytes(b"yesterday's")
    result = runner.invoke(args=["meetup", "backup", str(file)])
    assert result.exit_code == 1
    assert "never overwrites" in result.stderr
    assert file.read_bytes() == b"yesterday's"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_without_postgresqls_programs_it_says_so(
    runner: FlaskCliRunner, site: Flask, file: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("PATH", str(file.parent))
    result = runner.invoke(args=["meetup", "backup", str(file)])
    assert result.exit_code == 1
    assert "pg_dump is not installed" in result.stderr
    assert not file.exists()
    assert make_url(database_url).password is None or make_url(database_url).password not in result.stderr


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_tar_of_somebody_else_is_refused(runner: FlaskCliRunner, site: Flask, file: Path, tmp_path: Path) -> None:
    (tmp_path / "evil").write_text("x")
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "evil", "../../evil")
    result = runner.invoke(args=["meetup", "restore", str(file)])
    assert result.exit_code == 1
    assert "no backup of Meetup" in result.stderr
