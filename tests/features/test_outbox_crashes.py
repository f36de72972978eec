"""Workers killed by SIGKILL, and a mail server that fails in every way that one can: nothing is lost (rule F4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import crashes


@pytest.mark.slow
def test_nothing_is_lost_and_what_comes_twice_is_known(database_url: str, tmp_path: Path) -> None:
    """A thousand messages; ten thousand: ``make bench``."""
    report = crashes.run(database_url, tmp_path, messages=1_000, kills=12)
    assert report.lost == [], report
    assert report.states == {"sent": 990, "dead": 10}, report
    assert report.kills >= 10
    assert report.ids == [], "a copy has the Message-ID of the first"
    assert report.unknown == [], "whoever got it twice is one whom we know of"
    assert report.copies >= 1, "the window was never hit"
    assert report.unexplained == 0, "what the server answered for goes again by a kill alone"
