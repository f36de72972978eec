"""The states of a session and the rules of its times."""

from __future__ import annotations

from meetup.domain.machine import START, Machine

SESSION = Machine(
    "session",
    {
        (START, "draft"): "draft",
        ("draft", "publish"): "published",
        ("draft", "reschedule"): "draft",
        ("published", "reschedule"): "published",
        ("published", "cancel"): "cancelled",
        ("published", "hold"): "held",
        ("held", "report"): "reported",
    },
)
