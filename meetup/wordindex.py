"""An index of the words of a table's rows, which the database keeps by itself in the transaction that changed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class WordIndex:
    """How one table's index of words comes to be; everything in it is made out of the column ``search_key``.

    Args:
        of: the table.
        read: what a row's key is made of: the columns of a select.
        key: gives the key of such a row.
        words: SQLite's table of words.
        fts5: for SQLite, the table of words and its content.
        triggers: for SQLite, what keeps it so: name → what the trigger does.
        gin: for PostgreSQL, what makes the index.
        gone: for PostgreSQL, what takes it away, where there is one.
    """

    of: str
    read: str
    key: Callable[[Any], str]
    words: str
    fts5: Iterable[str]
    triggers: Mapping[str, str]
    gin: Iterable[str]
    gone: str

    def rebuild(self, connection: Connection) -> int:
        """Write every search key anew and make the index out of them; says how many rows there are."""
        self.remove(connection)
        made = self._rewrite(connection)
        made_by = (*self.fts5, *(f"CREATE TRIGGER {name} {does}" for name, does in self.triggers.items()))
        for statement in made_by if connection.dialect.name == "sqlite" else self.gin:
            connection.exec_driver_sql(statement)
        return made

    def remove(self, connection: Connection) -> None:
        """Drop the index, where there is one."""
        if connection.dialect.name == "sqlite":
            for name in self.triggers:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {self.words}")
        else:
            connection.exec_driver_sql(self.gone)

    def _rewrite(self, connection: Connection) -> int:
        after = made = 0
        some = text(f"SELECT id, {self.read} FROM {self.of} WHERE id > :after ORDER BY id LIMIT 500")  # nosec B608
        write = text(f"UPDATE {self.of} SET search_key = :key WHERE id = :id")  # nosec B608
        while rows := connection.execute(some, {"after": after}).all():
            connection.execute(write, [{"id": row.id, "key": self.key(row)} for row in rows])
            after, made = rows[-1].id, made + len(rows)
        return made
