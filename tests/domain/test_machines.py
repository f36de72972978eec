"""The four tables: what is drawn, and that nothing else is possible."""

from __future__ import annotations

from itertools import product

import pytest

from meetup.domain.drafts import DRAFT
from meetup.domain.events import Change
from meetup.domain.followups import FOLLOW_UP
from meetup.domain.issues import ISSUE
from meetup.domain.machine import START, Machine
from meetup.domain.periods import PERIOD
from meetup.domain.photos import PHOTO
from meetup.domain.registrations import HOLDS_SEAT, LIVE, PARTSTAT, REGISTRATION
from meetup.domain.sessions import SERIES, SESSION
from meetup.errors import WrongState

MACHINES = (SESSION, SERIES, REGISTRATION, ISSUE, FOLLOW_UP, DRAFT, PERIOD, PHOTO)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_arrow_that_is_not_drawn_is_refused_with_what_is_possible(machine: Machine) -> None:
    for state, action in product((START, *machine.states), machine.actions):
        if (state, action) in machine.arrows:
            for target in machine.arrows[state, action]:
                assert machine.next(state, action, target) == target
            continue
        with pytest.raises(WrongState) as caught:
            machine.next(state, action)
        assert caught.value.possible == machine.possible(state)
        assert all(one in str(caught.value) for one in machine.possible(state))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_is_reached_from_the_start_and_leads_to_an_end(machine: Machine) -> None:
    reached = {START}
    for _ in machine.states:
        reached |= {target for before, _, target in machine.as_rows() if before in reached}
    assert reached == {START, *machine.states}
    # Reopening leads out of a resolved issue, and a correction out of a closed period and back into it.
    ending = set(machine.final) | {ISSUE: {"resolved"}, PERIOD: {"closed"}}.get(machine, set())
    for _ in machine.states:
        ending |= {before for before, _, target in machine.as_rows() if target in ending}
    assert ending >= {START, *machine.states}


@pytest.mark.parametrize(
    ("machine", "path"),
    [
        (SESSION, "draft publish reschedule hold report"),
        (SERIES, "start end"),
        (REGISTRATION, "invite queue offer accept attend"),
        (REGISTRATION, "decline accept miss"),
        (ISSUE, "submit request_information inform accept schedule discuss follow_up answer resolve reopen"),
        (ISSUE, "submit accept follow_up answer"),
        (ISSUE, "submit accept schedule discuss answer resolve"),
        (FOLLOW_UP, "assign request_transfer accept_transfer accept answer send_back answer verify reopen accept"),
        (FOLLOW_UP, "assign accept answer verify lapse"),
    ],
)
def test_the_paths_of_the_contract(machine: Machine, path: str) -> None:
    state = START
    for action in path.split():
        state = machine.next(state, action)
    assert state in machine.states


def test_an_arrow_with_two_targets_wants_one_picked() -> None:
    assert FOLLOW_UP.next("transfer_requested", "refuse_transfer", "accepted") == "accepted"
    with pytest.raises(ValueError, match="leads to one of"):
        FOLLOW_UP.next("transfer_requested", "refuse_transfer")
    with pytest.raises(ValueError, match="leads to one of"):
        FOLLOW_UP.next("assigned", "accept", "closed")


def test_a_machine_that_contradicts_itself_is_not_built() -> None:
    with pytest.raises(ValueError, match="final"):
        Machine("lamp", {(START, "make"): "off", ("off", "press"): "on"}, final=("off",))
    with pytest.raises(ValueError, match="before birth"):
        Machine("lamp", {("off", "break"): START})


def test_the_order_of_states_is_that_of_the_table() -> None:
    assert SESSION.states == ("draft", "published", "cancelled", "held", "reported")
    assert SESSION.as_rows()[0] == ("", "draft", "draft")
    assert SESSION.final == {"cancelled", "reported"}
    assert "5 states" in repr(SESSION)


def test_the_words_of_a_registration_are_states() -> None:
    assert set(REGISTRATION.states) >= HOLDS_SEAT
    assert {"invited", "tentative", "confirmed", "waitlisted", "offered", "attended"} == LIVE
    assert set(PARTSTAT) == set(REGISTRATION.states)


def test_a_change_has_a_name() -> None:
    assert Change("issue", "accept", "submitted", "accepted", object()).name == "issue.accept"
