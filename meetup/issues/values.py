"""The fixed choices of an issue, in the order in which forms offer them."""

from __future__ import annotations

from dataclasses import dataclass

#: What an issue is; ``conduct`` is about how an officer behaved, and is never public.
KINDS = ("obstacle", "hardship", "proposal", "suggestion", "conduct")

#: How an issue came in.
CHANNELS = (
    "portal",
    "session",
    "phone",
    "hotline",
    "paper",
    "letter",
    "mail",
    "dialogue",
    "reception",
    "guidance",
)

#: What the public may see of it once it is published.
VISIBILITIES = ("public", "anonymous", "confidential")

#: How an issue may be answered. "Noted" is none of them.
OUTCOMES = ("resolved", "explained", "planned", "beyond_authority", "referred_out", "declined")

#: Who speaks in the thread of an issue.
SIDES = ("enterprise", "organizer", "department")

#: States from which nothing more is said: the issue went another way.
SILENT = frozenset({"merged", "withdrawn"})

#: States in which an issue may be shown to the public.
PUBLISHABLE = frozenset({"accepted", "scheduled", "discussed", "in_follow_up", "answered", "resolved"})

#: States that an issue may be merged into.
MERGEABLE = frozenset({"submitted", "needs_information"}) | PUBLISHABLE

#: States in which it waits for its answer: where co-signing still weighs.
OPEN = MERGEABLE - {"resolved"}

TITLE_LENGTH = 200
TEXT_LENGTH = 10_000
REASON_LENGTH = 2_000


@dataclass(frozen=True)
class Upload:
    """A file as it came: its claimed name and its bytes."""

    name: str
    content: bytes
