"""What an organiser does with mail that waits, and with proposals; and how long either is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult

from meetup.api import (
    N_,
    InvalidInput,
    Issue,
    NotFound,
    Registration,
    Session,
    Stale,
    Work,
    replies_in,
    update_session,
)
from meetup_mailbox import effects, matching, notices, queries, sorting
from meetup_mailbox.models import Delegate, Proposal, Received

# So many old messages are forgotten at a time.
_BATCH = 500


def _settle(work: Work, row: Received | Proposal, before: str, after: str) -> None:
    """The one way in which a message or a proposal leaves the inbox: once, whoever else does it at this moment."""
    model = type(row)
    done = work.db.execute(
        update(model)
        .where(model.id == row.id, model.state == before)
        .values(state=after, settled_at=work.now, settled_by=work.actor.name[:120])
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], done).rowcount != 1:
        raise Stale()
    work.db.refresh(row)


def dismiss(work: Work, row: Received) -> None:
    """Nothing is to be done with it, or it was done elsewhere."""
    _settle(work, row, "waiting", "dismissed")
    work.log("mailbox.dismiss", row)


def take_answer(work: Work, row: Received) -> Registration:
    """Let an answer count though nothing proves it: the organiser knows whose it is.

    Raises:
        NotFound: if it is no answer of anyone who was invited.
        MeetupError: what the registration's own rules say.
    """
    arrived = queries.original(row)
    registration = matching.registration_of(work, row.registration_id) if row.registration_id else None
    if row.kind not in {"reply", "counter"} or registration is None or arrived is None or row.is_applied:
        raise NotFound()
    reply = next((one for one in replies_in(arrived.raw) if one.attendee == row.attendee), None)
    if reply is None:
        raise NotFound()
    _settle(work, row, "waiting", "done")
    work.log("mailbox.take_answer", registration, message=row.id)
    effects.apply(work, row, registration, reply, is_delegate=row.attendee != registration.contact.email)
    if row.state == "waiting" and not row.is_applied:
        raise InvalidInput("answer", row.why, N_("Change the registration itself, and put the message aside."))
    row.why = ""
    return registration


def make_issue(work: Work, row: Received, *, with_files: bool = True) -> Issue:
    """A mail becomes an issue of the contact it comes from.

    Args:
        with_files: whether its files go with it.

    Raises:
        NotFound: if it is no mail of a person.
        InvalidInput: if its sender is not known, it says nothing, or a file of it is not taken.
    """
    arrived = queries.original(row)
    if row.kind not in {"message", "other", "issue"} or arrived is None or row.issue_id is not None:
        raise NotFound()
    registration = matching.registration_of(work, row.registration_id) if row.registration_id else None
    contact = registration.contact if registration else matching.known_contact(work, arrived.from_address)
    if contact is None:
        raise InvalidInput("issue", N_("The sender is not known here."), N_("Enter the issue by hand, with who wrote."))
    made = sorting.make_issue(
        work, arrived, contact, text=arrived.text(), registration=registration, with_files=with_files
    )
    _settle(work, row, "waiting", "done")
    row.kind, row.issue_id, row.why = "issue", made.id, ""
    work.log("mailbox.make_issue", row, about=made.subject)
    return made


def take_proposal(work: Work, row: Proposal) -> Session:
    """Move the session to the time that was proposed; everyone who comes is told (rule D6).

    Raises:
        MeetupError: what the session's own rules say.
    """
    session: Session = work.get(Session, row.session_id)
    ends_at = row.ends_at or row.starts_at + (session.ends_at - session.starts_at)
    _settle(work, row, "open", "taken")
    work.log("mailbox.take_proposal", session, proposal=row.id)
    return update_session(work, session, starts_at=row.starts_at, ends_at=ends_at)


def refuse_proposal(work: Work, row: Proposal, words: str) -> None:
    """The session stays; who proposed it hears so, in their calendar too (DECLINECOUNTER).

    Args:
        words: to them, may be empty.

    Raises:
        InvalidInput: for too many words.
    """
    words = " ".join(words.split())
    if len(words) > 500:
        raise InvalidInput("words", N_("At most 500 characters."), N_("Say it in fewer words."))
    _settle(work, row, "open", "refused")
    registration = matching.registration_of(work, row.registration_id)
    if registration is None:
        raise NotFound()
    work.log("mailbox.refuse_proposal", registration, proposal=row.id)
    notices.counter_declined(work, registration, words)


def forget(work: Work) -> int:
    """Take away what is of no use any more; gives how many rows.

    That is what was settled long enough ago; what waits and was looked at by nobody for as long as a contact is
    kept; and delegates, when their session is over for as long as settled mail is kept. What waits at an issue goes
    with the issue's contact.
    """
    before = work.now - timedelta(days=work.settings.mailbox_keep_days)
    settled = (
        select(Received.id)
        .where(Received.settled_at < before, Received.state != "waiting")
        .order_by(Received.settled_at)
        .limit(_BATCH)
    )
    gone = _take_away(work, work.db.scalars(settled).all(), before)
    if work.settings.keep_contact_days:
        oldest = work.now - timedelta(days=work.settings.keep_contact_days)
        waiting = (
            select(Received.id)
            .where(Received.state == "waiting", Received.received_at < oldest, Received.issue_id.is_(None))
            .order_by(Received.id)
            .limit(_BATCH)
        )
        gone += _take_away(work, work.db.scalars(waiting).all(), before)
    return gone + _forget_delegates(work, before)


def _take_away(work: Work, old: Sequence[int], before: datetime) -> int:
    """Delete messages, but for those whose proposal is open: of a session that was not over at `before`."""
    still = set(
        work.db.scalars(
            select(Proposal.message_id)
            .join(Session, Session.id == Proposal.session_id)
            .where(Proposal.message_id.in_(old), Proposal.state == "open", Session.ends_at >= before)
        )
    )
    gone = [one for one in old if one not in still]
    if gone:
        work.db.execute(delete(Proposal).where(Proposal.message_id.in_(gone)))
        work.db.execute(delete(Received).where(Received.id.in_(gone)))
    return len(gone)


def _forget_delegates(work: Work, before: datetime) -> int:
    over = (
        select(Delegate.id)
        .join(Registration, Registration.id == Delegate.registration_id)
        .join(Session, Session.id == Registration.session_id)
        .where(Session.ends_at < before)
        .order_by(Delegate.id)
        .limit(_BATCH)
    )
    gone = work.db.scalars(over).all()
    if gone:
        work.db.execute(delete(Delegate).where(Delegate.id.in_(gone)))
    return len(gone)
