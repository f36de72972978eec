"""A run's beginning and end: its folder, its marks, and the last lines that name what could not run."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.rig import report

_MARKS = {"postgresql_server": "postgresql", "redis_url": "redis", "browser": "browser"}


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not _is_worker(config):
        report.set_run_folder(Path(tempfile.mkdtemp(prefix="meetup-test-")))
        os.environ["MEETUP_TEST_CONTROLLER"] = str(os.getpid())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server or a browser by the fixtures it asks for: ``-m "not browser"`` leaves it out."""
    for item in items:
        for fixture, mark in _MARKS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("backend") == "postgresql":
            item.add_marker("postgresql")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell fixtures that their test failed, so that the browser's leaves a picture."""
    made = yield
    if made.when == "call" and made.failed:
        item.rig_failed = True  # type: ignore[attr-defined]
    return made


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the parts that could not run: nothing is silently left out."""
    found = list(report.reasons())
    if not found:
        return
    terminalreporter.section("could not run", sep="=", red=True)
    for reason in found:
        terminalreporter.write_line(reason)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _is_worker(config):
        return
    folder = report.run_folder()
    cluster = folder / "postgresql"
    if cluster.is_file():
        place = Path(cluster.read_text().splitlines()[1])
        pid = place / "data" / "postmaster.pid"
        if pid.is_file():
            # At once: there is nothing to save. What watches it removes the folder if we cannot.
            os.kill(int(pid.read_text().splitlines()[0]), signal.SIGQUIT)
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
