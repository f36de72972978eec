"""Dead letters: what could not be sent, and sending it again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetup.errors import WrongState
from meetup.outbox import addresses, failures
from meetup.outbox.models import Outgoing, TransportState
from meetup.work import Work


def send_again(work: Work, row: Outgoing) -> None:
    """Put a dead letter back into the queue, as if it were new; its address counts as alive again.

    Raises:
        WrongState: if it is no dead letter.
    """
    if row.state != "dead":
        raise WrongState("message", row.state, "send_again", ())
    addresses.revive(work, row.recipient)
    row.state, row.reason = "queued", ""
    row.attempts, row.not_before = 0, work.now
    row.context = failures.without_marks(row.context)
    work.log("message.send_again", f"message:{row.id}", about=row.subject, kind=row.kind)


def send_all_again(work: Work) -> int:
    """Put every dead letter back into the queue; gives how many."""
    rows = dead_letters(work.db)
    for row in rows:
        send_again(work, row)
    return len(rows)


def dead_letters(db: Session) -> list[Outgoing]:
    """Every dead letter, the oldest first."""
    return list(db.scalars(select(Outgoing).where(Outgoing.state == "dead").order_by(Outgoing.id)))


def resume(work: Work, channel: str) -> None:
    """Try a paused channel again at once; the alarm stays until something has gone through."""
    state = work.db.get(TransportState, channel)
    if state is not None and state.paused_until is not None:
        state.paused_until = None
        work.log("channel.resume", f"channel:{channel}")
