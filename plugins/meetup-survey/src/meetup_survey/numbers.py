"""Whole numbers as people write them: ``12``, ``1.500.000``, ``1,500,000``, ``1 500 000``."""

from __future__ import annotations

import re

#: Plain digits, or groups of three behind one and the same sign.
_NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(?:([.,   ])[0-9]{3})(?:\1[0-9]{3})*")
_UNIT = re.compile(r"\s*(?:vnd|vnđ|đồng|đ|₫)$", re.IGNORECASE)


def whole_number(text: str, most: int) -> int | None:
    """The number in `text`, from 0 to `most`; None if it is none."""
    plain = _UNIT.sub("", text.strip())
    if len(plain) > 40 or _NUMBER.fullmatch(plain) is None:
        return None
    value = int(re.sub(r"[^0-9]", "", plain))
    return value if value <= most else None
