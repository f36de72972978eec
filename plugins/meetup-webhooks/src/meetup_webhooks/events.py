"""The events that an endpoint can choose, and what is told of one: a thin body without anybody's data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from meetup.api import Change, Issue, NotFound, Session, Work

#: Machine → its arrows, as docs/plugins.md lists them; a test compares.
ARROWS: Mapping[str, tuple[str, ...]] = {
    "session": ("draft", "publish", "reschedule", "cancel", "hold", "report"),
    "series": ("start", "end"),
    "registration": (
        "invite",
        "accept",
        "queue",
        "tentative",
        "decline",
        "walk_in",
        "cancel",
        "attend",
        "miss",
        "offer",
        "lapse",
    ),
    "issue": (
        "submit",
        "request_information",
        "accept",
        "decline",
        "merge",
        "withdraw",
        "inform",
        "schedule",
        "follow_up",
        "unschedule",
        "discuss",
        "answer",
        "resolve",
        "reopen",
    ),
    "follow_up": (
        "assign",
        "accept",
        "request_transfer",
        "answer",
        "accept_transfer",
        "refuse_transfer",
        "decide_transfer",
        "verify",
        "send_back",
        "confirm",
        "lapse",
        "reopen",
    ),
}
#: Every event by the name that documentation and bodies give it.
EVENTS = tuple(f"{machine}.{action}" for machine, actions in ARROWS.items() for action in actions)
#: What "Send a test" sends.
TEST = "webhooks.test"


def told(work: Work, change: Change) -> dict[str, Any]:
    """What the outbox keeps of `change`: plain values of its row, without a question to the database."""
    thing = change.thing
    kept = {
        "type": change.name,
        "timestamp": work.now.isoformat().replace("+00:00", "Z"),
        "kind": change.machine,
        "state": change.after,
    }
    # A number is random; a key of the database would tell how many there are.
    for name in ("number", "slug") if change.machine in {"issue", "follow_up", "session"} else ("id",):
        if getattr(thing, name, None) is not None:
            kept[name] = getattr(thing, name)
    if change.machine == "issue":
        kept["issue_id"] = thing.id
    elif change.machine == "follow_up":
        kept["issue_id"] = thing.issue_id
    elif change.machine == "registration":
        kept["session_id"] = thing.session_id
    return kept


def body(work: Work, kept: Mapping[str, Any]) -> str:
    """The body of a message, as things are when it leaves.

    Args:
        kept: what :func:`told` gave.

    Of a confidential issue, and of its follow-ups, it says number and state alone; what has
    become confidential since it happened is confidential here.
    """
    data = {name: kept[name] for name in ("kind", "number", "slug", "id", "state") if name in kept}
    if not _is_confidential(work, kept):
        address = _address(work, kept)
        if address:
            data["url"] = address
    return json.dumps(
        {"type": kept["type"], "timestamp": kept["timestamp"], "data": data},
        ensure_ascii=True,
        separators=(",", ":"),
    )


def _is_confidential(work: Work, kept: Mapping[str, Any]) -> bool:
    if "issue_id" not in kept:
        return False
    try:
        return bool(work.get(Issue, kept["issue_id"]).visibility == "confidential")
    except NotFound:
        return True


def _address(work: Work, kept: Mapping[str, Any]) -> str:
    """The page where staff find the thing."""
    url = work.mount.url
    match kept["kind"]:
        case "issue":
            return url("issues.desk", number=kept["number"])
        case "follow_up":
            return url("follow_ups.show", number=kept["number"])
        case "session":
            return url("sessions.desk", slug=kept["slug"])
        case "registration":
            return url("registrations.attendance", slug=work.get(Session, kept["session_id"]).slug)
        case "series":
            return url("sessions.desk_index")
    return ""
