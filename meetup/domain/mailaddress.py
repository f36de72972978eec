"""What an e-mail address is that we write to or from."""

from __future__ import annotations

import re
import unicodedata

from meetup.domain.text import clean
from meetup.errors import N_, InvalidInput

_LOCAL_PART = re.compile(r'[^\s@<>()\[\]\\,;:".]+(?:\.[^\s@<>()\[\]\\,;:".]+)*')
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def parts(email: str) -> tuple[str, str]:
    """What is before the @ in NFC, and the domain after it in ASCII (IDNA).

    Raises:
        InvalidInput: for what is no address, or hides a line end in one.
    """
    given = unicodedata.normalize("NFC", email.strip())
    local, at, name = given.rpartition("@")
    found = domain(name)
    if not at or clean(email) != given or not found or not _LOCAL_PART.fullmatch(local):
        raise InvalidInput("email", N_("This is no e-mail address."), N_("Write it as name@example.vn."))
    return local, found


def domain(name: str) -> str:
    """`name` in ASCII (IDNA) and lower case, as it stands after an @; empty if it cannot stand there."""
    try:
        found = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return found if _DOMAIN.fullmatch(found) else ""
