"""What a program found in an .ics file, in words that are the same for all programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

#: Occurrences are looked for between these; everything that the tests write lies well inside.
SEARCH_FROM = datetime(2020, 1, 1, tzinfo=UTC)
SEARCH_TO = datetime(2034, 1, 1, tzinfo=UTC)


def instant(found: date | None) -> str:
    """``2026-11-28T00:30:00Z``, of a day ``2026-11-09``, nothing: empty. A time without a zone is marked so."""
    if found is None:
        return ""
    if not isinstance(found, datetime):
        return found.isoformat()
    if found.tzinfo is None:
        return f"{found.isoformat()} floating"
    return f"{found.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, order=True)
class Who:
    """An organiser or attendee: address without ``mailto:``, CN, and PARTSTAT of an attendee."""

    email: str
    name: str
    partstat: str = ""


@dataclass(frozen=True, order=True)
class Entry:
    """A VEVENT or VTODO; instants as :func:`instant` writes them, what is absent is empty."""

    kind: str
    uid: str
    recurrence_id: str = ""
    start: str = ""
    end: str = ""
    due: str = ""
    summary: str = ""
    location: str = ""
    description: str = ""
    status: str = ""
    sequence: int = 0
    organizer: Who | None = None
    attendees: tuple[Who, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A whole file.

    Args:
        entries: sorted.
        occurrences: (uid, start, end) of each event that takes place, sorted; of tasks none.
        method: of iTIP.
        faults: what the program has against the file.
    """

    entries: tuple[Entry, ...]
    occurrences: tuple[tuple[str, str, str], ...]
    method: str = ""
    faults: tuple[str, ...] = field(default=())


def reading(found: dict[str, Any]) -> Reading:
    """A reading out of JSON or of a reader's own loose findings."""
    entries = [
        Entry(
            **{key: value for key, value in entry.items() if key not in ("organizer", "attendees")},
            organizer=Who(**entry["organizer"]) if entry.get("organizer") else None,
            attendees=tuple(sorted(Who(**who) for who in entry.get("attendees", ()))),
        )
        for entry in found["entries"]
    ]
    return Reading(
        tuple(sorted(entries, key=lambda entry: (entry.uid, entry.recurrence_id, entry.kind))),
        tuple(sorted((uid, start, end) for uid, start, end in found["occurrences"])),
        found.get("method", ""),
        tuple(found.get("faults", ())),
    )
