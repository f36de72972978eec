"""A message as it arrived: its fields in letters, its text, its files. Reading proves nothing and changes nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from html2text import HTML2Text

from meetup.api import Unreadable, Upload, mail_address, read_message

#: What of a text or a quotation is looked at, in characters.
MAX_TEXT = 200_000
#: Files of one message that are looked at.
MAX_FILES = 30
#: Recipients of one message that are looked at.
MAX_RECIPIENTS = 200

#: Octets of a header field that are looked at.
_MAX_FIELD = 20_000
# Python knows codecs that unpack, or take a time that grows by the square.
_CHARSET = re.compile(
    r"us-ascii|utf-16(?:le|be)?|iso-8859-(?:[1-9]|1[03-6])|windows-125\d|koi8-[ru]"
    r"|gb2312|gb18030|gbk|big5|shift_jis|euc-(?:jp|kr)|iso-2022-jp"
)
_ENCODED = re.compile(r"=\?([^?\s]{1,40})\?[bq]\?", re.IGNORECASE)

_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
# Where what was answered begins: a line of ours that programs put above it, in the languages of our mail.
_QUOTED = re.compile(
    r"^(?:>|-{2,}\s*(?:original message|tin nhắn gốc|thư gốc|forwarded message)\b.*"
    r"|_{10,}\s*$"
    r"|(?:on|vào)\b.{0,200}(?:wrote|đã viết):\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Arrived:
    """A message from outside.

    Args:
        raw: as it came.
        message: the same, read; None if it is over a bound, then `unreadable` says why.
        recipients: whom the envelope named.
        sender: whom the envelope named as sender; empty for the null sender, None if it is not known.
    """

    raw: bytes
    message: Message | None
    recipients: tuple[str, ...] = ()
    sender: str | None = None
    unreadable: Unreadable | None = None

    @classmethod
    def of(cls, raw: bytes, recipients: Sequence[str] = (), sender: str | None = None) -> Arrived:
        """`raw` read within bounds; what is over one is kept unread."""
        try:
            return cls(raw, read_message(raw), tuple(recipients), sender)
        except Unreadable as fault:
            return cls(raw, None, tuple(recipients), sender, fault)

    @property
    def digest(self) -> str:
        """The same for the same message, whichever way and however often it comes (rule D12).

        Servers put lines of their own above a message; what the sender wrote is below the
        first of the fields that only senders write.
        """
        if self.message is None:
            return hashlib.sha256(self.raw).hexdigest()
        fields = [self.field(name, 1_000) for name in ("Message-ID", "From", "To", "Date", "Subject")]
        _, _, body = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return hashlib.sha256("\0".join(fields).encode("utf-8", "replace") + b"\0" + body.rstrip()).hexdigest()

    def field(self, name: str, most: int = 300) -> str:
        """A header field in letters, on one line; empty if it is not there."""
        return _words(self.message.get(name, "") if self.message is not None else "")[:most]

    @property
    def from_address(self) -> str:
        """The address in From; empty if there is not exactly one."""
        found = self._addresses(("From",))
        return found[0] if len(found) == 1 else ""

    @property
    def from_name(self) -> str:
        """The name in From."""
        raw = str(self.message.get("From", "")) if self.message is not None else ""
        found = getaddresses([" ".join(raw[:2_000].split())])
        return _words(found[0][0] if found else "")[:120]

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return self.field("Message-ID", 250).strip()

    @property
    def references(self) -> str:
        """What it answers: ids of messages before it."""
        return f"{self.field('In-Reply-To', 2_000)} {self.field('References', 10_000)}"

    def addressed_to(self) -> tuple[str, ...]:
        """Every address that it was sent to, by the envelope or by its own fields."""
        found = dict.fromkeys([*(one.lower() for one in self.recipients), *self._addresses(_TO)])
        return tuple(found)[:MAX_RECIPIENTS]

    def _addresses(self, names: Sequence[str]) -> list[str]:
        if self.message is None:
            return []
        # Before encoded words are decoded: a name must not become part of an address (RFC 2047 §5).
        fields = [" ".join(str(one)[:20_000].split()) for name in names for one in self.message.get_all(name, [])[:50]]
        found = []
        for _name, address in getaddresses(fields):
            try:
                found.append(mail_address(address))
            except Unreadable:
                continue
        return found

    def text(self) -> str:
        """What the sender wrote, without what they answered; of HTML what can be read."""
        plain, html = "", ""
        for part in self._leaves():
            kind = part.get_content_type()
            if kind == "text/plain" and not plain and not _is_file(part):
                plain = _decoded(part)
            elif kind == "text/html" and not html and not _is_file(part):
                html = _decoded(part)
        return _own_words(plain.strip() or _readable(html))

    def files(self) -> list[Upload]:
        """The files that it brought, without calendars."""
        found = []
        for part in self._leaves():
            if _is_file(part) and part.get_content_type() not in {"text/calendar", "application/ics"}:
                content = part.get_payload(decode=True)
                name = _words(part.get_filename() or "") or "file"
                if isinstance(content, bytes) and content and not name.lower().endswith((".ics", ".p7s")):
                    found.append(Upload(name[-120:], content))
        return found[:MAX_FILES]

    def _leaves(self) -> Iterator[Message]:
        if self.message is not None:
            for part in self.message.walk():
                if not part.is_multipart():
                    yield part


def _is_file(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except (ValueError, LookupError):
        return False


def _words(value: object) -> str:
    text = str(value)[:_MAX_FIELD]
    named = {match[1].lower().partition("*")[0] for match in _ENCODED.finditer(text)}
    # In charsets that we know only: see _CHARSET.
    if all(one == "utf-8" or _CHARSET.fullmatch(one) for one in named):
        with suppress(ValueError, LookupError, MessageError):
            text = str(make_header(decode_header(text)))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    # A character takes four octets at most.
    content = content[: 4 * MAX_TEXT]
    try:
        charset = (part.get_content_charset() or "").lower()
    except (LookupError, ValueError):
        charset = ""
    text = content.decode(charset if _CHARSET.fullmatch(charset) else "utf-8", "replace")
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in text if one in "\n\t" or one.isprintable())[:MAX_TEXT]


def _readable(html: str) -> str:
    if not html.strip():
        return ""
    reader = HTML2Text(bodywidth=0)
    reader.ignore_links = reader.ignore_images = reader.ignore_emphasis = reader.ignore_tables = True
    return reader.handle(html)


def _own_words(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        if _QUOTED.match(line.strip()):
            break
        # What a mail program signs with (RFC 3676 §4.3).
        if line == "-- ":
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip() or text.strip()
