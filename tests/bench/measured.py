"""What every benchmark gives, and the site that it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from meetup import create_app

if TYPE_CHECKING:
    from meetup.mount import Mount


@dataclass(frozen=True)
class Measured:
    """One ratio.

    Args:
        name: what was measured.
        ratio: of two times, or two rates, of one run.
        limit: that it is held to; None: only told.
        at_least: whether it must not fall below the limit; else it must not rise above it.
    """

    name: str
    ratio: float
    limit: float | None
    at_least: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the ratio is within its limit."""
        return self.limit is None or (self.ratio >= self.limit if self.at_least else self.ratio <= self.limit)

    def __str__(self) -> str:
        if self.limit is None:
            return f"      {self.ratio:8.3f}            {self.name}"
        sign = "≥" if self.at_least else "≤"
        return f"{'ok  ' if self.is_kept else 'OVER'}  {self.ratio:8.3f}  ({sign} {self.limit:5.3f})  {self.name}"


def best(run: Callable[[], Any], times: int = 7) -> float:
    """The shortest of several runs, in seconds: what else the machine did is no part of it."""
    found = []
    for _ in range(times):
        begun = perf_counter()
        run()
        found.append(perf_counter() - begun)
    return min(found)


def beside_known(run: Callable[[], Any], times: int = 21) -> tuple[float, float]:
    """How long `run` takes beside a piece of work that never changes, done in turns with it: the middle of several.

    For what is compared over minutes, in which others came to the machine or left it.

    Returns:
        the ratio, and the shortest run in seconds.
    """
    ratios, shortest = [], float("inf")
    for _ in range(times):
        begun = perf_counter()
        sum(number * number for number in range(300_000))
        between = perf_counter()
        run()
        done = perf_counter()
        ratios.append((done - between) / (between - begun))
        shortest = min(shortest, done - between)
    return median(ratios), shortest


@contextmanager
def site(database_url: str, folder: Path, **config: Any) -> Iterator[Mount]:
    """The site on a migrated database."""
    app = create_app(
        {
            "MEETUP_DATABASE_URL": database_url,
            "MEETUP_SECRET_KEY": "a secret that everybody may know, for tests alone",
            "SECRET_KEY": "a secret that everybody may know, for tests alone",
            "MEETUP_BASE_URL": "http://localhost",
            "MEETUP_MAIL_FROM": "coffee@province.example",
            "MEETUP_PLUGINS": "",
            "MEETUP_RATE_LIMITS": False,
            **config,
        },
        instance=folder,
    )
    mount = app.extensions["meetup"]["meetup"]
    try:
        yield mount
    finally:
        mount.database.dispose()
