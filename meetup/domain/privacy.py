"""Personal data in free text: a warning before it is published, and masks for showing.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: phone numbers, e-mail addresses and
personal IDs are never public. What is found here is a warning to a person who
decides, not a proof in either direction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["personal_id", "phone", "email"]

_GAP = r"[ .\u00a0-]?"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    # Address first, for digits within one are not a phone; lengths are bounded so that no text takes long.
    ("email", re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])")),
    # Twelve digits since 2021, often written in groups of three.
    ("personal_id", re.compile(rf"(?<![\d+])\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}(?!\d)")),
    # Vietnamese: mobile 03, 05, 07, 08, 09 and eight digits, landline 02 and nine; 0 may be +84 or 84.
    (
        "phone",
        re.compile(
            rf"(?<![\d+])(?:\+?84{_GAP}\(?0?|\(?0){_GAP}"
            rf"(?:[35789](?:\)?{_GAP}\d){{8}}|2(?:\)?{_GAP}\d){{9}})(?!\d)"
        ),
    ),
    # Any other country's, recognised by its plus.
    ("phone", re.compile(rf"(?<![\w+])\+[1-9](?:{_GAP}\d){{7,14}}(?!\d)")),
)


@dataclass(frozen=True)
class Finding:
    """Something that looks like personal data.

    Args:
        kind: what it looks like.
        start: where it begins in the text, in characters.
        end: where it ends, exclusive.
        text: as written.
    """

    kind: Kind
    start: int
    end: int
    text: str


def find_personal_data(text: str) -> list[Finding]:
    """What in `text` looks like a phone number, a personal ID of 12 digits or an e-mail address.

    In the order of the text; each place is named once.
    """
    found: list[Finding] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if all(match.end() <= one.start or one.end <= match.start() for one in found):
                found.append(Finding(kind, match.start(), match.end(), match.group()))
    return sorted(found, key=lambda one: one.start)


def mask_personal_id(number: str) -> str:
    """A personal ID with its last three digits only: ``*********123``; shorter ones are hidden whole."""
    digits = re.sub(r"\W", "", number)
    return "*" * (len(digits) - 3) + digits[-3:] if len(digits) > 3 else "*" * len(digits)


def mask_email(email: str) -> str:
    """An address that its owner recognises and nobody else can write to: ``n***@example.com``."""
    name, at, domain = email.strip().rpartition("@")
    return f"{name[:1]}***@{domain}" if at else "***"
