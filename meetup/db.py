"""The database seam: one declarative base, UTC times, one session a unit of work.

SQLite and PostgreSQL behave alike from here up. On SQLite every connection
gets WAL, foreign keys and a busy timeout, and a unit of work that may write
takes the write lock at its start (``BEGIN IMMEDIATE``): a deferred
transaction that turns from reading to writing cannot wait for its turn, it can
only fail.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Select,
    create_engine,
    event,
    inspect,
    update,
)
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import NullPool
from sqlalchemy.types import BigInteger, TypeDecorator

from meetup.domain.machine import Machine
from meetup.errors import Stale
from meetup.glances import Glances

#: Every table of ours and of our plugins begins with this, so that a host's own migrations can tell.
TABLE_PREFIX = "meetup_"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: A 64-bit key on PostgreSQL, the rowid on SQLite.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: goes in aware, is kept in UTC, comes out aware in UTC.

    Raises:
        ValueError: when a naive datetime is about to be stored.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: an instant needs its zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of every model, ours and the plugins'."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


class Row:
    """What every table of a feature has: a key and a name for the activity log."""

    #: The kind of thing, as the activity log, links and events spell it: ``follow-up``.
    KIND: ClassVar[str]

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)

    @property
    def subject(self) -> str:
        """The thing's name in the activity log, ``kind:id``."""
        return f"{self.KIND}:{self.id}"


class Stateful(Row):
    """A row whose state moves along a machine's arrows, guarded by a version."""

    MACHINE: ClassVar[Machine]

    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


def guarded_update(db: Session, thing: Any, **values: Any) -> None:
    """Change `thing` only if nobody else has since it was read.

    The statement names the version (and the state, where there is one) that
    `thing` was read with. The loaded object takes the new values at once.

    Raises:
        Stale: if the row is no longer what it was.
    """
    db.flush()
    model = type(thing)
    statement = update(model).where(model.id == thing.id, model.version == thing.version)
    if hasattr(model, "state"):
        statement = statement.where(model.state == thing.state)
    values["version"] = thing.version + 1
    statement = statement.values(**values).execution_options(synchronize_session=False)
    if cast("CursorResult[Any]", db.execute(statement)).rowcount != 1:
        raise Stale()
    loaded = inspect(thing)
    columns = {attribute.key for attribute in loaded.mapper.column_attrs}
    for name, value in values.items():
        set_committed_value(thing, name, value)
    related = [
        relation.key
        for relation in loaded.mapper.relationships
        if relation.key in loaded.dict and {c.key for c in relation.local_columns} & values.keys() & columns
    ]
    if related:
        db.expire(thing, related)


def run_bare(db: Session, statement: Any, values: Mapping[str, Any], *models: type[Any]) -> Any:
    """Run a statement that is put into words once and speaks of bare tables; gives its result.

    It costs a third of one that is made anew of models. What else is pending stays so.

    Args:
        values: for its parameters.
        models: what is pending of these is written first, for it looks there.
    """
    if models and any(isinstance(one, models) for one in (*db.new, *db.dirty)):
        db.flush()
    with db.no_autoflush:
        return db.execute(statement, values)


class Database:
    """An engine and its sessions, made when first used.

    Args:
        url: where the database is, if no engine is given.
        engine: a host's engine; its pool and connect events stay the host's.
    """

    def __init__(self, url: str = "", engine: Engine | None = None) -> None:
        self._url = url
        self._engine = engine
        self._own = engine is None
        self._writers: sessionmaker[Session] | None = None
        self._readers: sessionmaker[Session] | None = None
        self._glances: Glances | None = None

    @property
    def engine(self) -> Engine:
        """The engine, created at the first use; creating it opens no connection."""
        if self._engine is None:
            self._engine = make_engine(self._url)
        return self._engine

    def session(self, *, write: bool = True, connection: Connection | None = None) -> Session:
        """A new session; one that may write takes SQLite's write lock when it begins.

        Args:
            write: whether it may write.
            connection: of :meth:`writing`, for many short sessions one after the other.
        """
        if connection is not None:
            return Session(connection, expire_on_commit=False)
        if self._writers is None or self._readers is None:
            self._readers = sessionmaker(self.engine, expire_on_commit=False)
            self._writers = sessionmaker(self.engine.execution_options(meetup_write=True), expire_on_commit=False)
        return (self._writers if write else self._readers)()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for many short sessions that may write: opening and closing SQLite's file takes most of each."""
        with self.engine.execution_options(meetup_write=True).connect() as connection:
            yield connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A plain connection, for migrations and checks."""
        with self.engine.connect() as connection:
            yield connection

    def glance(self, statement: Select[Any]) -> Any:
        """One value as it stands committed at this instant, without a transaction.

        Raises:
            OperationalError: if the database cannot be asked.
        """
        if self._own and self.engine.url.database not in (None, "", ":memory:"):
            if self._glances is None:
                self._glances = Glances(self.engine)
            return self._glances(statement)
        # A host's engine may connect in ways that its URL does not say.
        with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            return connection.scalar(statement)

    def dispose(self) -> None:
        """Close what the pool holds, if the engine is ours."""
        if self._glances is not None:
            self._glances.dispose()
        if self._engine is not None and self._own:
            self._engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine with our habits for `url` (``sqlite:///…`` or ``postgresql+psycopg://…``)."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True)
        _teach_postgresql(engine)
        return engine
    if parsed.database in (None, "", ":memory:"):
        engine = create_engine(parsed)
    else:
        # A file is opened per unit of work: cheap, and no lock outlives it.
        engine = create_engine(parsed, poolclass=NullPool)
    _teach_sqlite(engine)
    return engine


def _teach_postgresql(engine: Engine) -> None:
    """That each answer is the work of one process.

    Pages read by indexes, a few hundred rows; the planner would now and then call two more processes for that, and
    to start them takes ten times as long as the reading, on cores that others' requests need.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        # What is set in a transaction goes with it when that is rolled back.
        connection.commit()


#: Seconds that a writer waits for its turn, here and then at SQLite itself.
_PATIENCE = 15
_TURN = "meetup.turn"


def _teach_sqlite(engine: Engine) -> None:
    """SQLite's habits of ours; and that those of this process who write take turns.

    Whoever finds SQLite's lock taken sleeps and tries again, up to a tenth of a second each time, and may be
    overtaken for ever by those who came later: in a rush some would wait out their patience. So one of a
    process stands there at a time, and the others wait here, where they are woken.
    """
    turn = threading.Lock()

    def give_back(info: dict[Any, Any]) -> None:
        if info.pop(_TURN, False):
            turn.release()

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late and never IMMEDIATE; we write it ourselves below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("meetup_write"):
            connection.exec_driver_sql("BEGIN")
            return
        # Who waited in vain goes on all the same: SQLite has the last word.
        connection.info[_TURN] = turn.acquire(timeout=_PATIENCE)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            give_back(connection.info)
            raise

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def on_end(connection: Connection) -> None:
        # Told before it is done: whoever is next waits at SQLite for the moment that it still takes.
        give_back(connection.info)

    @event.listens_for(engine, "reset")
    def on_reset(_connection: Any, record: Any, _state: Any) -> None:
        # However it ended, even by being forgotten.
        give_back(record.info)
