"""The states of a session, and the rules of its times.

Whether registration is open is no state: it follows from the clock, the window
and the session's state, so it can never be wrong because a job did not run.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from meetup.domain.machine import START, Machine
from meetup.errors import N_, Fault

SESSION = Machine(
    "session",
    {
        (START, "draft"): "draft",
        ("draft", "publish"): "published",
        ("draft", "reschedule"): "draft",
        # A reschedule keeps the state: people stay registered and get the new time.
        ("published", "reschedule"): "published",
        ("published", "cancel"): "cancelled",
        ("published", "hold"): "held",
        ("held", "report"): "reported",
    },
    final=("cancelled", "reported"),
)

#: A recurring session: its occurrences are sessions with a life of their own.
SERIES = Machine(
    "series",
    {
        (START, "start"): "running",
        ("running", "end"): "ended",
    },
    final=("ended",),
)

#: What a visitor is told in place of, or above, the registration form.
RegistrationStatus = Literal["not_published", "not_yet", "open", "closed", "cancelled", "held"]


def registration_status(
    state: str,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    starts_at: datetime,
) -> RegistrationStatus:
    """Where registration stands at `now`.

    The window is half open: at `opens_at` it is open, at `closes_at` it is closed.

    Args:
        state: the session's state.
        now: an aware instant.
        opens_at: aware; None: from publication on.
        closes_at: aware; None: until the session starts. It never outlasts the start.
        starts_at: aware.
    """
    if state == "draft":
        return "not_published"
    if state == "cancelled":
        return "cancelled"
    if state in ("held", "reported"):
        return "held"
    closing = starts_at if closes_at is None else min(closes_at, starts_at)
    if now >= closing:
        return "closed"
    if opens_at is not None and now < opens_at:
        return "not_yet"
    return "open"


def registration_open(
    state: str,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    starts_at: datetime,
) -> bool:
    """Whether a registration may be made at `now`; the arguments are those of :func:`registration_status`."""
    return registration_status(state, now, opens_at, closes_at, starts_at) == "open"


def check_times(
    starts_at: datetime,
    ends_at: datetime,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    *,
    now: datetime | None = None,
) -> list[Fault]:
    """What is wrong with a session's times; empty when nothing is.

    Args:
        starts_at: aware.
        ends_at: aware.
        opens_at: when registration opens, aware; None: at once.
        closes_at: when registration closes, aware; None: at the start.
        now: given for a session that is yet to come: its start must be ahead.

    Raises:
        ValueError: if a time has no zone; that is a mistake of the caller, not of the person typing.
    """
    for one in (starts_at, ends_at, opens_at, closes_at, now):
        if one is not None and one.tzinfo is None:
            raise ValueError("times need a zone")
    faults: list[Fault] = []
    if ends_at <= starts_at:
        faults.append(Fault("ends_at", N_("The end is not after the start."), N_("Give a later end.")))
    if now is not None and starts_at <= now:
        faults.append(Fault("starts_at", N_("The start is in the past."), N_("Give a time that is yet to come.")))
    if opens_at is not None and opens_at >= starts_at:
        faults.append(
            Fault(
                "registration_opens_at",
                N_("Registration would open only when the session has begun."),
                N_("Let it open before the start."),
            )
        )
    if closes_at is not None and closes_at > starts_at:
        faults.append(
            Fault(
                "registration_closes_at",
                N_("Registration would close only after the session has begun."),
                N_("Let it close at the start at the latest."),
            )
        )
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        faults.append(
            Fault(
                "registration_closes_at",
                N_("Registration would close before it opens."),
                N_("Give a closing time after the opening time."),
            )
        )
    return faults
