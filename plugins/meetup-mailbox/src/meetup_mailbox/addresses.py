"""Addresses of each message's own: where its reader answers, and where it bounces to (rules C4, D2, D11).

Such an address is ``coffee+r2s-<26 letters>@example.vn``: what it is about, and 128 bits that only this site can
make of that and of the recipient. It does one thing. It ends with the contact's address (who has another has
another secret) and all of them end when the site's secret key is changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

from meetup.api import Envelope, Mount, Outgoing

#: Letter → what an answer can be about.
ABOUT = {"r": "registration", "i": "issue"}
BOUNCE = "b"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"([bri])([0-9a-z]{1,12})-([a-z2-7]{26})")


class Token(NamedTuple):
    """What an address of ours says.

    Args:
        letter: a key of :data:`ABOUT`, or :data:`BOUNCE`.
        key: of the thing; of the outgoing message with a bounce.
        secret: to be proven by :func:`proves`.
    """

    letter: str
    key: int
    secret: str


def programme_address(mount: Mount) -> str:
    """The address that mail to the programme goes to."""
    return str(mount.settings.mailbox_address or mount.mail_from).lower()


def envelope(mount: Mount, row: Outgoing) -> Envelope | None:
    """Where answers to `row` and its bounces go; None while no address is set."""
    if not mount.settings.mailbox_address or row.channel != "mail":
        return None
    kind, _, key = row.subject.partition(":")
    letter = next((letter for letter, name in ABOUT.items() if name == kind), "")
    answers = _address(mount, letter, int(key), row.recipient) if letter and key.isascii() and key.isdigit() else ""
    return Envelope(reply_to=answers, return_path=_address(mount, BOUNCE, row.id, row.recipient))


def _address(mount: Mount, letter: str, key: int, recipient: str) -> str:
    local, _, domain = programme_address(mount).rpartition("@")
    sign = mount.settings.mailbox_delimiter
    return f"{local}{sign}{letter}{_base36(key)}-{_secret(mount, letter, key, recipient)}@{domain}"


def _secret(mount: Mount, letter: str, key: int, recipient: str) -> str:
    text = f"{letter}|{key}|{recipient.strip().lower()}".encode()
    made = hmac.new(f"meetup.mailbox|{mount.secret}".encode(), text, hashlib.sha256).digest()[:16]
    return base64.b32encode(made).decode().rstrip("=").lower()


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def read(mount: Mount, address: str) -> Token | None:
    """What `address` says; None if it is none of this mount's. Proves nothing yet."""
    local, _, domain = programme_address(mount).rpartition("@")
    given, _, at = address.strip().lower().rpartition("@")
    start = f"{local}{mount.settings.mailbox_delimiter}"
    match = _TOKEN.fullmatch(given.removeprefix(start)) if at == domain and given.startswith(start) else None
    return Token(match[1], int(match[2], 36), match[3]) if match else None


def proves(mount: Mount, token: Token, recipient: str) -> bool:
    """Whether `token` is the one that `recipient` was given, and nobody else."""
    return hmac.compare_digest(token.secret, _secret(mount, token.letter, token.key, recipient))
