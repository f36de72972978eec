"""Rows as they come from the database: in batches, by the site's clock, never all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Executable

from meetup.tables.columns import Column
from meetup.work import Work

#: So many rows are fetched at once.
BATCH = 500

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Sheet:
    """A kind of thing: its columns, and its rows in their order."""

    columns: tuple[Column, ...]
    rows: Callable[[Work], Rows]


def local(value: Any, zone: tzinfo) -> Any:
    """An instant by the clock of `zone`; anything else as it is."""
    return value.astimezone(zone) if isinstance(value, datetime) else value


def batches(work: Work, query: Executable) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of `query`, a batch at a time, by the site's clock; the whole result is never in memory."""
    found = work.db.execute(query.execution_options(yield_per=BATCH))
    for batch in found.partitions():
        yield [tuple(local(value, work.zone) for value in row) for row in batch]


def simple(query: Executable) -> Callable[[Work], Rows]:
    """The rows of `query` as they are."""

    def rows(work: Work) -> Rows:
        for batch in batches(work, query):
            yield from batch

    return rows


#: A column of a sheet that is only exported: what it shows, its label, and its name where the database's is another.
Shown = tuple[Any, str] | tuple[Any, str, str]


def columns_of(shown: list[Shown]) -> tuple[Column, ...]:
    """The columns of what is shown."""
    return tuple(Column(one[2] if len(one) == 3 else str(one[0].key), one[1]) for one in shown)


def grouped(work: Work, query: Executable) -> Mapping[int, list[tuple[Any, ...]]]:
    """The rows of `query` by their first value, without it."""
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in work.db.execute(query):
        groups[key].append(tuple(rest))
    return groups
