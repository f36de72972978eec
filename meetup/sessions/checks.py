"""What a session's facts must be like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from meetup.domain.faults import EMPTY, FILL_IN, Faults
from meetup.domain.sessions import check_times
from meetup.errors import N_

_TEXTS = {
    "title": 200,
    "topic": 200,
    "description": 10_000,
    "chair": 120,
    "chair_role": 120,
    "delegate": 120,
    "delegate_role": 120,
    "secretary": 120,
    "venue": 300,
    "conclusion_number": 60,
    "summary": 20_000,
}
_LONG = {"description", "summary"}
_OTHERS = ("online_url", "capacity", "seats_per_enterprise", "timezone", "is_private")
_TIMES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")


def checked(values: Mapping[str, Any], *, zone: str) -> dict[str, Any]:
    """`values` as they may be stored; only those that are given.

    Args:
        zone: the time zone of a session that names none.

    Raises:
        InvalidInput: with every fault.
        TypeError: for a fact that sessions do not have.
    """
    unknown = values.keys() - {*_TEXTS, *_TIMES, *_OTHERS}
    if unknown:
        raise TypeError(f"a session has no {sorted(unknown)}")
    faults = Faults()
    result: dict[str, Any] = {}
    for name, limit in _TEXTS.items():
        if name in values:
            result[name] = faults.text(name, values[name], limit, required=name == "title", multiline=name in _LONG)
    if "online_url" in values:
        result["online_url"] = faults.web_address("online_url", values["online_url"])
    if "capacity" in values:
        result["capacity"] = faults.number("capacity", values["capacity"], 1, 10_000)
    if "seats_per_enterprise" in values:
        result["seats_per_enterprise"] = faults.number("seats_per_enterprise", values["seats_per_enterprise"], 1, 50)
    if "timezone" in values:
        result["timezone"] = faults.zone("timezone", values["timezone"], zone)
    if "is_private" in values:
        result["is_private"] = bool(values["is_private"])
    result.update(_times(faults, values))
    faults.stop()
    return result


def _times(faults: Faults, values: Mapping[str, Any]) -> dict[str, datetime | None]:
    result: dict[str, datetime | None] = {}
    for name in _TIMES:
        if name not in values:
            continue
        moment = values[name]
        needed = name in {"starts_at", "ends_at"}
        if moment is None and needed:
            faults.add(name, EMPTY, FILL_IN)
        elif moment is not None and (not isinstance(moment, datetime) or moment.tzinfo is None):
            faults.add(name, N_("This time has no zone."), N_("Write it with its offset: 2026-11-28T07:00:00+07:00."))
        else:
            result[name] = None if moment is None else moment.astimezone(UTC)
    start, end = result.get("starts_at"), result.get("ends_at")
    if start is not None and end is not None:
        faults.found.extend(
            check_times(start, end, result.get("registration_opens_at"), result.get("registration_closes_at"))
        )
    return result
