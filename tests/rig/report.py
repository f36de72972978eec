"""Parts that could not run: skipped with a reason, named in the last lines, a failure with CI=true."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

#: The variable that tells xdist's workers where the run's folder is.
_FOLDER = "MEETUP_TEST_RUN"


def run_folder() -> Path:
    """The folder that this run's processes share; made by the first of them, removed by it at the end."""
    return Path(os.environ[_FOLDER])


def set_run_folder(path: Path) -> None:
    """Tell the processes to come where the run's folder is."""
    os.environ[_FOLDER] = str(path)


def in_ci() -> bool:
    """Whether a part that cannot run is a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def cannot_run(part: str, reason: str) -> NoReturn:
    """Skip the test because a part of the machine is missing; with CI=true, fail it.

    Args:
        part: what is missing, such as "PostgreSQL".
        reason: why, and what would mend it.
    """
    with (run_folder() / "could-not-run").open("a") as file:
        file.write(f"{part}: {reason}\n")
    if in_ci():
        pytest.fail(f"{part} could not run: {reason}", pytrace=False)
    pytest.skip(f"{part}: {reason}")


def reasons() -> list[str]:
    """Each part that could not run, with the reason, once."""
    path = run_folder() / "could-not-run"
    return sorted(set(path.read_text().splitlines())) if path.is_file() else []
