"""The states of a follow-up, and the rules that keep it from being passed around.

At every moment exactly one lead department answers for a follow-up: while a
transfer is asked for it is still the old one. A transfer never moves the due
date. From the second transfer on only the chair or the organiser decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from meetup.domain.machine import START, Machine
from meetup.errors import N_, Fault, NotAllowed

FOLLOW_UP = Machine(
    "follow_up",
    {
        (START, "assign"): "assigned",
        ("assigned", "accept"): "accepted",
        ("assigned", "request_transfer"): "transfer_requested",
        ("accepted", "request_transfer"): "transfer_requested",
        ("accepted", "answer"): "answered",
        ("transfer_requested", "accept_transfer"): "assigned",
        # Refused, it goes back to where it came from: what was accepted stays accepted.
        ("transfer_requested", "refuse_transfer"): ("assigned", "accepted"),
        ("transfer_requested", "decide_transfer"): "assigned",
        ("answered", "verify"): "verified",
        ("answered", "send_back"): "accepted",
        ("verified", "confirm"): "closed",
        ("verified", "lapse"): "closed",
        ("verified", "reopen"): "reopened",
        ("reopened", "accept"): "accepted",
    },
    final=("closed",),
)

#: Not closed yet.
OPEN = frozenset(FOLLOW_UP.states) - {"closed"}

#: The department owes an answer; from `answered` on it waits for others.
OWES_ANSWER = frozenset({"assigned", "accepted", "transfer_requested", "reopened"})

#: How a follow-up ends. Silence is never satisfaction.
CLOSINGS = ("confirmed", "no_response")

#: Transfers that departments may settle among themselves.
FREE_TRANSFERS = 1

#: Extensions that one follow-up may be granted.
MAX_EXTENSIONS = 1


def is_overdue(state: str, due_on: date, today: date) -> bool:
    """Whether an answer is owed and its last day has passed.

    Args:
        state: the follow-up's.
        due_on: the last day on time; the whole of it counts.
        today: the day in the programme's zone.
    """
    return state in OWES_ANSWER and today > due_on


def may_decide_transfer(transfers_so_far: int, is_chair_or_organiser: bool) -> bool:
    """Whether someone may settle a transfer that is asked for.

    The receiver settles the first one; from the second on only the chair or the organiser
    does, so that two departments cannot hand a matter to and fro.

    Args:
        transfers_so_far: transfers already carried out.
        is_chair_or_organiser: who is asking to decide.
    """
    return is_chair_or_organiser or transfers_so_far < FREE_TRANSFERS


def check_transfer(lead: int | str, receiver: int | str | None, reason: str, ground: str) -> list[Fault]:
    """What is wrong with a request to pass a follow-up on; empty when nothing is.

    Args:
        lead: the department that answers for it now.
        receiver: the department that should.
        reason: why, in words.
        ground: the regulation or decision that makes it the receiver's.
    """
    faults: list[Fault] = []
    if receiver is None or receiver == "":
        faults.append(Fault("to", N_("A transfer needs a receiver."), N_("Choose a department.")))
    elif receiver == lead:
        faults.append(Fault("to", N_("This department leads already."), N_("Choose another department.")))
    if not reason.strip():
        faults.append(Fault("reason", N_("A transfer needs a reason."), N_("Say why.")))
    if not ground.strip():
        faults.append(
            Fault(
                "ground",
                N_("A transfer needs a ground."),
                N_("Name the regulation or decision that makes it the other department's."),
            )
        )
    return faults


def check_extension(
    state: str, due_on: date, asked: date, today: date, *, granted: int = 0, reason: str | None = None
) -> list[Fault]:
    """What is wrong with a request for a later due date; empty when nothing is.

    Args:
        state: the follow-up's.
        due_on: the due date now.
        asked: the due date wished for.
        today: the day in the programme's zone; an extension is asked for before the due date.
        granted: extensions granted before.
        reason: checked to be there unless None.
    """
    faults: list[Fault] = []
    if state not in OWES_ANSWER:
        faults.append(Fault("due_on", N_("No answer is owed any more, so there is nothing to extend.")))
    if today >= due_on:
        faults.append(
            Fault(
                "due_on",
                N_("An extension is asked for before the due date; it was %(due_on)s."),
                N_("Answer as soon as possible and say why it is late."),
                due_on=f"{due_on:%d/%m/%Y}",
            )
        )
    if asked <= due_on:
        faults.append(
            Fault(
                "due_on",
                N_("The new date is not later than the due date, %(due_on)s."),
                N_("Give a later date."),
                due_on=f"{due_on:%d/%m/%Y}",
            )
        )
    if granted >= MAX_EXTENSIONS:
        faults.append(Fault("due_on", N_("It was extended before; a due date is extended once only.")))
    if reason is not None and not reason.strip():
        faults.append(Fault("reason", N_("An extension needs a reason."), N_("Say why.")))
    return faults


@dataclass(frozen=True)
class Custody:
    """Who answers for a follow-up: a model that tests hold the service against.

    Args:
        lead: the one department that answers.
        due_on: the due date; no transfer changes it.
        state: one of :data:`FOLLOW_UP`'s.
        asked: whom a transfer was asked of, while one stands.
        came_from: the state to return to when it is refused.
        transfers: those carried out.
    """

    lead: int
    due_on: date
    state: str = "assigned"
    asked: int | None = None
    came_from: str = ""
    transfers: int = 0

    def accept(self) -> Custody:
        """The lead takes it on."""
        return replace(self, state=FOLLOW_UP.next(self.state, "accept"))

    def request(self, receiver: int) -> Custody:
        """The lead asks to pass it on, and stays the lead meanwhile.

        Raises:
            WrongState: if it cannot be passed on now.
            ValueError: if the receiver is the lead.
        """
        if receiver == self.lead:
            raise ValueError("the receiver leads already")
        state = FOLLOW_UP.next(self.state, "request_transfer")
        return replace(self, state=state, asked=receiver, came_from=self.state)

    def take(self, *, is_chair_or_organiser: bool = False) -> Custody:
        """The receiver takes it over.

        Raises:
            WrongState: if no transfer was asked for.
            NotAllowed: from the second transfer on, unless chair or organiser.
        """
        state = FOLLOW_UP.next(self.state, "accept_transfer")
        self._guard(is_chair_or_organiser)
        assert self.asked is not None
        return self._settled(state, self.asked)

    def refuse(self, *, is_chair_or_organiser: bool = False) -> Custody:
        """It goes back to where it came from.

        Raises:
            WrongState: if no transfer was asked for.
            NotAllowed: from the second transfer on, unless chair or organiser.
        """
        state = FOLLOW_UP.next(self.state, "refuse_transfer", self.came_from or None)
        self._guard(is_chair_or_organiser)
        return self._settled(state, self.lead)

    def decide(self, lead: int) -> Custody:
        """The chair or the organiser says who leads: the receiver, the old lead or a third.

        Raises:
            WrongState: if no transfer was asked for.
        """
        return self._settled(FOLLOW_UP.next(self.state, "decide_transfer"), lead)

    def _guard(self, is_chair_or_organiser: bool) -> None:
        if not may_decide_transfer(self.transfers, is_chair_or_organiser):
            raise NotAllowed(N_("From the second transfer on, only the chair or the organiser decides."))

    def _settled(self, state: str, lead: int) -> Custody:
        moved = self.transfers + (lead != self.lead)
        return replace(self, state=state, lead=lead, asked=None, came_from="", transfers=moved)
