"""What an answer from a calendar does: the same as on the enterprise's own page, by the same functions (rule D3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from meetup.api import (
    N_,
    InvalidInput,
    Registration,
    Reply,
    Work,
    change_participants,
    link_holder,
    people_of,
)
from meetup.api import (
    reply as answer,
)
from meetup_mailbox import notices
from meetup_mailbox.models import Delegate, Proposal, Received

#: PARTSTAT → the answer as the form gives it.
RESPONSES = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}

_STALE = N_("The answer is to an older version of the invitation.")
_OLDER = N_("A later answer of the same person came first.")
_NO_WORD = N_("The answer says nothing.")
_DELEGATE_OUT = N_("Who was to come instead does not come.")


def apply(work: Work, received: Received, registration: Registration, reply: Reply, *, is_delegate: bool) -> None:
    """Let `reply` have its effect on `registration`, or say on `received` why it has none.

    Raises:
        MeetupError: what the service says to it; then nothing may be kept of the unit of work.
    """
    work = replace(work, actor=link_holder(registration))
    if reply.method == "COUNTER":
        _propose(work, received, registration, reply)
        return
    response = RESPONSES.get(reply.partstat, "")
    why = _put_aside(work, received, registration, reply)
    if why:
        received.state, received.why = ("done" if why == _OLDER else "waiting"), why
        return
    if reply.partstat == "DELEGATED" and not is_delegate:
        _delegate(work, received, registration, reply)
    elif not response:
        received.why = _NO_WORD
        received.state = "waiting" if received.comment else "done"
    elif is_delegate and response != "accepted":
        # Whether someone else comes, or nobody, is for the enterprise and the organiser to say.
        received.state, received.why = "waiting", _DELEGATE_OUT
    else:
        received.is_applied, received.state = True, "done"
        if not (response == "declined" and registration.state in {"declined", "cancelled"}):
            work.log("mailbox.reply", registration, partstat=reply.partstat, sequence=reply.sequence)
            answer(work, registration, response)


def _put_aside(work: Work, received: Received, registration: Registration, reply: Reply) -> str:
    """Why the answer is only kept: it is to an older time, or was overtaken by a later one (rule D5)."""
    if reply.dtstamp is not None:
        later = work.db.scalar(
            select(Received.id)
            .where(
                Received.registration_id == registration.id,
                Received.kind == "reply",
                Received.is_applied,
                Received.attendee == reply.attendee,
                Received.sequence >= reply.sequence,
                Received.dtstamp > reply.dtstamp,
                Received.id != received.id,
            )
            .limit(1)
        )
        if later is not None:
            return _OLDER
    if reply.sequence < (registration.calendar_sequence or 0) and reply.partstat != "DECLINED":
        return _STALE
    return ""


def _propose(work: Work, received: Received, registration: Registration, reply: Reply) -> None:
    """Keep another time as a proposal; a newer one of the same person takes its place."""
    start, end = reply.proposed_start, reply.proposed_end
    if not isinstance(start, datetime) or (end is not None and not isinstance(end, datetime)):
        raise InvalidInput("starts_at", N_("A whole day is no time for a session."), N_("Propose a time of day."))
    if not work.now < start < work.now + timedelta(days=3 * 366):
        raise InvalidInput("starts_at", N_("The start is in the past."), N_("Give a time that is yet to come."))
    work.db.execute(
        update(Proposal)
        .where(Proposal.registration_id == registration.id, Proposal.state == "open")
        .values(state="overtaken", settled_at=work.now)
    )
    work.db.add(
        Proposal(
            message_id=received.id,
            registration_id=registration.id,
            session_id=registration.session_id,
            starts_at=start,
            ends_at=end,
            comment=reply.comment,
            received_at=work.now,
        )
    )
    received.is_applied, received.state = True, "done"
    work.log("mailbox.propose", registration, starts_at=start.isoformat())


def _delegate(work: Work, received: Received, registration: Registration, reply: Reply) -> None:
    """Others come instead of the contact, with invitations of their own, within the enterprise's seats (rule D4)."""
    if not work.settings.mailbox_delegation:
        received.state, received.why = "waiting", N_("Delegating is switched off.")
        return
    known = set(work.db.scalars(select(Delegate.email).where(Delegate.registration_id == registration.id)))
    new = [one for one in reply.delegated_to if one not in known and one != registration.contact.email]
    if not new:
        received.state, received.why = "done", N_("They are known already.")
        return
    received.is_applied, received.state = True, "waiting"
    received.why = N_("%(who)s sends %(others)s instead. They have an invitation of their own.")
    received.details = {"who": registration.contact.name, "others": ", ".join(new)}
    people: list[dict[str, Any]] = [
        {"name": one.name, "position": one.position} for one in people_of(work, registration)
    ]
    mine = next((n for n, one in enumerate(people) if one["name"] == registration.contact.name), 0)
    people[mine : mine + 1] = [{"name": one} for one in new]
    change_participants(work, registration, people)
    work.log("mailbox.delegate", registration, count=len(new))
    for one in new:
        work.db.add(
            Delegate(registration_id=registration.id, email=one, delegated_from=registration.contact.email, at=work.now)
        )
        notices.delegated(work, registration, one)
