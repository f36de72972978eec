"""The states of an issue."""

from __future__ import annotations

from meetup.domain.machine import START, Machine

ISSUE = Machine(
    "issue",
    {
        (START, "submit"): "submitted",
        ("submitted", "request_information"): "needs_information",
        ("submitted", "accept"): "accepted",
        ("submitted", "decline"): "declined",
        ("submitted", "merge"): "merged",
        ("submitted", "withdraw"): "withdrawn",
        ("needs_information", "inform"): "submitted",
        ("accepted", "schedule"): "scheduled",
        ("accepted", "follow_up"): "in_follow_up",
        ("scheduled", "unschedule"): "accepted",
        ("scheduled", "discuss"): "discussed",
        ("discussed", "follow_up"): "in_follow_up",
        ("discussed", "answer"): "answered",
        ("in_follow_up", "answer"): "answered",
        ("answered", "resolve"): "resolved",
        ("answered", "reopen"): "in_follow_up",
        ("resolved", "reopen"): "in_follow_up",
    },
)
