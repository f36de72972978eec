"""The four programs as fixtures; they last for the whole run, so that examples may share them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.calendar.programs import Icalendar, Libical, Node, NodeProgram, Program


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    process = Node()
    yield process
    process.close()


@pytest.fixture(scope="session", params=["icalendar", "ical.js", "node-ical", "libical"])
def program(request: pytest.FixtureRequest) -> Program:
    """Each program in turn; one that is not installed is named in the run's last lines."""
    if request.param in ("ical.js", "node-ical"):
        return NodeProgram(request.param, request.getfixturevalue("node"))
    made: dict[str, Callable[[], Program]] = {"icalendar": Icalendar, "libical": Libical}
    return made[request.param]()
