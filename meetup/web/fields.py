"""Form fields and marks that several features share.

The services check every input and tell all faults at once, so a form only says
how a field looks: :class:`Needed` and :class:`AtMost` put the mark and the limit
on the page and never stop a form by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import FieldList as _FieldList
from wtforms import Form as WTForm
from wtforms import StringField
from wtforms.fields.core import Field

from meetup.domain.walltime import wall_to_utc
from meetup.errors import N_, InvalidInput
from meetup.web.i18n import _

_WALL = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})[ ,T]+(\d{1,2})[:hg](\d{2})$", re.IGNORECASE)
_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")


class Needed:
    """Marks a field as required, for the eye and for screen readers; the service decides."""

    def __init__(self) -> None:
        self.field_flags = {"required": True}

    def __call__(self, form: WTForm, field: Field) -> None:
        return None


class AtMost:
    """Says how many characters a field takes; the service decides."""

    def __init__(self, limit: int) -> None:
        self.field_flags = {"maxlength": limit}

    def __call__(self, form: WTForm, field: Field) -> None:
        return None


class FieldList(_FieldList):
    """Rows of fields, numbered in plain digits; WTForms' own falls over a row numbered “²”, and over no name at all."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        row = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,6}})(?:-|$)")
        for name in formdata:
            if match := row.match(name or ""):
                yield int(match[1])


class WallTimeField(StringField):
    """A day and a time as the clock on the wall shows it: ``28/11/2026 07:00``, or a browser's own ``datetime-local``.

    ``data`` is a naive datetime; :meth:`instant` makes it an instant in a zone.
    """

    def _value(self) -> str:
        typed: list[Any] = self.raw_data or []
        if typed:
            return str(typed[0])
        return self.data.strftime("%d/%m/%Y %H:%M") if isinstance(self.data, datetime) else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: with words for the person typing.
        """
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = read_wall_time(text)
        except ValueError:
            raise ValueError(_("This is no day and time. Write it as 28/11/2026 07:00.")) from None

    def show(self, instant: datetime | None, zone: str) -> None:
        """Show `instant` as the clocks of `zone` do."""
        self.raw_data = None
        self.data = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if instant else None

    def instant(self, zone: str) -> datetime | None:
        """What was typed as an instant, in UTC.

        Raises:
            InvalidInput: at this field, for a time that does not exist in `zone` or exists twice.
        """
        if self.data is None:
            return None
        try:
            return wall_to_utc(self.data, ZoneInfo(zone), field=self.short_name)
        except (ValueError, OSError, LookupError, OverflowError):
            raise InvalidInput(self.short_name, N_("This time cannot be read.")) from None

    def reader(self, zone: str) -> Callable[[], datetime | None]:
        """:meth:`instant`, to be called later."""
        return lambda: self.instant(zone)


class DayField(StringField):
    """A day: ``28/11/2026``, or a browser's own ``2026-11-28``; ``data`` is a date."""

    def _value(self) -> str:
        typed: list[Any] = self.raw_data or []
        if typed:
            return str(typed[0])
        return self.data.strftime("%d/%m/%Y") if isinstance(self.data, date) else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: with words for the person typing.
        """
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            match = _DAY.match(text)
            found = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
            if not 1900 <= found.year <= 2200:
                raise ValueError(text)
            self.data = found
        except ValueError:
            raise ValueError(_("This is no day. Write it as 28/11/2026.")) from None


def read_wall_time(text: str) -> datetime:
    """A naive datetime out of ``28/11/2026 07:00`` or ``2026-11-28T07:00``.

    Raises:
        ValueError: if it is neither, or no such day or time exists.
    """
    match = _WALL.match(text)
    if match:
        day, month, year, hour, minute = (int(part) for part in match.groups())
        found = datetime(year, month, day, hour, minute)  # noqa: DTZ001 - a wall time has no zone yet
    else:
        found = datetime.fromisoformat(text)
    if found.tzinfo is not None or not 1990 <= found.year <= 2200:
        raise ValueError(text)
    return found
