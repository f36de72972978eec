"""Days and months of the site's own zone inside SQL, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, String, func, literal, type_coerce
from sqlalchemy.orm import Session as DbSession


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
