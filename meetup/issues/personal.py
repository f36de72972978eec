"""What looks personal in a text: to be looked at before it is published, decided on by a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Digits with the separators people write; what they are is told by their number below.
_DIGITS = re.compile(r"(?<![\w/])(?:\+|00)?\d(?:[ .-]?\d){7,15}(?![\w/])")
_PHONE = re.compile(r"(?:(?:\+|00)?84|0)(?:[35789]\d{8}|2\d{9})")


def personal_parts(text: str) -> list[str]:
    """E-mail addresses, telephone numbers and personal identity numbers (12 digits) in `text`, each once."""
    return list(dict.fromkeys(_parts(text)))


def _parts(text: str) -> Iterator[str]:
    for found in _MAIL.finditer(text):
        yield found.group()
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"[ .-]", "", found.group())
        if _PHONE.fullmatch(digits) or (len(digits) == 12 and digits.isdecimal()):
            yield found.group()
