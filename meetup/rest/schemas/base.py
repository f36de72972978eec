"""What the shapes of the API are made of."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate

_TEXT = validate.Length(max=20_000)


class Strict(Schema):
    """Input: what is not known is refused by name."""

    class Meta:
        unknown = RAISE


class Problem(Schema):
    """A problem document (RFC 9457)."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    instance = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


def line(limit: int = 200, *, required: bool = False, **more: Any) -> fields.String:
    """A line of text of up to `limit` characters; one that is required may not be empty."""
    least = 1 if required else None
    return fields.String(required=required, validate=validate.Length(min=least, max=limit), **more)


def prose(*, required: bool = False, **more: Any) -> fields.String:
    """A longer text."""
    return fields.String(required=required, validate=validate.Length(min=1 if required else None, max=20_000), **more)


def number(least: int = 1, most: int = 1_000_000, **more: Any) -> fields.Integer:
    """A whole number within bounds; texts and fractions are refused."""
    return fields.Integer(strict=True, validate=validate.Range(least, most), **more)


def rfc3339(value: datetime | None, zone: str = "UTC") -> str | None:
    """`value` with the offset of `zone`; in UTC where that had seconds, as before zones were agreed (RFC 3339 §5.6)."""
    if value is None:
        return None
    there = value.astimezone(ZoneInfo(zone))
    offset = there.utcoffset()
    return (value.astimezone(UTC) if offset is None or offset.seconds % 60 else there).isoformat()


def told(kind: str, read: Callable[[Any], Any], *, empty: bool = False) -> fields.Function:
    """Output that `read` finds in a row, with the JSON type that the description gives it.

    Args:
        empty: whether it may be null.
    """
    return fields.Function(read, metadata={"type": [kind, "null"] if empty else kind})


def moment(name: str, *, empty: bool = True) -> fields.Function:
    """Output of an instant of a row, in UTC; `empty` says whether it may be null."""
    return fields.Function(
        lambda row: rfc3339(getattr(row, name)),
        metadata={"type": ["string", "null"] if empty else "string", "format": "date-time"},
    )


class Instant(fields.AwareDateTime):
    """An RFC 3339 time with its offset; one without is refused."""

    default_error_messages = {
        "invalid_awareness": "An offset is missing. Write 2026-11-28T07:00:00+07:00.",
        "invalid": "This is no time. Write 2026-11-28T07:00:00+07:00.",
    }

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", **more)


class ContentField(fields.Field[bytes]):
    """Bytes as base64 text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        if not isinstance(value, str):
            raise ValidationError("This is no base64 text.")
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("This is no base64 text.") from None


class AttachmentIn(Strict):
    name = line(200, required=True)
    content = ContentField(required=True, metadata={"type": "string", "format": "byte"})


class PageQuery(Schema):
    class Meta:
        unknown = RAISE

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    after = fields.String(load_default="", validate=validate.Length(max=500))


def page_of(schema: type[Schema]) -> type[Schema]:
    """The shape of one page of `schema`: its items and the mark of the next."""
    name = f"{schema.__name__.removesuffix('Out')}Page"
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(schema)), "next": fields.String(allow_none=True)}, name=name
    )
