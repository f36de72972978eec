"""Days and months of the site's own zone inside SQL, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, String, cast, func, literal, literal_column, type_coerce
from sqlalchemy.orm import Session as DbSession

from meetup.domain.scoring import TENTH_SECONDS


def _is_postgresql(db: DbSession) -> bool:
    return db.get_bind().dialect.name == "postgresql"


def _shift(zone: ZoneInfo, now: datetime) -> str:
    """SQLite knows no zones: the present offset, as its date functions take it."""
    offset = now.astimezone(zone).utcoffset()
    return f"{int(offset.total_seconds()) if offset else 0} seconds"


def local_day(db: DbSession, column: Any, zone: ZoneInfo, now: datetime) -> ColumnElement[Any]:
    """The day of an instant in `zone`."""
    if _is_postgresql(db):
        return func.date(func.timezone(zone.key, column), type_=Date)
    return type_coerce(func.date(column, _shift(zone, now)), Date)


def local_month(db: DbSession, column: Any, zone: ZoneInfo, now: datetime) -> ColumnElement[str]:
    """The month of an instant in `zone`, as ``2026-11``."""
    if _is_postgresql(db):
        return func.to_char(func.timezone(zone.key, column), literal("YYYY-MM", String, literal_execute=True))
    return func.strftime(literal("%Y-%m", String, literal_execute=True), column, _shift(zone, now))


def tenths_between(db: DbSession, first: Any, last: Any) -> ColumnElement[int]:
    """Tenths of a day from one instant to another, as :func:`meetup.domain.scoring.tenths_of_a_day` counts them."""

    def epoch(column: Any) -> ColumnElement[int]:
        if _is_postgresql(db):
            return cast(func.floor(func.extract("epoch", column)), BigInteger)
        return cast(func.strftime(literal("%s", String, literal_execute=True), column), BigInteger)

    # Written out: PostgreSQL takes two parameters for two different things to group by.
    half, whole = (literal_column(str(seconds), BigInteger) for seconds in (TENTH_SECONDS // 2, TENTH_SECONDS))
    return (epoch(last) - epoch(first) + half) // whole
