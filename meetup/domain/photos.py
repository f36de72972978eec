"""The states of a photograph of a session: nobody but the desk sees it before it is published."""

from __future__ import annotations

from meetup.domain.machine import START, Machine

PHOTO = Machine(
    "photo",
    {
        (START, "add"): "withheld",
        ("withheld", "publish"): "published",
        ("published", "withhold"): "withheld",
        ("withheld", "remove"): "removed",
        ("published", "remove"): "removed",
    },
    final=("removed",),
)
