"""What the pages of the mailbox show. Reads only."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from meetup.api import Contact, NotFound, Registration, Session, Work
from meetup_mailbox.arrived import Arrived
from meetup_mailbox.models import STATES, Proposal, Received


def received(work: Work, state: str, after: int | None, limit: int) -> Sequence[Received]:
    """Messages in `state`, the newest first; one more than `limit` if there are more."""
    query = select(Received).where(Received.state == state)
    if after is not None:
        query = query.where(Received.id < after)
    return work.db.scalars(query.order_by(Received.id.desc()).limit(limit + 1)).all()


def counts(work: Work) -> dict[str, int]:
    """How many wait; how many proposals are open. The settled ones are not counted: they grow for ever."""
    waiting = work.db.scalar(select(func.count()).where(Received.state == "waiting"))
    open_ones = work.db.scalar(select(func.count()).where(Proposal.state == "open"))
    return {"waiting": waiting or 0, "proposals": open_ones or 0}


def proposals(work: Work, *, session_id: int | None = None, limit: int = 100) -> Sequence[tuple[Any, ...]]:
    """Open proposals with their session, contact and how many are concerned by it, the oldest first."""
    # Another name for the table: the proposal's own registration is joined below.
    others = aliased(Registration)
    concerned = (
        select(func.count(others.id))
        .where(others.session_id == Session.id, others.state.in_(("confirmed", "tentative", "waitlisted")))
        .correlate(Session)
        .scalar_subquery()
    )
    query = (
        select(Proposal, Session, Contact, concerned)
        .join(Session, Session.id == Proposal.session_id)
        .join(Registration, Registration.id == Proposal.registration_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Proposal.state == "open")
        .options(joinedload(Session.programme))
        .order_by(Proposal.id)
        .limit(limit)
    )
    if session_id is not None:
        query = query.where(Proposal.session_id == session_id)
    return work.db.execute(query).tuples().all()


def answers(work: Work, session_id: int, limit: int = 20) -> Sequence[tuple[Received, Contact]]:
    """The newest answers from calendars to one session that say something or wait."""
    query = (
        select(Received, Contact)
        .join(Registration, Registration.id == Received.registration_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            Registration.session_id == session_id,
            Received.kind.in_(("reply", "counter")),
            (Received.comment != "") | (Received.state == "waiting"),
        )
        .order_by(Received.id.desc())
        .limit(limit)
    )
    return work.db.execute(query).tuples().all()


def one(work: Work, key: int) -> Received:
    """A message by its key.

    Raises:
        NotFound: if there is none.
    """
    found = work.db.get(Received, key) if 0 < key < 2**63 else None
    if found is None:
        raise NotFound()
    return found


def proposal(work: Work, key: int) -> Proposal:
    """A proposal by its key.

    Raises:
        NotFound: if there is none.
    """
    found = work.db.get(Proposal, key) if 0 < key < 2**63 else None
    if found is None:
        raise NotFound()
    return found


def original(row: Received) -> Arrived | None:
    """The message as it came; None if it is not kept any more."""
    return Arrived.of(zlib.decompress(row.raw)) if row.raw is not None else None


def is_state(text: str) -> bool:
    """Whether there is such a state."""
    return text in STATES
