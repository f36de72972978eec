"""What the mailbox holds about a person, and forgetting it: what somebody wrote goes, that something came in stays."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, or_, select, update

from meetup.api import Held, Outgoing, Registration, Work
from meetup_mailbox.matching import registration_of
from meetup_mailbox.models import Delegate, Proposal, Received

#: What stands in the place of a name.
TOMBSTONE = "—"


def held_rows(work: Work, held: Held) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Mail of somebody or about them, the times that they proposed, and who comes instead of whom."""
    rows = _messages(work, held)
    for row in rows:
        said = {
            "received_at": row.received_at.isoformat(),
            "kind": row.kind,
            "state": row.state,
            "sender": row.sender,
            "details": row.details,
        }
        # What another person wrote that names this one is theirs to give out.
        if _is_own(row, held):
            text = zlib.decompress(row.raw).decode("utf-8", "replace") if row.raw is not None else ""
            answer = {"attendee": row.attendee, "partstat": row.partstat, "comment": row.comment}
            said |= {"title": row.title, **answer, "message": text}
        yield "incoming_mail", said
    for proposal in _proposals(work, held, rows):
        times = {"starts_at": proposal.starts_at.isoformat(), "ends_at": _plain(proposal.ends_at)}
        yield "proposals", {**times, "comment": proposal.comment, "state": proposal.state}
    for one in _delegates(work, held):
        names = {"email": one.email, "delegated_from": one.delegated_from}
        yield "delegates", {"registration": one.registration_id, **names, "at": one.at.isoformat()}


def erase(work: Work, held: Held) -> list[tuple[str, int]]:
    """Forget what somebody wrote or was written about them, and who they sent or were sent for.

    Of a message its digest stays, so that it does nothing if it comes again.
    """
    rows = _messages(work, held)
    proposals = _proposals(work, held, rows)
    for proposal in proposals:
        proposal.comment = ""
    for row in rows:
        row.sender = row.attendee = row.title = row.message_id = row.comment = row.why = ""
        row.details, row.raw = {}, None
        if row.state == "waiting":
            # There is nothing left that an organiser could look at.
            row.state, row.settled_at = "dismissed", work.now
    delegates = _delegates(work, held)
    for one in delegates:
        _forget_delegate(work, held, one)
    _empty_letters(work, held, delegates)
    return [("incoming_mail", len(rows)), ("proposals", len(proposals)), ("delegates", len(delegates))]


def _empty_letters(work: Work, held: Held, delegates: Sequence[Delegate]) -> None:
    """Letters to others about these registrations say who comes, and in whose place: that they went stays."""
    keys = {one.id for one in held.registrations} | {one.registration_id for one in delegates}
    work.db.execute(
        update(Outgoing)
        .where(Outgoing.subject.in_([f"{Registration.KIND}:{key}" for key in keys]), Outgoing.sent_bytes.is_not(None))
        .values(sent_bytes=None)
        .execution_options(synchronize_session=False)
    )


def _messages(work: Work, held: Held) -> list[Received]:
    """Messages of the person, to their registrations and issues, and those whose reason names their address."""
    needle = json.dumps(held.email)[1:-1]
    query = select(Received).where(
        or_(
            func.lower(Received.sender) == held.email,
            func.lower(Received.attendee) == held.email,
            Received.registration_id.in_([one.id for one in held.registrations]),
            Received.issue_id.in_([one.id for one in held.issues]),
            func.lower(cast(Received.details, String)).contains(needle, autoescape=True),
        )
    )
    found = work.db.scalars(query.order_by(Received.id))
    # an@example.vn stands in lan@example.vn too: only the whole address counts.
    return [row for row in found if _is_own(row, held) or held.email in _named(row)]


def _is_own(row: Received, held: Held) -> bool:
    return (
        held.email in {row.sender.lower(), row.attendee.lower()}
        or row.registration_id in {one.id for one in held.registrations}
        or row.issue_id in {one.id for one in held.issues}
    )


def _named(row: Received) -> set[str]:
    """The addresses that a message's reason names: whose mail came back, or who was sent instead."""
    others = str(row.details.get("others", "")).split(", ")
    return {one.lower() for one in (str(row.details.get("address", "")), *others)}


def _proposals(work: Work, held: Held, rows: Sequence[Received]) -> Sequence[Proposal]:
    mine = Proposal.registration_id.in_([one.id for one in held.registrations])
    query = select(Proposal).where(or_(mine, Proposal.message_id.in_([row.id for row in rows if _is_own(row, held)])))
    return work.db.scalars(query.order_by(Proposal.id)).all()


def _delegates(work: Work, held: Held) -> Sequence[Delegate]:
    query = select(Delegate).where(
        or_(
            Delegate.registration_id.in_([one.id for one in held.registrations]),
            func.lower(Delegate.email) == held.email,
            func.lower(Delegate.delegated_from) == held.email,
        )
    )
    return work.db.scalars(query.order_by(Delegate.id)).all()


def _forget_delegate(work: Work, held: Held, one: Delegate) -> None:
    registration = registration_of(work, one.registration_id)
    is_theirs = one.registration_id in {each.id for each in held.registrations}
    if registration is not None and not is_theirs and one.email.lower() != held.email:
        # The contact has another address by now, and whom they sent still comes.
        one.delegated_from = registration.contact.email
        return
    for person in registration.participants if registration is not None else ():
        if person.name.lower() == one.email.lower():
            # Who was sent is known by the address alone, which stands as their name.
            person.name = TOMBSTONE
    work.db.delete(one)


def _plain(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
