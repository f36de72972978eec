"""Figures that plugins add to scorecards, beside the score and never in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Figure:
    """One figure of the scorecards of a period.

    Args:
        key: its name, best begun with the plugin's; lasting, since frozen periods keep it.
        label: an English msgid: what it is called.
        meaning: an English msgid: what it counts, and from how many on it is shown.
        values: ``whole``, ``department`` or ``field`` → code (empty for ``whole`` and for what has no field) → value.
            What is not known is left out.
        places: how many digits are shown after the comma.
    """

    key: str
    label: str
    meaning: str
    values: Mapping[str, Mapping[str, Decimal]]
    places: int = 2

    def of(self, by: str, code: str = "") -> Decimal | None:
        """The value of one scorecard; None: not known."""
        return self.values.get(by, {}).get(code)
