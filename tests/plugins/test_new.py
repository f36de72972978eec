"""``meetup plugins new``: what it makes is built into a wheel, installed, and passes its own test as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from meetup.commands import Commands
from tests.plugins.wheels import build, unpack


def new(*words: str) -> Result:
    """As someone calls it who has no site yet."""
    return CliRunner().invoke(Commands("meetup"), ["plugins", "new", *words])


@pytest.fixture
def made(tmp_path: Path) -> Path:
    done = new("market-day", "--into", str(tmp_path / "work"))
    assert done.exit_code == 0, done.output
    folder = tmp_path / "work" / "meetup-market-day"
    assert str(folder) in done.output
    return folder


def test_a_new_plugin_is_installed_from_its_wheel_and_passes_its_own_test(made: Path, tmp_path: Path) -> None:
    installed = unpack(build(made, tmp_path / "wheel"), tmp_path / "installed")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(made),
        str(made / "tests"),
    ]
    ran = subprocess.run(
        command,
        cwd=made,
        env={**os.environ, "PYTHONPATH": str(installed), "MEETUP_DATABASE_URL": "", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed" in ran.stdout, ran.stdout[-4000:] + ran.stderr[-1000:]


def test_what_is_made_keeps_the_houses_style(made: Path) -> None:
    for words in (("check", "--ignore", "D,I001"), ("format", "--check")):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--config", "ruff.toml", str(made)],
            cwd=Path(__file__).parent.parent.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout
    assert not any("@" in path.name for path in made.rglob("*"))


@pytest.mark.parametrize("name", ["", "x", "Market", "market_day", "-market", "market--day", "1st", "a" * 25, "../up"])
def test_a_name_that_will_not_do_makes_nothing(name: str, tmp_path: Path) -> None:
    refused = new("--into", str(tmp_path), "--", name)
    assert refused.exit_code == 1
    assert "lower-case letters" in refused.output
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_left_alone(made: Path) -> None:
    refused = new("market-day", "--into", str(made.parent))
    assert refused.exit_code == 1
    assert "is there already" in refused.output
