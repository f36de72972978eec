"""The shapes of the demo's script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Day = tuple[int, int]


@dataclass(frozen=True)
class SessionScript:
    """One session: its day (day, month), theme and title."""

    number: int
    day: Day
    title: str
    topic: str


@dataclass(frozen=True)
class IssueScript:
    """One issue: who raised it, where, and what became of it.

    ``steps`` are (day, month, step, arguments) after the conclusion. ``answer`` was given
    on the spot; with neither answer nor task it was discussed, and is still to be decided.
    """

    key: str
    session: int
    who: str
    title: str
    text: str
    field: str
    lead: str
    along: tuple[str, ...] = ()
    task: str = ""
    working_days: int = 15
    visibility: str = "public"
    kind: str = "obstacle"
    steps: tuple[tuple[int, int, str, dict[str, Any]], ...] = ()
    also: tuple[str, ...] = ()
    answer: str = ""
