"""docs/library.md is true where neither Flask nor SQLAlchemy is installed: an empty environment with our wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import files
from pathlib import Path

import pytest

from tests.plugins.wheels import ROOT, build, unpack

PAGE = (ROOT / "docs" / "library.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
#: What the page says that it needs, and what those need themselves.
NEEDS = ("icalendar", "python-dateutil", "holidays", "tzdata", "six", "typing_extensions")
FOREIGN = ("flask", "sqlalchemy", "werkzeug", "jinja2", "click", "pluggy", "alembic")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with our wheel and the domain's own needs; installed without a network."""
    folder = tmp_path_factory.mktemp("library")
    venv.create(folder / "venv", with_pip=False)
    made = folder / "venv" / "bin" / "python"
    asked = subprocess.run(
        [made, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    site = Path(asked.stdout.strip())
    for name in NEEDS:
        for file in files(name) or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(file.locate())
    # Only what a wheel is made of: the checkout has environments and browsers' libraries too.
    source = folder / "meetup"
    source.mkdir()
    for part in ("meetup", "migrations"):
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / file, source)
    unpack(build(source, folder), site)
    return made


def run(python: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, "-I", "-c", text], capture_output=True, text=True, check=False)


def test_the_environment_has_neither(python: Path) -> None:
    assert sys.executable != str(python)
    for name in FOREIGN:
        assert "ModuleNotFoundError" in run(python, f"import {name}").stderr, name


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_page_runs(python: Path, number: int) -> None:
    done = run(python, EXAMPLES[number])
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there(python: Path) -> None:
    done = run(python, "import meetup.domain as d; print([n for n in d.__all__ if not hasattr(d, n)], d.__file__)")
    assert done.stdout.startswith("[] "), done.stderr
    assert str(python.parent.parent) in done.stdout


def test_what_needs_flask_says_so_by_its_own_name(python: Path) -> None:
    done = run(python, "import meetup; assert meetup.__version__; meetup.Meetup")
    assert "ModuleNotFoundError: No module named 'flask'" in done.stderr
