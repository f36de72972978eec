"""Pages by key: a page costs the same wherever it stands in the list."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from meetup.errors import N_, InvalidInput

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list.

    Args:
        items: what is on it.
        next: the mark to ask for the following page with, or empty at the end.
    """

    items: Sequence[Item]
    next: str = ""


def pack(*keys: Any) -> str:
    """A mark from the sort keys of a page's last row: opaque, safe in an address."""
    return base64.urlsafe_b64encode(json.dumps(keys, default=str).encode()).rstrip(b"=").decode()


def unpack(mark: str, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The sort keys in a mark, each through its kind; None for an empty mark.

    Raises:
        InvalidInput: for a mark that we did not make.
    """
    if not mark:
        return None
    try:
        raw = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(raw, list) or len(raw) != len(kinds):
            raise ValueError(mark)
        return tuple(_within(kind(value)) for kind, value in zip(kinds, raw, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidInput("after", N_("This is no page mark."), N_("Begin again at the first page.")) from None


def _within(value: Any) -> Any:
    """`value`, if a row can have it at all: databases fall over others.

    Raises:
        ValueError: if not.
    """
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(value)
    if isinstance(value, date) and not 1900 <= value.year <= 2200:
        raise ValueError(value)
    if isinstance(value, str) and "\0" in value:
        raise ValueError(value)
    if isinstance(value, str):
        # Half a character has no bytes: that is a ValueError too.
        value.encode()
    return value


def paged(rows: Sequence[Item], limit: int, keys: Callable[[Item], tuple[Any, ...]]) -> Page[Item]:
    """A page out of rows that were asked for with ``LIMIT limit + 1``."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(shown, pack(*keys(shown[-1])) if more and shown else "")
