"""The waiting list and the seats: fair, never starving, never over capacity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetup.domain.registrations import (
    MAX_PASSES,
    Offers,
    SeatBook,
    Waiting,
    next_offers,
    offer_lapses_at,
    seat_at_once,
)
from meetup.errors import Full, InvalidInput

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def line(*seats: int, passed: int = 0) -> list[Waiting]:
    return [Waiting(n, size, passed, EPOCH + timedelta(minutes=n)) for n, size in enumerate(seats, start=1)]


def test_the_first_whose_party_fits_is_offered() -> None:
    assert next_offers(line(1, 1), 1) == Offers((1,), ())
    assert next_offers(line(3, 1, 1), 2) == Offers((2, 3), (1, 1))
    assert next_offers(line(2, 2), 0) == Offers()
    assert next_offers([], 5) == Offers()


def test_the_order_is_of_queueing_then_of_id() -> None:
    same = [Waiting(2, 1, 0, EPOCH), Waiting(1, 1, 0, EPOCH), Waiting(3, 1, 0, EPOCH - timedelta(1))]
    assert next_offers(same, 2).offers == (3, 1)


def test_who_was_passed_over_three_times_holds_the_line() -> None:
    held = [*line(4, passed=MAX_PASSES), Waiting(9, 1, 0, EPOCH + timedelta(1))]
    assert next_offers(held, 3) == Offers()
    assert next_offers(held, 4) == Offers((1,), ())
    assert next_offers(held, 5) == Offers((1, 9), ())
    # Held within one call too: three may pass, the fourth may not.
    assert next_offers(line(9, 1, 1, 1, 1), 4) == Offers((2, 3, 4), (1, 1, 1))


def test_a_party_larger_than_the_room_does_not_hold_the_line() -> None:
    assert next_offers([Waiting(1, 30, 99, EPOCH), Waiting(2, 1, 0, EPOCH)], 1, capacity=25) == Offers((2,), ())


def test_a_newcomer_sits_at_once_only_behind_the_line() -> None:
    assert seat_at_once([], 2, 2) == ()
    assert seat_at_once([], 3, 2) is None
    assert seat_at_once(line(3), 1, 1) == (1,)
    assert seat_at_once(line(1), 1, 1) is None
    assert seat_at_once(line(4, passed=MAX_PASSES), 1, 1) is None
    assert seat_at_once(line(30, 2), 1, 1, capacity=25) == (2,)


def test_an_offer_never_outlasts_the_start() -> None:
    assert offer_lapses_at(EPOCH, 24, EPOCH + timedelta(days=3)) == EPOCH + timedelta(days=1)
    assert offer_lapses_at(EPOCH, 24, EPOCH + timedelta(hours=3)) == EPOCH + timedelta(hours=3)


def test_seats_are_refused_not_overbooked() -> None:
    book = SeatBook(3).take(2)
    with pytest.raises(Full, match="2 seats were asked for and 1 are left"):
        book.take(2)
    assert book.release(1).left == 2
    with pytest.raises(InvalidInput, match="2 seats are taken"):
        book.resize(1)
    with pytest.raises(InvalidInput):
        SeatBook(1).resize(0)
    assert book.resize(9).left == 7
    for wrong in (lambda: book.release(3), lambda: book.take(0), lambda: book.release(0), lambda: SeatBook(1, 2)):
        with pytest.raises(ValueError):
            wrong()


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.integers(1, 6)),
        st.tuples(st.just("leave"), st.integers(0, 30)),
        st.tuples(st.just("lapse"), st.integers(0, 30)),
        st.tuples(st.just("resize"), st.integers(1, 12)),
    ),
    max_size=60,
)


class Room:
    """A session driven by the pure rules alone."""

    def __init__(self, capacity: int) -> None:
        self.book = SeatBook(capacity)
        self.seated: dict[int, int] = {}
        self.line: dict[int, Waiting] = {}
        self.count = 0

    def pass_over(self, ids: tuple[int, ...]) -> None:
        for one in ids:
            old = self.line[one]
            self.line[one] = Waiting(one, old.seats, old.passed_over + 1, old.queued_at)

    def come(self, seats: int) -> None:
        self.count += 1
        jumped = seat_at_once(self.line.values(), seats, self.book.left, self.book.capacity)
        if jumped is None:
            self.line[self.count] = Waiting(self.count, seats, 0, EPOCH + timedelta(minutes=self.count))
            return
        self.book = self.book.take(seats)
        self.seated[self.count] = seats
        self.pass_over(jumped)

    def leave(self, nth: int) -> None:
        if self.seated:
            one = list(self.seated)[nth % len(self.seated)]
            self.book = self.book.release(self.seated.pop(one))

    def move(self) -> None:
        found = next_offers(self.line.values(), self.book.left, self.book.capacity)
        self.pass_over(found.passed)
        for one in found.offers:
            seats = self.line.pop(one).seats
            self.book = self.book.take(seats)
            self.seated[one] = seats


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 10), EVENTS)
def test_no_order_of_events_seats_more_than_the_capacity(capacity: int, events: list[tuple[str, int]]) -> None:
    room = Room(capacity)
    for kind, value in events:
        if kind == "come":
            room.come(value)
        elif kind == "resize":
            room.book = room.book.resize(max(value, room.book.taken, 1))
        else:
            room.leave(value)
        room.move()
        assert sum(room.seated.values()) == room.book.taken <= room.book.capacity
        assert not set(room.seated) & set(room.line)
        assert all(one.passed_over <= MAX_PASSES for one in room.line.values())


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 8), st.data())
def test_no_party_that_fits_the_room_starves(capacity: int, data: st.DataObject) -> None:
    """However many single persons press in, a waiting party sits before everyone has left once more."""
    room = Room(capacity)
    for _ in range(capacity):
        room.come(1)
    room.come(data.draw(st.integers(1, capacity)))
    party = room.count
    for _ in range(capacity + MAX_PASSES):
        for _ in range(data.draw(st.integers(0, 3))):
            room.come(1)
        room.leave(data.draw(st.integers(0, 30)))
        room.move()
    assert party not in room.line


@given(st.lists(st.integers(1, 5), max_size=12), st.integers(0, 12))
def test_offers_fit_and_nobody_is_offered_twice(sizes: list[int], free: int) -> None:
    waiting = line(*sizes)
    found = next_offers(waiting, free)
    assert sum(one.seats for one in waiting if one.id in found.offers) <= free
    assert len(set(found.offers)) == len(found.offers)
    assert not set(found.offers) & set(found.passed)
    assert next_offers(reversed(waiting), free) == found
