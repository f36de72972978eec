"""What programs read of a closed period: as one JSON object, or as a table with a line for each component."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meetup.api import FrozenCard, FrozenPeriod, FrozenVersion

#: The heads of the table, the same in every language.
COLUMNS = ("version", "by", "code", "name", "place", "score", "component", "percent", "weight")


def summary(period: FrozenPeriod) -> dict[str, Any]:
    """A period and its versions, without their figures."""
    return {
        "period": period.key,
        "kind": period.kind,
        "name": period.name,
        "from": period.starts_on.isoformat(),
        "to": period.ends_on.isoformat(),
        "versions": [
            {
                "version": one.number,
                "published_at": one.made_at.isoformat(),
                "counted_on": one.counted_on.isoformat(),
                "reason": one.reason,
                "sha256": one.digest,
            }
            for one in period.versions
        ],
    }


def whole(period: FrozenPeriod, version: FrozenVersion) -> dict[str, Any]:
    """A period as one of its versions says; decimals are texts, so that no digit is lost."""
    cards = version.cards()
    return {
        **summary(period),
        "version": version.number,
        "official": False,
        "whole": _card(cards[0]),
        "departments": [_card(one) for one in cards if one.by == "department"],
        "fields": [_card(one) for one in cards if one.by == "field"],
    }


def rows(version: FrozenVersion) -> Iterator[tuple[Any, ...]]:
    """The table's lines: one for the score of each card, then one for each of its components."""
    for card in version.cards():
        head = (version.number, card.by, card.code, card.name, card.place)
        yield (*head, card.score, "", None, None)
        for one in card.components:
            yield (*head, card.score, one.key, one.percent, one.weight)


def _card(card: FrozenCard) -> dict[str, Any]:
    return {
        "code": card.code,
        "name": card.name,
        "name_en": card.name_en,
        "score": _text(card.score),
        "place": card.place,
        "counts": dict(card.counts),
        "components": [
            {"component": one.key, "percent": _text(one.percent), "weight": one.weight} for one in card.components
        ],
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
