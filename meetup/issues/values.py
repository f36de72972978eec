"""The fixed choices and limits of an issue."""

from __future__ import annotations

from meetup.domain.issues import CHANNELS, KINDS, OUTCOMES, VISIBILITIES
from meetup.storage import Upload

__all__ = [
    "CHANNELS",
    "KINDS",
    "MERGEABLE",
    "OPEN",
    "OUTCOMES",
    "PUBLISHABLE",
    "REASON_LENGTH",
    "SIDES",
    "SILENT",
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "VISIBILITIES",
    "Upload",
]

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
