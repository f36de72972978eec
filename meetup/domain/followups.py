"""The states of a follow-up."""

from __future__ import annotations

from meetup.domain.machine import START, Machine

FOLLOW_UP = Machine(
    "follow_up",
    {
        (START, "assign"): "assigned",
        ("assigned", "accept"): "accepted",
        ("assigned", "request_transfer"): "transfer_requested",
        ("accepted", "request_transfer"): "transfer_requested",
        ("accepted", "answer"): "answered",
        ("transfer_requested", "accept_transfer"): "assigned",
        ("transfer_requested", "refuse_transfer"): ("assigned", "accepted"),
        ("transfer_requested", "decide_transfer"): "assigned",
        ("answered", "verify"): "verified",
        ("answered", "send_back"): "accepted",
        ("verified", "confirm"): "closed",
        ("verified", "lapse"): "closed",
        ("verified", "reopen"): "reopened",
        ("reopened", "accept"): "accepted",
    },
)
