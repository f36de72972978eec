"""One value as it stands committed at this instant, asked as near to the database as can be: for every kept page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Select, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

#: That many may look at once; who comes then waits a tenth of a millisecond.
_LOOKERS = 8


class Glances:
    """Asks without a transaction, on connections of its own that stay open.

    A statement put into words, a transaction, the check whether a connection still lives: each takes longer than the
    look itself. An open connection without a transaction holds no lock.

    Args:
        engine: whose database is looked at; its own pool is left alone.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(
            engine.url, poolclass=QueuePool, pool_size=_LOOKERS, max_overflow=0, pool_reset_on_return=None
        )
        self._asked: tuple[Select[Any] | None, str] = (None, "")
        event.listen(self._engine, "connect", self._open)

    def __call__(self, statement: Select[Any]) -> Any:
        """The first value that `statement` finds, or None. It has no parameters.

        Raises:
            OperationalError: if the database cannot be asked.
        """
        if statement is not self._asked[0]:
            self._asked = (statement, str(statement.compile(self._engine)))
        text = self._asked[1]
        broken = self._engine.dialect.loaded_dbapi.Error
        try:
            try:
                row = self._look(text)
            except broken:
                # The server was started anew, perhaps: then no connection that was open is worth anything.
                self._engine.dispose()
                row = self._look(text)
        except broken as error:
            raise OperationalError(text, None, error) from error
        return row[0] if row else None

    def dispose(self) -> None:
        """Close what is open."""
        self._engine.dispose()

    def _look(self, text: str) -> Any:
        raw = self._engine.raw_connection()
        try:
            return raw.cursor().execute(text).fetchone()
        except BaseException:
            raw.invalidate()
            raise
        finally:
            raw.close()

    def _open(self, raw: Any, _record: Any) -> None:
        if self._engine.dialect.name == "sqlite":
            raw.isolation_level = None
            raw.execute("PRAGMA busy_timeout = 15000")
        else:
            raw.autocommit = True
