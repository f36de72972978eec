"""Plugins as they are shipped: built into wheels, unpacked, and found on the path like installed ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "tests" / "plugins" / "sample"


def build(source: Path, folder: Path) -> Path:
    """The wheel of the distribution in `source`; built from a copy, without a network."""
    copy = folder / "source"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "tests"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    (wheel,) = folder.glob("*.whl")
    return wheel


def unpack(wheel: Path, folder: Path) -> Path:
    """`folder` with the wheel in it: a wheel of pure Python is installed by unpacking it onto the path."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sample plugin's wheel is unpacked."""
    return unpack(build(SAMPLE, tmp_path_factory.mktemp("wheel")), tmp_path_factory.mktemp("unpacked"))


@pytest.fixture(scope="module")
def _forget_sample() -> Iterator[None]:
    """Afterwards the process knows nothing of the sample plugin, its table least of all."""
    yield
    from meetup.db import Base

    for name in [name for name in sys.modules if name.partition(".")[0] == "meetup_thanks"]:
        del sys.modules[name]
    for table in [table for table in Base.metadata.tables.values() if table.name.startswith("meetup_thanks_")]:
        Base.metadata.remove(table)


@pytest.fixture
def sample(sample_folder: Path, _forget_sample: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample plugin, installed for one test."""
    monkeypatch.syspath_prepend(str(sample_folder))
    return sample_folder
