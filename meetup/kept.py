"""What was made once and need not be made again, as long as there is room for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class KeptPage:
    """A drawn page, from which instant on it is true, and until which (excluded; None: without an end)."""

    body: str
    since: datetime
    until: datetime | None


class Kept(Generic[Value]):
    """Values by key, in this process; what was not asked for longest goes first.

    A key names the version of what its value was made of, so that nothing here is ever wrong,
    only of no more use.

    Args:
        room: how much may be kept, as `size` counts.
        size: of a value.
    """

    def __init__(self, room: int, size: Callable[[Value], int]) -> None:
        self.room = room
        self._size = size
        self._used = 0
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`; made, and kept, if there is none yet."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        self.put(key, value)
        return value

    def peek(self, key: Hashable) -> Value | None:
        """The value of `key`, if there is one."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep `value`, instead of an earlier one of `key`."""
        with self._lock:
            if key in self._values:
                self._used -= self._size(self._values.pop(key))
            self._values[key] = value
            self._used += self._size(value)
            while self._used > self.room and len(self._values) > 1:
                _oldest, gone = self._values.popitem(last=False)
                self._used -= self._size(gone)

    def forget(self) -> None:
        """Let everything go."""
        with self._lock:
            self._values.clear()
            self._used = 0
