"""The states of a registration."""

from __future__ import annotations

from meetup.domain.machine import START, Machine

REGISTRATION = Machine(
    "registration",
    {
        (START, "invite"): "invited",
        (START, "accept"): "confirmed",
        (START, "queue"): "waitlisted",
        (START, "tentative"): "tentative",
        (START, "decline"): "declined",
        (START, "walk_in"): "attended",
        ("invited", "accept"): "confirmed",
        ("invited", "queue"): "waitlisted",
        ("invited", "tentative"): "tentative",
        ("invited", "decline"): "declined",
        ("invited", "cancel"): "cancelled",
        ("tentative", "accept"): "confirmed",
        ("tentative", "queue"): "waitlisted",
        ("tentative", "decline"): "declined",
        ("tentative", "cancel"): "cancelled",
        ("declined", "accept"): "confirmed",
        ("declined", "queue"): "waitlisted",
        ("declined", "tentative"): "tentative",
        ("confirmed", "tentative"): "tentative",
        ("confirmed", "decline"): "declined",
        ("confirmed", "cancel"): "cancelled",
        ("confirmed", "attend"): "attended",
        ("confirmed", "miss"): "absent",
        ("waitlisted", "offer"): "offered",
        ("waitlisted", "decline"): "declined",
        ("waitlisted", "cancel"): "cancelled",
        ("offered", "accept"): "confirmed",
        ("offered", "lapse"): "declined",
        ("offered", "decline"): "declined",
        ("offered", "cancel"): "cancelled",
    },
)
