"""How enterprises take part: a contact whose address is dead is marked, so that staff see it."""

from __future__ import annotations

from meetup.domain.events import Change
from meetup.enterprises.service import mark_address_dead
from meetup.plugins.hookspecs import hookimpl
from meetup.work import Work


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """A mail server said for good that an address does not exist."""
    if change.name == "address.bounce":
        mark_address_dead(work, change.thing.recipient)
