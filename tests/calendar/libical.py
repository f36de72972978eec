"""libical, the C library behind Evolution, Cyrus and many more: Debian's shared library by ctypes.

It knows our VTIMEZONE and nothing else of a zone, and checks what RFC 5546 demands of
each METHOD. Kinds are asked for by name, so that no number of its headers stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_long, c_void_p
from ctypes.util import find_library
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from tests.calendar.reading import SEARCH_FROM, SEARCH_TO, Reading, instant, reading
from tests.rig.report import cannot_run


class _Time(Structure):
    """struct icaltimetype of libical 3."""

    _fields_ = [(name, c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")]
    _fields_ += [("zone", c_void_p)]


class _Span(Structure):
    """struct icaltime_span."""

    _fields_ = [("start", c_long), ("end", c_long), ("is_busy", c_int)]


_EACH = CFUNCTYPE(None, c_void_p, POINTER(_Span), c_void_p)

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "icalparser_parse_string": (c_void_p, [c_char_p]),
    "icalcomponent_free": (None, [c_void_p]),
    "icalcomponent_count_errors": (c_int, [c_void_p]),
    "icalcomponent_isa": (c_int, [c_void_p]),
    "icalcomponent_kind_to_string": (c_char_p, [c_int]),
    "icalcomponent_string_to_kind": (c_int, [c_char_p]),
    "icalcomponent_get_first_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_next_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_first_property": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_next_property": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_dtstart": (_Time, [c_void_p]),
    "icalcomponent_get_dtend": (_Time, [c_void_p]),
    "icalcomponent_get_due": (_Time, [c_void_p]),
    "icalcomponent_foreach_recurrence": (None, [c_void_p, _Time, _Time, _EACH, c_void_p]),
    "icalproperty_string_to_kind": (c_int, [c_char_p]),
    "icalproperty_get_value": (c_void_p, [c_void_p]),
    "icalproperty_get_value_as_string": (c_char_p, [c_void_p]),
    "icalproperty_get_datetime_with_component": (_Time, [c_void_p, c_void_p]),
    "icalproperty_get_first_parameter": (c_void_p, [c_void_p, c_int]),
    "icalparameter_string_to_kind": (c_int, [c_char_p]),
    "icalparameter_get_cn": (c_char_p, [c_void_p]),
    "icalproperty_get_parameter_as_string": (c_char_p, [c_void_p, c_char_p]),
    "icalvalue_get_text": (c_char_p, [c_void_p]),
    "icalrestriction_check": (c_int, [c_void_p]),
    "icaltime_as_timet_with_zone": (c_long, [_Time, c_void_p]),
    "icaltime_from_timet_with_zone": (_Time, [c_long, c_int, c_void_p]),
    "icaltimezone_get_utc_timezone": (c_void_p, []),
}


@cache
def _library() -> Any:
    # By its full name: "ical" alone may be another version with another layout.
    for name in ("libical.so.3", find_library("ical") or ""):
        if name.endswith(".so.3"):
            with suppress(OSError):
                library = CDLL(name)
                for function, (result, arguments) in _FUNCTIONS.items():
                    getattr(library, function).restype = result
                    getattr(library, function).argtypes = arguments
                return library
    return None


class Libical:
    """Reads with libical."""

    name = "libical"

    def __init__(self) -> None:
        self.c = _library()
        if self.c is None:
            cannot_run("libical", "libical.so.3 is not installed; run make test-deps (Debian: libical3)")

    def read(self, files: list[bytes]) -> list[Reading]:
        """What it finds in each of `files`."""
        return [self._read(data) for data in files]

    def _read(self, data: bytes) -> Reading:
        calendar = self.c.icalparser_parse_string(data)
        assert calendar, "libical cannot parse it"
        try:
            if not self.c.icalrestriction_check(calendar) or self.c.icalcomponent_count_errors(calendar):
                faults = list(self._faults(calendar))
            else:
                faults = []
            parts = [(kind, part) for kind in ("VEVENT", "VTODO") for part in self._parts(calendar, kind)]
            moved = {(self._text(part, "UID"), self._recurrence_id(part)) for _, part in parts}
            occurrences = [
                occurrence
                for kind, part in parts
                if kind == "VEVENT"
                for occurrence in self._occurrences(part)
                # libical expands one component at a time; what an override replaces is for the caller to leave out.
                if self._text(part, "RECURRENCE-ID") or occurrence[:2] not in moved
            ]
            method = self._values(calendar, "METHOD")
            return reading(
                {
                    "entries": [self._entry(kind, part) for kind, part in parts],
                    "occurrences": occurrences,
                    "method": method[0] if method else "",
                    "faults": faults,
                }
            )
        finally:
            self.c.icalcomponent_free(calendar)

    def _parts(self, calendar: int, kind: str) -> Iterator[int]:
        number = self.c.icalcomponent_string_to_kind(kind.encode())
        part = self.c.icalcomponent_get_first_component(calendar, number)
        while part:
            yield part
            part = self.c.icalcomponent_get_next_component(calendar, number)

    def _properties(self, part: int, name: str) -> Iterator[int]:
        number = self.c.icalproperty_string_to_kind(name.encode())
        found = self.c.icalcomponent_get_first_property(part, number)
        while found:
            yield found
            found = self.c.icalcomponent_get_next_property(part, number)

    def _values(self, part: int, name: str) -> list[str]:
        return [self.c.icalproperty_get_value_as_string(one).decode() for one in self._properties(part, name)]

    def _text(self, part: int, name: str) -> str:
        for found in self._properties(part, name):
            if name in ("STATUS", "SEQUENCE", "RECURRENCE-ID"):
                return str(self.c.icalproperty_get_value_as_string(found).decode())
            return str(self.c.icalvalue_get_text(self.c.icalproperty_get_value(found)).decode())
        return ""

    def _faults(self, calendar: int) -> Iterator[str]:
        """X-LIC-ERROR, which both the parser and the check put into the components."""
        yield from self._values(calendar, "X-LIC-ERROR")
        for kind in ("VEVENT", "VTODO", "VTIMEZONE"):
            for part in self._parts(calendar, kind):
                yield from (f"{kind}: {value}" for value in self._values(part, "X-LIC-ERROR"))

    def _instant(self, time: _Time) -> str:
        if not time.year:
            return ""
        if time.is_date:
            return instant(date(time.year, time.month, time.day))
        if not time.zone:
            naive = datetime(time.year, time.month, time.day, time.hour, time.minute, time.second)  # noqa: DTZ001
            return instant(naive)
        return self._at(self.c.icaltime_as_timet_with_zone(time, time.zone))

    def _at(self, seconds: int) -> str:
        return instant(datetime.fromtimestamp(seconds, UTC))

    def _who(self, found: int) -> dict[str, str]:
        value = self.c.icalproperty_get_value_as_string(found).decode()
        who = {"email": value.removeprefix("mailto:"), "name": self._name(found)}
        if partstat := self._parameter(found, "PARTSTAT"):
            who["partstat"] = partstat
        return who

    def _name(self, found: int) -> str:
        parameter = self.c.icalproperty_get_first_parameter(found, self.c.icalparameter_string_to_kind(b"CN"))
        return str(self.c.icalparameter_get_cn(parameter).decode()) if parameter else ""

    def _recurrence_id(self, part: int) -> str:
        # icalcomponent_get_recurrenceid() leaves the zone out.
        for found in self._properties(part, "RECURRENCE-ID"):
            return self._instant(self.c.icalproperty_get_datetime_with_component(found, part))
        return ""

    def _parameter(self, found: int, name: str) -> str:
        value = self.c.icalproperty_get_parameter_as_string(found, name.encode())
        return value.decode() if value else ""

    def _entry(self, kind: str, part: int) -> dict[str, Any]:
        organizers = [self._who(one) for one in self._properties(part, "ORGANIZER")]
        return {
            "kind": kind,
            "uid": self._text(part, "UID"),
            "recurrence_id": self._recurrence_id(part),
            "start": self._instant(self.c.icalcomponent_get_dtstart(part)),
            "end": self._instant(self.c.icalcomponent_get_dtend(part)) if kind == "VEVENT" else "",
            "due": self._instant(self.c.icalcomponent_get_due(part)) if kind == "VTODO" else "",
            "summary": self._text(part, "SUMMARY"),
            "location": self._text(part, "LOCATION"),
            "description": self._text(part, "DESCRIPTION"),
            "status": self._text(part, "STATUS"),
            "sequence": int(self._text(part, "SEQUENCE") or 0),
            "organizer": organizers[0] if organizers else None,
            "attendees": [self._who(one) for one in self._properties(part, "ATTENDEE")],
        }

    def _occurrences(self, part: int) -> list[tuple[str, str, str]]:
        uid = self._text(part, "UID")
        is_date = bool(self.c.icalcomponent_get_dtstart(part).is_date)
        found: list[tuple[str, str, str]] = []

        def note(_: int, span: Any, __: int) -> None:
            start, end = self._at(span.contents.start), self._at(span.contents.end)
            found.append((uid, start[:10], end[:10]) if is_date else (uid, start, end))

        utc = self.c.icaltimezone_get_utc_timezone()
        first, last = (
            self.c.icaltime_from_timet_with_zone(int(at.timestamp()), 0, utc) for at in (SEARCH_FROM, SEARCH_TO)
        )
        self.c.icalcomponent_foreach_recurrence(part, first, last, _EACH(note), None)
        return found
