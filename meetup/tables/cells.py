"""What people write into cells, read as what they mean: days, times, numbers, yes and no.

Each function raises InvalidInput for the `field` that it was given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from meetup.domain.text import fold
from meetup.errors import N_, InvalidInput

_YES = {"1", "x", "yes", "y", "true", "co", "v", "✓", "dung"}
_NO = {"0", "no", "n", "false", "khong", "sai", "-"}
_DAY = re.compile(r"(?:(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})|(?P<iso>\d{4}-\d{2}-\d{2}))")
_TIME = re.compile(r"(?P<h>\d{1,2})(?:(?:[:.]|\s*(?:h|g|gio)\s*)(?P<m>\d{2})?)?(?::\d{2})?")


def day(text: str, field: str) -> date:
    """A day: ``28/11/2026`` or ``2026-11-28``; a midnight that Excel put behind it is dropped."""
    found = _DAY.fullmatch(re.sub(r"[ T]00:00(:00)?$", "", text.strip()))
    try:
        if found and found["iso"]:
            return date.fromisoformat(found["iso"])
        if found:
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        pass
    raise InvalidInput(
        field, N_("“%(text)s” is no day of the calendar."), N_("Write it like 28/11/2026."), text=_short(text)
    )


def clock_time(text: str, field: str) -> time:
    """A time of day: ``07:30``, ``7h30``, ``7 giờ``."""
    found = _TIME.fullmatch(fold(text))
    if found and int(found["h"]) < 24 and int(found["m"] or 0) < 60:
        return time(int(found["h"]), int(found["m"] or 0))
    raise InvalidInput(field, N_("“%(text)s” is no time of day."), N_("Write it like 07:30."), text=_short(text))


def moment(text: str, field: str, zone: ZoneInfo, *, otherwise: time) -> datetime:
    """An instant in `zone`: a day and a time, or a day alone, which means the time `otherwise`."""
    days, _, times = text.strip().replace("T", " ").partition(" ")
    at = clock_time(times, field) if times.strip() else otherwise
    return datetime.combine(day(days, field), at, zone)


def whole(text: str, field: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number between two others; Vietnamese thousands (``1.500``) are understood."""
    digits = re.sub(r"(?<=\d)[. \u00a0](?=\d{3}\b)", "", text.strip())
    if re.fullmatch(r"\d{1,12}", digits) and least <= int(digits) <= most:
        return int(digits)
    raise InvalidInput(
        field,
        N_("“%(text)s” is no whole number from %(least)s to %(most)s."),
        text=_short(text),
        least=least,
        most=most,
    )


def yes_no(text: str, field: str) -> bool:
    """Yes or no: ``có``, ``x``, ``1``; ``không``, ``0``."""
    word = fold(text)
    if word in _YES | _NO:
        return word in _YES
    raise InvalidInput(field, N_("“%(text)s” is neither yes nor no."), N_("Write “có” or “không”."), text=_short(text))


def choice(text: str, field: str, words: Mapping[str, str]) -> str:
    """What `words` has for the folded text."""
    word = fold(text)
    if word in words:
        return words[word]
    raise InvalidInput(
        field,
        N_("“%(text)s” is none of: %(choices)s."),
        text=_short(text),
        choices=", ".join(dict.fromkeys(words)),
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
