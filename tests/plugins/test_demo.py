"""The demo as `make demo` loads it: the whole story with every first-party plugin on, its mails sent step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meetup.demo.command import _tell_story
from meetup.outbox import worker

#: Every plugin under plugins/.
FIRST_PARTY = sorted(
    path.parent.name.removeprefix("meetup-") for path in Path(__file__).parents[2].glob("plugins/*/setup.cfg")
)

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"MEETUP_PLUGINS": ",".join(FIRST_PARTY)}


def test_the_story_is_told_with_all_plugins(site: Any, mount: Any, client: Any) -> None:
    with site.app_context():
        _tell_story(mount)
        counts = worker.drain(mount)
    assert counts.get("faults", 0) == counts.get("dead", 0) == 0, counts
    for path in ("/", "/sessions/", "/issues/", "/results/", "/programme/", "/initiatives/", "/conferences/"):
        assert client.get(path).status_code == 200, path
    runner = site.test_cli_runner()
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0
    assert runner.invoke(args=["meetup", "scorecards", "verify"]).exit_code == 0
