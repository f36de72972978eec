"""What closed periods are called in the reader's language."""

from __future__ import annotations

from meetup.api import FrozenPeriod, _, name_of


def period_words(period: FrozenPeriod) -> str:
    """What a closed period is called: its name, or its days."""
    if period.name:
        return name_of(period)
    if period.kind == "year":
        return _("Year %(year)s", year=period.starts_on.year)
    if period.kind == "quarter":
        number = (period.starts_on.month - 1) // 3 + 1
        return _("Quarter %(quarter)s/%(year)s", quarter=number, year=period.starts_on.year)
    return f"{period.starts_on:%d/%m/%Y} – {period.ends_on:%d/%m/%Y}"
