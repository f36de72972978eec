"""How the worker comes to forget: once an hour, and at once again while there is more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from meetup.plugins.hookspecs import hookimpl
from meetup.privacy.retention import forget
from meetup.work import Work

#: Periods are of days; looking every few seconds would only cost.
EVERY = timedelta(hours=1)


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int] | None:
    """Forget what is over its period of retention."""
    looked: dict[str, datetime] = work.mount.app.extensions.setdefault("meetup.retention", {})
    last = looked.get(work.mount.name)
    if last is not None and last <= work.now < last + EVERY:
        return None
    found = forget(work)
    if not found:
        looked[work.mount.name] = work.now
    return found or None
