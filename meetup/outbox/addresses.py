"""Addresses that mail no longer reaches, and kinds of message that people switched off."""

from __future__ import annotations

from sqlalchemy import delete, select

from meetup.domain.events import Change
from meetup.outbox.models import Mute, Outgoing
from meetup.work import Work

#: Stands in the place of a kind for an address that no message of any kind reaches.
DEAD = "*"


def fold(email: str) -> str:
    """An address as it is compared: capitals do not make another one."""
    return email.strip().lower()


def is_dead(work: Work, email: str) -> bool:
    """Whether a server said for good that `email` cannot be reached."""
    return _is_off(work, email, DEAD)


def is_muted(work: Work, email: str, kind: str) -> bool:
    """Whether the person at `email` switched messages of `kind` off."""
    return _is_off(work, email, kind)


def _is_off(work: Work, email: str, kind: str) -> bool:
    found = work.db.scalar(select(Mute.id).where(Mute.recipient == fold(email), Mute.kind == kind).limit(1))
    return found is not None


def mark_dead(work: Work, email: str) -> None:
    """From now on nothing is sent to `email`, until :func:`revive`."""
    _switch_off(work, email, DEAD)


def revive(work: Work, email: str) -> None:
    """`email` is to be tried again."""
    _switch_on(work, email, DEAD)


def mute(work: Work, email: str, kind: str) -> None:
    """Switch messages of `kind` off for `email`; again changes nothing."""
    if _switch_off(work, email, kind):
        work.log("notice.mute", f"notice:{kind}")


def unmute(work: Work, email: str, kind: str) -> None:
    """Switch messages of `kind` on again for `email`."""
    if _switch_on(work, email, kind):
        work.log("notice.unmute", f"notice:{kind}")


def _switch_off(work: Work, email: str, kind: str) -> bool:
    if _is_off(work, email, kind):
        return False
    work.db.add(Mute(recipient=fold(email), kind=kind, at=work.now))
    work.db.flush()
    return True


def _switch_on(work: Work, email: str, kind: str) -> bool:
    was_off = _is_off(work, email, kind)
    work.db.execute(delete(Mute).where(Mute.recipient == fold(email), Mute.kind == kind))
    return was_off


def bounced(work: Work, row: Outgoing, text: str) -> None:
    """A server said for good that the row's recipient does not exist.

    Later features hear of it by ``meetup_after_change`` as ``address.bounce``, with
    the row as the thing; whoever keeps contacts marks theirs there.
    """
    mark_dead(work, row.recipient)
    work.hooks.tell(
        "meetup_after_change",
        work=work,
        change=Change("address", "bounce", "live", "dead", row, {"answer": text}),
    )
