"""The sample plugin's next version, put over the first by pip: what was written stays, and nothing is half there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from meetup.db import make_engine
from tests.plugins.test_lifecycle import FIRST_PARTY
from tests.plugins.wheels import SAMPLE, build

pytestmark = pytest.mark.slow

MIGRATION = '''"""Who signed a note."""

import sqlalchemy as sa
from alembic import op

revision = "thanks_0002"
down_revision = "thanks_0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("meetup_thanks_note") as table:
        table.add_column(sa.Column("signature", sa.String(80), nullable=False, server_default="unsigned"))


def downgrade():
    with op.batch_alter_table("meetup_thanks_note") as table:
        table.drop_column("signature")
'''
#: What the plugin's author changed: file → (before, after).
CHANGES = {
    "setup.cfg": ("version = 1.0", "version = 1.1"),
    "src/meetup_thanks/models.py": (
        "    at: Mapped[datetime]",
        '    at: Mapped[datetime]\n    signature: Mapped[str] = mapped_column(String(80), server_default="unsigned")',
    ),
    "src/meetup_thanks/plugin.py": ("click.echo(note.text)", 'click.echo(f"{note.text}, {note.signature}")'),
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheels of 1.0 and 1.1."""
    later = tmp_path_factory.mktemp("later") / "sample"
    shutil.copytree(SAMPLE, later, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    for name, (before, after) in CHANGES.items():
        source = (later / name).read_text("utf-8")
        assert source.count(before) == 1, name
        (later / name).write_text(source.replace(before, after), "utf-8")
    (later / "src/meetup_thanks/migrations/versions/thanks_0002.py").write_text(MIGRATION, "utf-8")
    return build(SAMPLE, tmp_path_factory.mktemp("one")), build(later, tmp_path_factory.mktemp("two"))


@pytest.fixture
def database_url(bare_database_url: str) -> str:
    """A database without a table."""
    return bare_database_url


@pytest.fixture
def settings() -> dict[str, Any]:
    """The sample next to every first-party plugin."""
    return {"MEETUP_PLUGINS": ",".join(("thanks", *FIRST_PARTY))}


def _environment(folder: Path) -> Path:
    """A virtual environment that sees what ours has, and in which pip puts versions over one another; its Python."""
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return folder / "bin" / "python"


def test_the_next_version_over_the_first(
    wheels: tuple[Path, Path], environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    python = _environment(tmp_path / "installed")
    told = {**environment, "PYTHONDONTWRITEBYTECODE": "1"}
    engine = make_engine(database_url)

    def pip(*words: str) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(python), *words, "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def install(wheel: Path) -> None:
        pip("install", "--no-deps", "--no-index", "--upgrade", "--force-reinstall", str(wheel))

    def meetup(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(python), "-m", "meetup", *words], env=told, capture_output=True, text=True)

    install(wheels[0])
    upgraded = meetup("db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert "thanks\t1.0\tmeetup-thanks\tenabled\ttables" in meetup("plugins").stdout
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO meetup_thanks_note (text, at) VALUES ('Cảm ơn sở', '2026-11-01')"))
    assert meetup("thanks").stdout == "Cảm ơn sở\n"

    install(wheels[1])
    assert "thanks\t1.1\tmeetup-thanks\tenabled\ttables" in meetup("plugins").stdout
    unready = meetup("db", "check")
    assert unready.returncode == 1
    assert "thanks_0002" in unready.stderr + meetup("db", "current").stdout
    again = meetup("db", "upgrade")
    assert again.returncode == 0, again.stderr
    assert "thanks_0002" in again.stdout
    assert meetup("db", "check").stdout == "models and database agree\n"
    assert meetup("thanks").stdout == "Cảm ơn sở, unsigned\n"

    # Back to the first by mistake: it is said which file is missing, and nothing is touched.
    install(wheels[0])
    refused = meetup("db", "upgrade")
    assert refused.returncode == 1
    assert "thanks_0002" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "signature" in {column["name"] for column in inspect(engine).get_columns("meetup_thanks_note")}

    install(wheels[1])
    removed = meetup("plugins", "remove", "thanks", "--yes")
    assert removed.returncode == 0, removed.stderr
    assert "meetup_thanks_note" not in inspect(engine).get_table_names()
    pip("uninstall", "--yes", "meetup-thanks")
    told["MEETUP_PLUGINS"] = ",".join(FIRST_PARTY)
    assert meetup("db", "check").stdout == "models and database agree\n"
    engine.dispose()
