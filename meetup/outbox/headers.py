"""Header fields that nobody's input can break: cleaned texts, checked addresses, fixed Message-IDs."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP, EmailPolicy
from typing import TYPE_CHECKING, Any, Self

from meetup.domain.mailaddress import parts

if TYPE_CHECKING:
    from meetup.mount import Mount

#: What a subject has room for in a list of mails.
SUBJECT_LENGTH = 70

#: How our messages are written: CRLF, short lines, seven bits.
POLICY: EmailPolicy[Any] = SMTP.clone(cte_type="7bit")
#: The same, for an address that only SMTPUTF8 (RFC 6531) carries.
UTF8_POLICY: EmailPolicy[Any] = POLICY.clone(utf8=True)

_LINE = 78
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_OURS = re.compile(r"<outbox-(\d+)\.([0-9a-f]{16})@[^>]*>")


class Field(str):
    """A header field that writes itself, so that it arrives as it was meant.

    The standard library guesses at the words of a field: it decodes what looks
    encoded, puts blanks between encoded words, and encodes ids and links that are
    longer than a line, which no reader of them undoes.
    """

    name: str

    def __new__(cls, name: str, text: str) -> Self:
        made = super().__new__(cls, text)
        made.name = name
        return made

    def fold(self, *, policy: Any) -> str:
        """The field as lines, broken at blanks where it is too long."""
        lines = [f"{self.name}:"]
        for word in self.split(" "):
            if len(lines[-1]) + len(word) < _LINE or lines[-1] == f"{self.name}:":
                lines[-1] += f" {word}"
            else:
                lines.append(f" {word}")
        return "".join(line + str(policy.linesep) for line in lines)


class Words(Field):
    """A field of words for people, in encoded words (RFC 2047) where they need it."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {_encoded(str(self), len(self.name) + 2, policy.linesep)}{policy.linesep}"


class Mailbox(Field):
    """A field with one address."""

    address: Address

    @classmethod
    def of(cls, name: str, address: Address) -> Self:
        """The field `name` with `address` in it."""
        made = cls(name, str(address))
        made.address = address
        return made

    @property
    def addresses(self) -> tuple[Address, ...]:
        """As the standard library's field has it."""
        return (self.address,)

    def fold(self, *, policy: Any) -> str:
        end, shown = str(policy.linesep), self.address.display_name
        if not shown:
            return f"{self.name}: {self.address.addr_spec}{end}"
        if not _PLAIN_NAME.fullmatch(shown):
            shown = _encoded(shown, len(self.name) + 2, end, always=True)
        one_line = f"{self.name}: {shown} <{self.address.addr_spec}>{end}"
        fits = end not in shown and len(one_line) <= _LINE
        return one_line if fits else f"{self.name}: {shown}{end} <{self.address.addr_spec}>{end}"


def _encoded(text: str, indent: int, end: str, *, always: bool = False) -> str:
    plain = text.isascii() and "=?" not in text and not always
    return Header(text, "us-ascii" if plain else "utf-8", maxlinelen=_LINE - 2, header_name="x" * (indent - 2)).encode(
        linesep=end
    )


def clean(text: str) -> str:
    """`text` as one line: no control characters or line ends of any script, no lone surrogates, NFC."""
    kept = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text
        if unicodedata.category(character) != "Cs"
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


def brief(text: str, length: int = SUBJECT_LENGTH) -> str:
    """`text` cut at a word so that it has at most `length` characters."""
    text = clean(text)
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    at_word, space, _ = cut.rpartition(" ")
    return (at_word if space and len(at_word) > length // 2 else cut).rstrip(" ,;:–-") + "…"


def address(email: str, name: str = "") -> Address:
    """An address for a header field: its name cleaned, its domain in ASCII (IDNA).

    Raises:
        InvalidInput: for what is no address, or hides a line end in one.
    """
    local, domain = parts(email)
    return Address(clean(name), local, domain)


def signature(mount: Mount, purpose: str, text: str) -> str:
    """Sixteen hex digits that only this mount can make of `text`, for ids and return addresses."""
    key = f"meetup.outbox.{purpose}|{mount.secret}".encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def message_id(mount: Mount, row_id: int, recipient: str) -> str:
    """The Message-ID of a row: the same for the same row and recipient, for ever (rule C5)."""
    domain = mount.mail_domain.encode("idna").decode("ascii")
    return f"<outbox-{row_id}.{signature(mount, 'message', f'{row_id}|{recipient.lower()}')}@{domain}>"


def row_of_message_id(mount: Mount, text: str, recipient: str = "") -> int | None:
    """The row whose Message-ID stands in `text`, such as a reply's References; None if none of ours does.

    Args:
        recipient: whom the row went to; given, the id's signature is checked too.
    """
    for match in _OURS.finditer(text):
        row_id = int(match[1])
        if not recipient or match[0] == message_id(mount, row_id, recipient):
            return row_id
    return None
