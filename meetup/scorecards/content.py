"""Scorecards as plain JSON values and back: what a snapshot keeps of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from meetup.domain.criteria import COMPONENTS, add_up
from meetup.plugins.figures import Figure
from meetup.scorecards.queries import Card, Row
from meetup.scorecards.taking_part import TakingPart

_DECIMALS = {one.name for one in fields(Row) if "Decimal" in str(one.type)}


@dataclass(frozen=True)
class Results:
    """Everything that a period says.

    Args:
        whole: all together.
        departments: the best first, localities last.
        fields: likewise.
        people: who came to its sessions.
        figures: what plugins add.
    """

    whole: Card
    departments: tuple[Card, ...]
    fields: tuple[Card, ...]
    people: TakingPart
    figures: tuple[Figure, ...] = ()

    def card(self, by: str, code: str) -> Card | None:
        """The scorecard of one department or field; of all for ``whole``."""
        if by == "whole":
            return self.whole
        of = self.departments if by == "department" else self.fields
        return next((card for card in of if card.row.code == code), None)


def pack(results: Results) -> dict[str, Any]:
    """`results` as JSON values; a decimal is a text, so that no digit of it is lost."""
    return {
        "whole": _pack(results.whole),
        "departments": [_pack(card) for card in results.departments],
        "fields": [_pack(card) for card in results.fields],
        "people": asdict(results.people),
        **({"figures": [_pack_figure(one) for one in results.figures]} if results.figures else {}),
    }


def unpack(content: Mapping[str, Any], weights: Mapping[str, int]) -> Results:
    """What :func:`pack` made, as it was."""
    return Results(
        _unpack(content["whole"], weights),
        tuple(_unpack(one, weights) for one in content["departments"]),
        tuple(_unpack(one, weights) for one in content["fields"]),
        TakingPart(**content["people"]),
        tuple(_unpack_figure(one) for one in content.get("figures", ())),
    )


def digest(content: Mapping[str, Any], weights: Mapping[str, int]) -> str:
    """The SHA-256 of a snapshot's content and weights, in hexadecimal."""
    text = json.dumps([content, dict(weights)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _pack(card: Card) -> dict[str, Any]:
    row = {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(card.row).items()}
    return {"row": row, "counts": dict(card.counts)}


def _unpack(kept: Mapping[str, Any], weights: Mapping[str, int]) -> Card:
    row: dict[str, Any] = {
        name: Decimal(value) if name in _DECIMALS and value is not None else value
        for name, value in kept["row"].items()
        if name in Row.__dataclass_fields__
    }
    counts = {name: int(value) for name, value in kept["counts"].items()}
    known = {key: int(value) for key, value in weights.items() if key in COMPONENTS}
    return Card(Row(**row), counts, add_up(counts, known))


def _pack_figure(figure: Figure) -> dict[str, Any]:
    values = {by: {code: str(value) for code, value in found.items()} for by, found in figure.values.items()}
    return {**asdict(figure), "values": values}


def _unpack_figure(kept: Mapping[str, Any]) -> Figure:
    values = {by: {code: Decimal(value) for code, value in found.items()} for by, found in kept["values"].items()}
    return Figure(kept["key"], kept["label"], kept["meaning"], values, kept["places"])
