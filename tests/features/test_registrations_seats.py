"""Seats and the line: never more than there are, first come first served, offers that lapse."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.access import Actor
from meetup.errors import Full
from meetup.outbox.models import Outgoing
from meetup.registrations import service
from meetup.registrations.models import Participant, Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import make_registration, make_session
from tests.rig.racing import at_once

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit

ENTERPRISE = Actor("enterprise", name="Bà Thuy")


def states(work: Unit, session: int) -> list[str]:
    with work(write=False) as w:
        return list(
            w.db.scalars(select(Registration.state).where(Registration.session_id == session).order_by(Registration.id))
        )


def seats_hold(work: Unit, session: int) -> None:
    """What the session counts is what its registrations hold."""
    with work(write=False) as w:
        row = w.get(Session, session)
        held = w.db.scalar(
            select(func.coalesce(func.sum(Registration.seats), 0)).where(
                Registration.session_id == session, Registration.state.in_(("confirmed", "offered", "attended"))
            )
        )
        assert row.seats_taken == held <= row.capacity


def test_the_last_seat_has_one_taker(mount: Mount, work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=3).id
        w.commit()

    def one(number: int) -> None:
        with mount.work() as w:
            make_registration(w, w.get(Session, session), number)
            w.commit()

    at_once(*[partial(one, number) for number in range(8)])
    assert sorted(states(work, session)) == ["confirmed"] * 3 + ["waitlisted"] * 5
    seats_hold(work, session)


def test_the_same_enterprise_at_once_is_one_registration(mount: Mount, work: Unit) -> None:
    with work() as w:
        session = make_session(w).id
        w.commit()

    def one() -> None:
        with mount.work() as w:
            make_registration(w, w.get(Session, session), 1)
            w.commit()

    at_once(*[one] * 6)
    assert states(work, session) == ["confirmed"]
    with work(write=False) as w:
        found = w.db.scalar(select(func.count()).where(Outgoing.kind == "registration_found"))
        assert found == 5


def test_leaving_makes_room_for_the_next_who_fits(work: Unit, clock: Any) -> None:
    with work() as w:
        session = make_session(w, capacity=2)
        first = make_registration(w, session, 1, seats=1)
        make_registration(w, session, 2, seats=1)
        large = make_registration(w, session, 3, seats=2)
        small = make_registration(w, session, 4, seats=1)
        assert service.waitlist_position(w, large) == 1
        assert service.waitlist_position(w, small) == 2
        w.commit()
        key = session.id
        service.cancel(w, first)
        w.commit()
        # One seat is free: it is of no use to the party of two, who are passed over once.
        assert (large.state, large.passed_over, small.state) == ("waitlisted", 1, "offered")
    seats_hold(work, key)
    clock.travel(hours=25)
    with work() as w:
        assert service.lapse_offers(w) == 1
        w.commit()
    assert states(work, key) == ["cancelled", "confirmed", "waitlisted", "declined"]
    seats_hold(work, key)


def test_an_offer_holds_its_seats_and_can_be_accepted(work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=1)
        first = make_registration(w, session, 1)
        second = make_registration(w, session, 2)
        third = make_registration(w, session, 3)
        service.cancel(w, first)
        assert (second.state, third.state, session.seats_taken) == ("offered", "waitlisted", 1)
        newcomer = make_registration(w, session, 4)
        assert newcomer.state == "waitlisted"
        service.reply(w, second, "accepted")
        assert (second.state, session.seats_taken) == ("confirmed", 1)
        w.commit()


def test_declining_an_offer_goes_to_the_next(work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=1)
        rows = [make_registration(w, session, number) for number in range(3)]
        service.cancel(w, rows[0])
        service.reply(w, rows[1], "declined")
        assert [row.state for row in rows] == ["cancelled", "declined", "offered"]
        w.commit()
        key = session.id
    seats_hold(work, key)


def test_an_answer_after_the_offer_lapsed_is_like_a_new_one(work: Unit, clock: Any) -> None:
    with work() as w:
        session = make_session(w, capacity=1)
        rows = [make_registration(w, session, number) for number in range(3)]
        service.cancel(w, rows[0])
        w.commit()
    clock.travel(hours=30)
    with work(ENTERPRISE) as w:
        late = w.get(Registration, rows[1].id)
        service.reply(w, late, "accepted")
        w.commit()
        assert late.state == "waitlisted"
        assert w.get(Registration, rows[2].id).state == "offered"


def test_a_larger_room_moves_the_line(work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=1)
        make_registration(w, session, 1)
        waiting = make_registration(w, session, 2)
        sessions.update(w, session, capacity=2)
        assert (waiting.state, session.seats_taken) == ("offered", 2)
        w.commit()


def test_more_people_than_seats_left(work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=2)
        one = make_registration(w, session, 1, seats=1)
        make_registration(w, session, 2, seats=1)
        with pytest.raises(Full):
            service.change_participants(w, one, [{"name": "A"}, {"name": "B"}])
        sessions.update(w, session, capacity=3)
        service.change_participants(w, one, [{"name": "A"}, {"name": "B"}])
        w.commit()
        assert session.seats_taken == 3
        names = list(w.db.scalars(select(Participant.name).where(Participant.registration_id == one.id)))
        assert names == ["A", "B"]


def test_fewer_people_make_room(work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=2)
        one = make_registration(w, session, 1, seats=2)
        waiting = make_registration(w, session, 2)
        service.change_participants(w, one, [{"name": "A"}])
        assert (waiting.state, session.seats_taken) == ("offered", 2)


def test_walk_ins_take_what_is_left(work: Unit, clock: Any) -> None:
    with work() as w:
        session = make_session(w, capacity=2)
        make_registration(w, session, 1)
        w.commit()
    clock.travel(to="2026-11-28T07:05")
    with work() as w:
        session = w.get(Session, session.id)
        row = service.walk_in(w, session, enterprise={}, contact={"name": "Trần Thị Ba"})
        again = service.walk_in(w, session, enterprise={}, contact={"name": "Trần Thị Ba"})
        assert row.id == again.id
        assert (row.state, session.seats_taken) == ("attended", 2)
        with pytest.raises(Full):
            service.walk_in(w, session, enterprise={"name": "Công ty Mới"}, contact={"name": "Ai"})


def test_who_waits_is_checked_in_if_a_seat_is_free(work: Unit, clock: Any) -> None:
    with work() as w:
        session = make_session(w, capacity=1)
        make_registration(w, session, 1)
        tentative = make_registration(w, session, 2, response="tentative")
        w.commit()
    clock.travel(to="2026-11-28T07:05")
    with work() as w:
        with pytest.raises(Full):
            service.check_in(w, w.get(Registration, tentative.id))
        w.db.rollback()
        row = w.db.scalars(select(Registration).where(Registration.state == "confirmed")).one()
        service.check_in(w, row)
        service.check_in(w, row)
        assert row.state == "attended"
        assert service.miss_the_rest(w, w.get(Session, session.id)) == 0
