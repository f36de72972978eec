"""Several at the same instant, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

#: Seconds that those who are to race wait for each other.
START_SECONDS = 30


def at_once(*steps: Callable[[], T], forgive: tuple[type[Exception], ...] = ()) -> list[T | Exception]:
    """Take all steps at once; what each came to, in their order.

    Args:
        steps: each runs in a thread of its own; none begins before all are there.
        forgive: what a step may raise: it stands in the list instead of a result.

    Raises:
        Exception: whatever else a step raised, the first one's.
    """
    ready = threading.Barrier(len(steps))

    def run(step: Callable[[], T]) -> T | Exception:
        ready.wait(START_SECONDS)
        try:
            return step()
        except forgive as error:
            return error

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))
