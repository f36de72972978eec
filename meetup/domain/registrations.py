"""The states of a registration, the seats it holds, and the waiting list.

The waiting list is first come, first served by party size:

* A freed seat goes to the first in line whose party fits. If four seats are
  needed in front and one is free, the single person behind may sit: an empty
  chair helps nobody.
* Each time someone further behind is offered a seat, everyone still waiting in
  front of them has been passed over once more.
* Whoever was passed over :data:`MAX_PASSES` times holds the line: nobody behind
  is offered anything until this party fits. Freed seats then add up, so every
  party that fits into the room at all gets its turn. Without this, a party of
  four could be jumped by single persons for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from meetup.domain.machine import START, Machine
from meetup.errors import N_, Full, InvalidInput

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
        # A declined invitation may be taken up after all: a changed reply, not a new registration.
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
    final=("cancelled", "attended", "absent"),
)

#: States that take their seats out of the room. An open offer does: it is a promise.
HOLDS_SEAT = frozenset({"confirmed", "offered", "attended"})

#: States of those who come, may come or came.
LIVE = frozenset(REGISTRATION.states) - {"cancelled", "declined", "absent"}

#: What a calendar shows as this registration's answer (PARTSTAT, RFC 5545 §3.2.12).
PARTSTAT = {
    "invited": "NEEDS-ACTION",
    "confirmed": "ACCEPTED",
    "attended": "ACCEPTED",
    "tentative": "TENTATIVE",
    "waitlisted": "TENTATIVE",
    "offered": "NEEDS-ACTION",
    "declined": "DECLINED",
    "cancelled": "DECLINED",
    "absent": "ACCEPTED",
}

#: How often a party may be passed over before it holds the line.
MAX_PASSES = 3


@dataclass(frozen=True)
class Waiting:
    """A party in the waiting list.

    Args:
        id: the registration's.
        seats: how many people.
        passed_over: how often someone behind was offered a seat.
        queued_at: when it came into the line, aware; the id decides between equals.
    """

    id: int
    seats: int
    passed_over: int
    queued_at: datetime


@dataclass(frozen=True)
class Offers:
    """What free seats do to the line.

    Args:
        offers: who is offered seats, in the line's order.
        passed: who was passed over; an id stands here once for each jump, so it may stand here twice.
    """

    offers: tuple[int, ...] = ()
    passed: tuple[int, ...] = ()


def next_offers(line: Iterable[Waiting], free: int, capacity: int | None = None) -> Offers:
    """Who in the line is offered the free seats (the rule is the module's).

    Args:
        line: the waiting parties, in any order.
        free: seats that nobody holds; zero or less offers nothing.
        capacity: the whole room, if known. A party that would not fit into the empty
            room can never be seated: it neither counts as passed over nor holds the line.
    """
    offers: list[int] = []
    passed: list[int] = []
    ahead: list[Waiting] = []
    for party in sorted(line, key=lambda one: (one.queued_at, one.id)):
        if capacity is not None and party.seats > capacity:
            continue
        if any(one.passed_over >= MAX_PASSES for one in ahead):
            break
        if party.seats > free:
            ahead.append(party)
            continue
        free -= party.seats
        offers.append(party.id)
        passed.extend(one.id for one in ahead)
        ahead = [replace(one, passed_over=one.passed_over + 1) for one in ahead]
    return Offers(tuple(offers), tuple(passed))


def seat_at_once(line: Iterable[Waiting], seats: int, free: int, capacity: int | None = None) -> tuple[int, ...] | None:
    """Whether a newcomer may sit down now, without taking a seat that belongs to the line.

    A newcomer stands behind everyone who waits, so the same rule decides: seats that the
    line would be offered are gone, and a party that holds the line holds the newcomer too.

    Returns:
        The ids of those passed over (each once) if the newcomer is seated; None if it must queue.
    """
    waiting = tuple(line)
    last = max((one.queued_at for one in waiting), default=datetime.min.replace(tzinfo=UTC))
    newcomer = Waiting(max((one.id for one in waiting), default=0) + 1, seats, 0, last)
    found = next_offers((*waiting, newcomer), free, capacity)
    if newcomer.id not in found.offers:
        return None
    return tuple(
        one.id
        for one in sorted(waiting, key=lambda one: (one.queued_at, one.id))
        if one.id not in found.offers and (capacity is None or one.seats <= capacity)
    )


def offer_lapses_at(now: datetime, hours: int, starts_at: datetime) -> datetime:
    """Until when an offer made at `now` stands: `hours` later, but never beyond the session's start.

    Args:
        now: aware.
        hours: how long an answer is waited for.
        starts_at: the session's start, aware.
    """
    return min(now + timedelta(hours=hours), starts_at)


@dataclass(frozen=True)
class SeatBook:
    """The seats of one session, as a model of the guarded UPDATE that the database does.

    Args:
        capacity: seats in the room.
        taken: seats held by registrations in :data:`HOLDS_SEAT`.

    Raises:
        ValueError: if more are taken than there are, or less than none.
    """

    capacity: int
    taken: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.taken <= self.capacity:
            raise ValueError(f"{self.taken} of {self.capacity} seats cannot be taken")

    @property
    def left(self) -> int:
        """Seats that can still be given."""
        return self.capacity - self.taken

    def take(self, seats: int) -> SeatBook:
        """The book after `seats` more are taken.

        Raises:
            Full: if there are not so many left.
            ValueError: if `seats` is below one.
        """
        if seats < 1:
            raise ValueError("take at least one seat")
        if seats > self.left:
            raise Full(seats, self.left)
        return replace(self, taken=self.taken + seats)

    def release(self, seats: int) -> SeatBook:
        """The book after `seats` are given back.

        Raises:
            ValueError: if more are given back than were taken, or less than one.
        """
        if seats < 1:
            raise ValueError("release at least one seat")
        return replace(self, taken=self.taken - seats)

    def resize(self, capacity: int) -> SeatBook:
        """The book of a larger or smaller room.

        Raises:
            InvalidInput: if the room would be smaller than the seats taken, or hold nobody.
        """
        if capacity < 1:
            raise InvalidInput("capacity", N_("A session needs at least one seat."))
        if capacity < self.taken:
            raise InvalidInput(
                "capacity",
                N_("%(taken)s seats are taken already."),
                N_("Give at least this number, or cancel registrations first."),
                taken=self.taken,
            )
        return replace(self, capacity=capacity)
