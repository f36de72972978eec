"""A message from outside, taken apart within bounds: the calendars in it, as text (rules D1 and D9).

Whatever arrives is read in bounded time: what is too large, nested too deep or packed
is refused as :class:`Unreadable` before a parser walks through it. The old policy of
the standard library reads the message, for it decodes no header fields on the way and
takes a damaged one as it is.
"""

from __future__ import annotations

import email
import re
from email.message import Message
from email.policy import compat32
from typing import NamedTuple

from meetup.errors import N_, MeetupError

#: A whole message, in octets; mail servers commonly take 25 MB.
MAX_MESSAGE = 32 * 1024 * 1024
#: All calendars of a message together, decoded, in octets.
MAX_CALENDAR = 1024 * 1024
#: How deep parts may be nested in parts.
MAX_DEPTH = 50

# The parser calls itself for each part within a part, and asks at each line whether one of them ends there.
_MAX_CONTAINERS = 2 * MAX_DEPTH
# So often may it ask, line ends counted twice if they are CRLF: 25 MB in five parts within parts are four million,
# and ten million take about two seconds.
_MAX_QUESTIONS = 10_000_000
_CONTAINER = re.compile(rb"[\r\n]content-type:[ \t\r\n]*(?:multipart|message)/", re.IGNORECASE)
_MAX_CALENDARS = 10
_TYPES = {"text/calendar", "application/ics", "text/x-vcalendar"}
# Many a sender knows no better type for a file.
_VAGUE_TYPES = {"application/octet-stream", "text/plain", "application/calendar", "application/x-ics"}
_FOLD = re.compile(rb"(?:\r+\n?|\n)[ \t]")
# Python knows codecs that unpack or take their time; these are letters only.
_CHARSET = re.compile(r"iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr)")

_WHY = {
    "message_too_large": N_("The message is too large to be read."),
    "calendar_too_large": N_("The calendar in the message is too large."),
    "too_deep": N_("The message is nested too deep."),
    "too_many": N_("The calendar in the message has too many parts."),
    "packed": N_("The calendar in the message is packed as an archive."),
    "broken": N_("The calendar in the message is broken."),
    "no_answer": N_("The calendar in the message is no answer to an invitation."),
    "no_zone": N_("The calendar in the message names a time zone that is not known."),
}


class Unreadable(MeetupError):
    """A message or calendar from outside cannot be taken; it is kept as it came.

    Args:
        why: ``message_too_large``, ``calendar_too_large``, ``too_deep``, ``too_many``,
            ``packed``, ``broken``, ``no_answer`` or ``no_zone``, for programs; the message is for people.
    """

    status = 422
    code = "unreadable"

    def __init__(self, why: str) -> None:
        super().__init__(_WHY[why])
        self.why = why


class CalendarPart(NamedTuple):
    """A calendar as it lay in a message.

    Args:
        text: decoded, its long lines put together again, lines ended by LF.
        method: the METHOD parameter of the part, upper case; empty if it has none.
    """

    text: str
    method: str


def read_message(raw: bytes) -> Message:
    """The message in `raw`, or Unreadable if a parser should not be let near it.

    Raises:
        Unreadable: ``message_too_large``, ``too_deep``.
    """
    if len(raw) > MAX_MESSAGE:
        raise Unreadable("message_too_large")
    containers = 0
    for _ in _CONTAINER.finditer(b"\n" + raw):
        containers += 1
        if containers > _MAX_CONTAINERS:
            raise Unreadable("too_deep")
    if (containers + 1) * (raw.count(b"\n") + raw.count(b"\r")) > _MAX_QUESTIONS:
        raise Unreadable("message_too_large")
    return email.message_from_bytes(raw, policy=compat32)


def inside(part: Message) -> list[Message]:
    """The parts that lie in `part`; none if it has a text.

    Whoever asks for a text without decoding it has Python read it by the codec that its sender named, and some
    of those fall over, take their time or unpack.
    """
    found = part.get_payload() if part.is_multipart() else []
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def calendar_parts(message: Message) -> tuple[CalendarPart, ...]:
    """Every calendar in `message`, wherever in the tree and whatever its sender called it (rule D1).

    Forwarded messages (``message/rfc822``) are not looked into: an answer that someone
    passes on is not theirs to give.

    Raises:
        Unreadable: ``too_deep``, ``too_many``, ``calendar_too_large``, ``packed``.
    """
    found: list[CalendarPart] = []
    left = MAX_CALENDAR
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Unreadable("too_deep")
        if part.is_multipart():
            if part.get_content_maintype() == "multipart":
                waiting.extend((child, depth + 1) for child in reversed(inside(part)))
        elif _is_calendar(part):
            if len(found) == _MAX_CALENDARS:
                raise Unreadable("too_many")
            content = part.get_payload(decode=True)
            content = content if isinstance(content, bytes) else b""
            left -= len(content)
            if left < 0:
                raise Unreadable("calendar_too_large")
            found.append(CalendarPart(calendar_text(content, _charset(part)), _parameter(part, "method").upper()))
    return tuple(found)


def calendar_text(content: bytes, charset: str = "") -> str:
    """The octets of a calendar as text with LF at line ends, unfolded.

    UTF-8 is tried first, since that is what a calendar is in (RFC 5545 §3.1.4) and many
    senders name another charset, or none. Lines are put together before, since some
    fold in the midst of a character.

    Args:
        charset: what the part says; used if it is no UTF-8.

    Raises:
        Unreadable: ``calendar_too_large``, ``packed``.
    """
    if len(content) > MAX_CALENDAR:
        raise Unreadable("calendar_too_large")
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise Unreadable("packed")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    unfolded = _FOLD.sub(b"", content.removeprefix(b"\xef\xbb\xbf"))
    try:
        text = unfolded.decode("utf-8")
    except UnicodeDecodeError:
        known = charset.lower() if _CHARSET.fullmatch(charset.lower()) else "windows-1252"
        try:
            text = unfolded.decode(known, "replace")
        except LookupError:
            text = unfolded.decode("windows-1252", "replace")
    return re.sub(r"\r+\n?", "\n", text).removeprefix("\ufeff")


def _is_calendar(part: Message) -> bool:
    kind = part.get_content_type()
    return kind in _TYPES or (kind in _VAGUE_TYPES and _file_name(part).lower().endswith((".ics", ".ifb", ".vcs")))


def _file_name(part: Message) -> str:
    try:
        return (part.get_filename() or "").strip()
    except (ValueError, LookupError):
        return ""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (ValueError, LookupError):
        return ""


def _parameter(part: Message, name: str) -> str:
    try:
        given = part.get_param(name, "")
    except (ValueError, LookupError):
        return ""
    # With RFC 2231 it comes in three pieces.
    return str(given[2] if isinstance(given, tuple) else given or "").strip()
