"""Many rows of everything, for the tests that must not care how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, UniqueConstraint, func, insert, inspect, select, text

from meetup import models
from meetup.db import Base
from meetup.mount import Mount

assert models
#: A copy of these stands for nothing: keys, the log's head, what there is one of.
ALONE = {
    "meetup_activity_head",
    "meetup_bulk_decision",
    "meetup_calendar_override",
    "meetup_idempotency_key",
    "meetup_link",
    "meetup_scorecard_duration",
    "meetup_scorecard_settled",
    "meetup_scorecard_tally",
    "meetup_staff_role",
    "meetup_staff_user_role",
    "meetup_transport_state",
}


class Growth:
    """Copies the rows that there are, so that lists are long and each of their rows has rows of its own.

    Of every table a few rows are copied, of each state at least one. Every second copy
    belongs to what the original belongs to, so that one issue has many messages and one
    session many registrations; the others to a copy of it, so that no row of a list is bare.
    """

    def __init__(self, mount: Mount) -> None:
        self.mount, self.times = mount, 0
        with mount.database.connect() as connection:
            # A plugin that another test imported has told its tables to the metadata, not to this database.
            here = set(inspect(connection).get_table_names())
            self.rows = {
                table.name: _some(connection, table) for table in Base.metadata.sorted_tables if table.name in here
            }

    def by(self, times: int) -> int:
        """Copy each row so many times; gives how many rows that are."""
        made = 0
        with self.mount.database.connect() as connection:
            copies: dict[tuple[str, Any, int], Any] = {}
            for table in Base.metadata.sorted_tables:
                if table.name in ALONE or not self.rows.get(table.name):
                    continue
                new = list(self._copies(connection, table, times, copies))
                connection.execute(insert(table), new)
                made += len(new)
                _go_on_after(connection, table)
            connection.execute(text("UPDATE meetup_activity_head SET seq = (SELECT max(seq) FROM meetup_activity)"))
            connection.commit()
        self.times += times
        return made

    def _copies(self, connection: Connection, table: Table, times: int, copies: dict[Any, Any]) -> Iterator[Any]:
        (key,) = table.primary_key.columns
        last = connection.scalar(select(func.max(key))) or 0
        for row in self.rows[table.name]:
            for k in range(self.times, self.times + times):
                last += 1
                values = dict(row) | {key.name: last}
                for column in table.columns:
                    for foreign in column.foreign_keys:
                        if k % 2 or _decides(table, column.name):
                            parent = (foreign.column.table.name, row[column.name], k)
                            values[column.name] = copies.get(parent, row[column.name])
                if any(_decides(table, name) and values[name] == row[name] for name in row):
                    continue
                for name in _unique(table):
                    values[name] = _other(values[name], last)
                copies[table.name, row[key.name], k] = last
                yield values


def _go_on_after(connection: Connection, table: Table) -> None:
    """What the site itself adds later gets keys behind those of the copies."""
    (key,) = table.primary_key.columns
    if connection.dialect.name == "postgresql" and key.name == "id":
        query = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
        connection.execute(text(query))


def _some(connection: Connection, table: Table, most: int = 12) -> list[dict[str, Any]]:
    by_state: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
        by_state[row.get("state", row.get("kind"))].append(dict(row))
    chosen = [rows[place] for place in range(most) for rows in by_state.values() if place < len(rows)]
    return chosen[: max(most, len(by_state))]


def _constraints(table: Table) -> Iterator[list[str]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield [column.name for column in index.columns]


def _decides(table: Table, name: str) -> bool:
    """Whether rows differ by what they belong to: then every copy belongs to a copy."""
    return any(name == names[-1] and not _own(table, names) for names in _constraints(table))


def _own(table: Table, names: list[str]) -> list[str]:
    return [name for name in names if not table.columns[name].foreign_keys]


def _unique(table: Table) -> set[str]:
    """One column of each rule that makes rows differ."""
    return {_own(table, names)[-1] for names in _constraints(table) if _own(table, names)}


def _other(value: Any, key: int) -> Any:
    if isinstance(value, str):
        return f"{value[:3]}{key:07d}"
    if isinstance(value, datetime):
        return value + timedelta(seconds=key)
    if isinstance(value, date):
        return value + timedelta(days=key)
    return None if value is None else 50_000_000 + key
