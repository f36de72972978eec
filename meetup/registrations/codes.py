"""The code that a registration is known by at the door: in a QR code, on a badge, typed by hand.

It opens nothing to anybody but the staff, so that a badge may be photographed; it cannot be
guessed from another one. Written in Crockford's alphabet, in which no letter is taken for a digit.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from meetup.registrations.models import Registration
from meetup.work import Work

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
#: What hands and eyes confuse.
_MENDED = str.maketrans("OIL", "011")


def code_of(work: Work, registration: Registration) -> str:
    """The code of `registration`, such as ``7K3D-Q0XM``: the same as long as the site's secret is."""
    key = f"meetup.check-in|{work.mount.secret}".encode()
    digest = hmac.new(key, registration.subject.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:5], "big")
    letters = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return f"{letters[:4]}-{letters[4:]}"


def plain_code(typed: str) -> str:
    """What was typed or scanned, as codes are written; empty if it cannot be a code."""
    letters = re.sub(r"[\s-]+", "", typed).upper().translate(_MENDED)
    if len(letters) != _LENGTH or not set(letters) <= set(_ALPHABET):
        return ""
    return f"{letters[:4]}-{letters[4:]}"


def door_url(work: Work, registration: Registration) -> str:
    """What the QR code holds: the page at the door, with this registration found. Its session is loaded."""
    slug = registration.session.slug
    return work.mount.url("registrations.check_in", slug=slug, q=code_of(work, registration))
