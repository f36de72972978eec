"""Answers that calendar programs send: REPLY and COUNTER, read within bounds (RFC 5546 §3.2.3 and §3.2.7; D1, D9).

Only the lines that an answer is made of are looked at. Rules of recurrence, alarms and
everything that a program adds of its own are passed over unread, so that nothing in
them can cost time. What is said here is what the sender claims: that it is they who
sent it is for the caller to know (rule D2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline
from icalendar.prop import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from meetup.domain.mailparts import MAX_CALENDAR, Unreadable, calendar_parts, read_message
from meetup.domain.text import clean

#: Components of a calendar, and answers in it.
MAX_COMPONENTS = 1_000

_METHODS = {"REPLY", "COUNTER"}
_LISTENED = {"UID", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "COMMENT", "ATTENDEE", "DTSTART", "DTEND", "DURATION"}
_ONCE = _LISTENED - {"COMMENT", "ATTENDEE"}
_ESCAPED = re.compile(r"\\([\\;,nN])")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(?:\d\d)?")
_MAX_SEQUENCE = 2**31 - 1
_MAX_UID = 255
_MAX_COMMENT = 4_000

_Line = tuple[Mapping[str, str | list[str]], str]


@dataclass(frozen=True)
class Reply:
    """What one attendee answered about one session or one occurrence of a series.

    Args:
        method: ``REPLY`` or ``COUNTER``.
        uid: of the session or series.
        attendee: the address that the answer speaks for, lower case, without ``mailto:``.
        partstat: ``ACCEPTED``, ``DECLINED``, ``TENTATIVE``, ``DELEGATED`` or another word, upper case;
            ``NEEDS-ACTION`` if nothing is said.
        recurrence_id: the original start of the occurrence: aware UTC, or a date if it is given as one;
            None: the whole.
        this_and_future: whether it means later occurrences too (RANGE=THISANDFUTURE).
        sequence: the SEQUENCE that the answer is about.
        dtstamp: when it was made (aware UTC), None if it does not say.
        comment: what the attendee wrote, of several lines.
        delegated_to: addresses of those who are to come instead.
        proposed_start: with COUNTER, the start that is wished for: aware UTC, or a date for a whole day.
        proposed_end: with COUNTER, its end, likewise.
    """

    method: str
    uid: str
    attendee: str
    partstat: str
    recurrence_id: date | None = None
    this_and_future: bool = False
    sequence: int = 0
    dtstamp: datetime | None = None
    comment: str = ""
    delegated_to: tuple[str, ...] = ()
    proposed_start: date | None = None
    proposed_end: date | None = None


def replies_in(raw: bytes) -> tuple[Reply, ...]:
    """The answers in a message, each once although it may lie there as a part and as a file; none: no calendar.

    Raises:
        Unreadable: if the message or a calendar in it is broken, over a bound or no answer.
    """
    found: dict[Reply, None] = {}
    for part in calendar_parts(read_message(raw)):
        found.update(dict.fromkeys(parse_replies(part.text, part.method)))
    return tuple(found)


def parse_replies(text: str, method: str = "") -> tuple[Reply, ...]:
    """The answers in a calendar, one for each attendee of each event.

    Args:
        text: unfolded, as :func:`meetup.domain.mailparts.calendar_text` gives it.
        method: what the MIME part says, used if the calendar itself has no METHOD.

    Raises:
        Unreadable: ``broken``, ``too_many``, ``no_answer``, ``no_zone``, ``calendar_too_large``.
    """
    if len(text) > MAX_CALENDAR:
        raise Unreadable("calendar_too_large")
    made: list[Reply] = []
    for calendar in _calendars(text):
        said = (calendar.method or method).strip().upper()
        if said not in _METHODS:
            raise Unreadable("no_answer")
        if not calendar.events:
            raise Unreadable("broken")
        for event in calendar.events:
            made.extend(_answers(event, said, calendar.zones))
            if len(made) > MAX_COMPONENTS:
                raise Unreadable("too_many")
    return tuple(made)


@dataclass
class _Calendar:
    method: str = ""
    events: list[dict[str, list[_Line]]] = field(default_factory=list)
    zones: dict[str, set[str]] = field(default_factory=dict)


def _calendars(text: str) -> Iterator[_Calendar]:
    """The calendars of a stream with the lines that matter; the rest is only counted."""
    calendar, stack, zone, components = _Calendar(), [""], "", 0
    whole = False
    for line in text.split("\n"):
        name = match[0].upper() if (match := _NAME.match(line)) else ""
        if name == "BEGIN":
            components += 1
            if components > MAX_COMPONENTS:
                raise Unreadable("too_many")
            stack.append(line[6:].strip().upper())
            if stack == ["", "VCALENDAR"]:
                calendar, zone = _Calendar(), ""
            elif stack == ["", "VCALENDAR", "VEVENT"]:
                calendar.events.append({})
            elif len(stack) == 2:
                raise Unreadable("broken")
        elif name == "END":
            if stack.pop() != line[4:].strip().upper() or not stack:
                raise Unreadable("broken")
            if len(stack) == 1:
                whole = True
                yield calendar
        elif stack[1:] == ["VCALENDAR"] and name == "METHOD":
            calendar.method = _parts(line)[1]
        elif stack[1:] == ["VCALENDAR", "VEVENT"] and name in _LISTENED:
            calendar.events[-1].setdefault(name, []).append(_parts(line))
        elif stack[1:] == ["VCALENDAR", "VTIMEZONE"] and name == "TZID":
            zone = _parts(line)[1]
        elif stack[1:3] == ["VCALENDAR", "VTIMEZONE"] and len(stack) == 4 and name == "TZOFFSETTO":
            calendar.zones.setdefault(zone, set()).add(_parts(line)[1])
    if len(stack) != 1 or not whole:
        raise Unreadable("broken")


def _parts(line: str) -> _Line:
    try:
        _, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise Unreadable("broken") from error
    return {str(key).upper(): value_ for key, value_ in params.items()}, str(value).strip()


def _answers(event: Mapping[str, list[_Line]], method: str, zones: Mapping[str, set[str]]) -> Iterator[Reply]:
    if any(len(event.get(name, ())) > 1 for name in _ONCE) or "UID" not in event or "ATTENDEE" not in event:
        raise Unreadable("broken")
    uid = _unescaped(event["UID"][0][1])
    sequence = event["SEQUENCE"][0][1] if "SEQUENCE" in event else "0"
    if not uid or len(uid) > _MAX_UID or not re.fullmatch(r"[0-9]{1,10}", sequence) or int(sequence) > _MAX_SEQUENCE:
        raise Unreadable("broken")
    stamp = _moment(event["DTSTAMP"][0], zones) if "DTSTAMP" in event else None
    which = _moment(event["RECURRENCE-ID"][0], zones) if "RECURRENCE-ID" in event else None
    ranges = event["RECURRENCE-ID"][0][0].get("RANGE", "") if "RECURRENCE-ID" in event else ""
    start, end = _proposed(event, zones) if method == "COUNTER" else (None, None)
    comment = clean("\n".join(_unescaped(value) for _, value in event.get("COMMENT", ())), multiline=True)
    for params, value in event["ATTENDEE"]:
        yield Reply(
            method=method,
            uid=uid,
            attendee=mail_address(value),
            partstat=(_words(params, "PARTSTAT") or ["NEEDS-ACTION"])[0].upper()[:40],
            recurrence_id=which,
            this_and_future="THISANDFUTURE" in str(ranges).upper(),
            sequence=int(sequence),
            dtstamp=stamp if isinstance(stamp, datetime) else None,
            comment=comment[:_MAX_COMMENT],
            delegated_to=tuple(mail_address(address) for address in _words(params, "DELEGATED-TO")),
            proposed_start=start,
            proposed_end=end,
        )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def _words(params: Mapping[str, str | list[str]], name: str) -> list[str]:
    given = params.get(name, "")
    return [word for word in ([given] if isinstance(given, str) else given) if word.strip()]


def mail_address(text: str) -> str:
    """The address in a calendar address, so that two ways to write one are equal (rule D2).

    ``mailto:`` may be missing or in capitals, quotes and angle brackets may be around
    it, characters may be percent-encoded, the domain may be in letters or in IDNA.

    Raises:
        Unreadable: ``broken``, if there is no address in it.
    """
    bare = text.strip().strip("\"'<>").strip()
    if bare[:7].lower() == "mailto:":
        bare = unquote(bare[7:].partition("?")[0])
    bare = unicodedata.normalize("NFC", bare.strip().strip("\"'<>").strip()).lower()
    local, at, domain = bare.rpartition("@")
    if not local or not at or len(bare) > 254 or re.search(r"[\s\x00-\x1f\x7f<>]", bare):
        raise Unreadable("broken")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii').lower()}"
    except UnicodeError as error:
        raise Unreadable("broken") from error


def _proposed(event: Mapping[str, list[_Line]], zones: Mapping[str, set[str]]) -> tuple[date | None, date | None]:
    if "DTSTART" not in event:
        raise Unreadable("broken")
    start = _moment(event["DTSTART"][0], zones)
    if "DTEND" in event:
        end: date | None = _moment(event["DTEND"][0], zones)
    elif "DURATION" in event:
        try:
            end = start + _duration(event["DURATION"][0][1])
        except (ValueError, OverflowError) as error:
            raise Unreadable("broken") from error
    else:
        end = None
    # A day and an instant cannot be compared.
    if end is not None and (isinstance(end, datetime) is not isinstance(start, datetime) or end < start):
        raise Unreadable("broken")
    return start, end


def _duration(text: str) -> timedelta:
    read: timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]
    return read


def _moment(line: _Line, zones: Mapping[str, set[str]]) -> date:
    """A DATE, or a DATE-TIME as an aware UTC instant; one without a zone is refused, for it may be any."""
    params, value = line
    match = _TIME.fullmatch(value)
    if match is None:
        raise Unreadable("broken")
    try:
        if match[4] is None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        zone = UTC if match[7] else _zone((_words(params, "TZID") or [""])[0], zones)
        year, month, day, hour, minute, second = (int(match[n]) for n in range(1, 7))
        # Second 60 is a leap second (RFC 5545 §3.3.12), which Python does not know.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("broken") from error


def _zone(tzid: str, zones: Mapping[str, set[str]]) -> ZoneInfo | timezone:
    """The zone that a calendar calls `tzid`: by its IANA name, by Windows' name, or by its only distance from UTC."""
    pieces = tzid.strip("/").split("/")
    for name in (tzid, WINDOWS_TO_OLSON.get(tzid, ""), "/".join(pieces[-2:]), "/".join(pieces[-3:])):
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", name) and len(name) < 60:
            try:
                return ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                continue
    offsets = zones.get(tzid, set())
    match = _OFFSET.fullmatch(next(iter(offsets))) if len(offsets) == 1 else None
    if match is None:
        raise Unreadable("no_zone")
    distance = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-distance if match[1] == "-" else distance)
