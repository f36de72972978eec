"""What is in the wheel, and that its description is true."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import meetup

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that is built from a copy: a build leaves folders behind in its source."""
    source = tmp_path_factory.mktemp("source") / "meetup"
    source.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
    for folder in ("meetup", "migrations"):
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    for file in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md"):
        if (ROOT / file).exists():
            shutil.copy(ROOT / file, source)
    # Without isolation: the test needs no network then.
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(source / "dist"),
        str(source),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    (wheel,) = (source / "dist").glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_package_is_in_the_wheel(names: set[str]) -> None:
    left_out = ("__pycache__", ".words.lock", "meetup.pot")
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "meetup").rglob("*")
        if path.is_file() and not any(part in left_out or part.endswith((".pyc", ".new")) for part in path.parts)
    }
    assert wanted - names == set()


def test_the_migrations_are_in_the_wheel(names: set[str]) -> None:
    wanted = {
        f"meetup/{path.relative_to(ROOT)}"
        for path in (ROOT / "migrations").rglob("*")
        if path.suffix in {".py", ".mako"} and "__pycache__" not in path.parts
    }
    assert any("versions" in name for name in wanted)
    assert wanted - names == set()


@pytest.mark.parametrize(
    "name",
    [
        "meetup/py.typed",
        "meetup/templates/meetup/base.html",
        "meetup/static/css/meetup.css",
        "meetup/translations/vi/LC_MESSAGES/meetup.mo",
        "meetup/migrations/env.py",
    ],
)
def test_the_wheel_has(names: set[str], name: str) -> None:
    assert name in names


def test_the_wheel_has_nothing_else(names: set[str]) -> None:
    foreign = {name for name in names if not name.startswith(("meetup/", "flask_meetup-"))}
    assert foreign == set()


def test_every_package_is_listed_in_setup_cfg() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    listed = set(setup["options"]["packages"].split())
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "meetup").rglob("__init__.py")}
    assert there | {"meetup.migrations", "meetup.migrations.versions"} == {
        name for name in listed if not name.startswith("#")
    }


def test_there_is_one_version() -> None:
    assert meetup.__version__ == version("flask-meetup")


def test_everything_that_is_required_is_pinned() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    required = setup["options"]["install_requires"] + "\n".join(setup["options.extras_require"].values())
    pinned = {_plain(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    wanted = {_plain(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in required.split("\n") if line.strip()}
    assert wanted - pinned == {"setuptools"} & wanted


def test_what_is_committed_names_no_index_of_packages() -> None:
    assert "://" not in re.sub(r"^#.*$", "", (ROOT / "constraints.txt").read_text(), flags=re.MULTILINE)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
