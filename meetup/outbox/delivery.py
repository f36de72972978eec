"""One message on its way: claimed, looked at again, written down, handed over, marked (rules F3 to F5).

Between these steps the database is committed and no transaction is held while
the mail server is spoken to. The one window for a duplicate is a death between
the server's last ``250`` and the commit that follows it.
"""

from __future__ import annotations

import logging
import threading
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from meetup.access import SYSTEM
from meetup.errors import N_, InvalidInput, NotFound
from meetup.outbox import addresses, failures, headers, lease
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Expired, Notice, Superseded
from meetup.outbox.render import Rendered, render
from meetup.outbox.transports import Channel, TransportError
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount

log = logging.getLogger("meetup.outbox")

#: A notice with this tag carries a secret that is not to be kept with the sent message.
SECRET = "secret"


@dataclass(frozen=True)
class Outcome:
    """What became of one row.

    Args:
        row_id: which.
        state: ``sent``, ``failed`` (for now), ``dead``, ``superseded``, ``expired``, or ``lost`` to another worker.
        again: whether it may have been sent before.
    """

    row_id: int
    state: str
    again: bool = False


def send_one(mount: Mount, *, now: datetime | None = None, owner: str = "") -> bool:
    """Send the next message that is due; says whether there was one."""
    return deliver(mount, now=now, owner=owner) is not None


def deliver(mount: Mount, *, now: datetime | None = None, owner: str = "") -> Outcome | None:
    """Like :func:`send_one`, but says what became of it."""
    instant = now or mount.clock()
    owner = owner or lease.new_owner()
    row_id = lease.claim(mount, instant, owner)
    return None if row_id is None else _deliver(mount, row_id, instant, owner)


def deliver_several(
    mount: Mount, *, now: datetime | None = None, owner: str = "", stop: threading.Event | None = None
) -> list[Outcome]:
    """Send the next messages that are due, on one claim and one connection to the database.

    Each is looked at, written down, handed over and marked for itself, exactly as by
    :func:`deliver`. After the first that fails the others go back into the queue: the next
    claim knows whether their channel is well.
    """
    owner = owner or lease.new_owner()
    done: list[Outcome] = []
    with mount.database.writing() as connection:
        waiting = lease.claim_several(mount, now or mount.clock(), owner, connection=connection)
        try:
            while waiting and not (stop is not None and stop.is_set()):
                row_id = waiting.pop(0)
                done.append(_deliver(mount, row_id, now or mount.clock(), owner, connection))
                if done[-1].state == "failed":
                    break
        finally:
            if waiting:
                connection.rollback()
                lease.release(mount, owner, waiting)
    return done


def _deliver(mount: Mount, row_id: int, instant: datetime, owner: str, connection: Connection | None = None) -> Outcome:
    with mount.work(SYSTEM, now=instant, connection=connection) as work:
        row = _held(work, row_id, owner)
        if row is None:
            return Outcome(row_id, "lost")
        work.request_id = row.request_id or work.request_id
        before = row.attempted_at
        try:
            look_at_the_row(work, row)
            _look_at_both_ends(mount, row)
            notice, channel = _way(mount, row)
            rendered = _prepare(work, mount, row, notice)
        except (Superseded, NotFound) as reason:
            return _drop(work, row_id, "superseded", str(reason))
        except Expired as reason:
            return _drop(work, row_id, "expired", str(reason))
        except TransportError as error:
            row.attempts += 1
            state = failures.take(work, row, error, before)
            return Outcome(row_id, state, before is not None)
        except Exception as error:
            work.db.rollback()
            log.exception("message %s could not be written", row_id, extra=_cause(row))
            text = f"could not be written: {type(error).__name__}: {error}"
            row = work.get(Outgoing, row_id)
            row.attempts += 1
            state = failures.later(work, row, TransportError(text, permanent=False, scope="content"))
            work.commit()
            return Outcome(row_id, state, before is not None)
        row.attempts += 1
        if before is not None:
            failures.goes_again(row)
            log.warning("message %s (%s) goes again; it may have been sent before", row_id, row.kind, extra=_cause(row))
        row.attempted_at = instant
        row.lease_until = instant + lease.LEASE
        row.title = rendered.subject
        row.message_id = str(rendered.message["Message-ID"])
        work.commit()
        try:
            channel.send(rendered.message, row)
        except TransportError as error:
            state = failures.take(work, row, error, before)
            return Outcome(row_id, state, before is not None)
        except Exception as error:
            # What a plugin's channel did not foresee costs this message a try, and the worker nothing.
            log.exception(
                "message %s: the channel %s failed in an unforeseen way", row_id, row.channel, extra=_cause(row)
            )
            text = f"the channel failed: {type(error).__name__}: {error}"
            unforeseen = TransportError(text, permanent=False, scope="content", maybe_sent=True)
            state = failures.take(work, row, unforeseen, before)
            return Outcome(row_id, state, before is not None)
        _mark_sent(work, row_id, rendered, notice)
        log.info("message %s (%s) left as %s", row_id, row.kind, row.message_id, extra=_cause(row))
        return Outcome(row_id, "sent", before is not None)


def _cause(row: Outgoing) -> dict[str, str]:
    """What the log's line says besides: the request that the message came of."""
    return {"request_id": row.request_id or "-"}


def _held(work: Work, row_id: int, owner: str) -> Outgoing | None:
    """The row, locked until the next commit, if it is still leased to us."""
    row = work.db.get(Outgoing, row_id, with_for_update=True)
    return row if row is not None and row.state == "leased" and row.lease_owner == owner else None


def _way(mount: Mount, row: Outgoing) -> tuple[Notice, Channel]:
    notice, channel = mount.notices.get(row.kind), mount.channels.get(row.channel)
    if notice is None or channel is None:
        missing = f"kind {row.kind!r}" if notice is None else f"channel {row.channel!r}"
        raise LookupError(f"nothing here knows the {missing}; is its plugin enabled?")
    return notice, channel


def look_at_the_row(work: Work, row: Outgoing) -> None:
    """What can be seen without its notice, which a plugin may have taken away.

    Raises:
        Expired: if it would come too late.
        Superseded: if its address cannot be reached.
    """
    if row.expires_at is not None and row.expires_at <= work.now:
        raise Expired(N_("it would come too late"))
    if addresses.is_dead(work, row.recipient):
        raise Superseded(N_("the address cannot be reached"))


def _look_at_both_ends(mount: Mount, row: Outgoing) -> None:
    """Who wrote a wrong address pays for it: the recipient's costs this message, ours none.

    Raises:
        TransportError: if either is no address.
    """
    if mount.mail_fault:
        raise TransportError(mount.mail_fault, permanent=True)
    try:
        headers.address(row.recipient)
    except InvalidInput as fault:
        raise TransportError(str(fault), permanent=True, scope="recipient") from None


def _prepare(work: Work, mount: Mount, row: Outgoing, notice: Notice) -> Rendered:
    """Look at the present state of things once more, then build the message."""
    look_at_the_reader(work, row, notice)
    rendered = render(work, mount, row, notice)
    work.db.flush()
    return rendered


def look_at_the_reader(work: Work, row: Outgoing, notice: Notice) -> None:
    """Go on only if the recipient wants messages of this kind.

    Raises:
        Superseded: if not.
    """
    if notice.mutable and addresses.is_muted(work, row.recipient, row.kind):
        raise Superseded(N_("switched off by the recipient"))


def _drop(work: Work, row_id: int, state: str, reason: str) -> Outcome:
    work.db.rollback()
    row = work.get(Outgoing, row_id)
    failures.settle(work, row, state, reason)
    work.commit()
    log.info("message %s (%s) is %s: %s", row_id, row.kind, state, reason, extra=_cause(row))
    return Outcome(row_id, state)


def _mark_sent(work: Work, row_id: int, rendered: Rendered, notice: Notice) -> None:
    """It has left: whatever goes wrong from here on must not send it again."""
    after_sent = rendered.prepared.after_sent
    _note_sent(work, row_id, rendered, notice)
    if after_sent is not None:
        try:
            after_sent()
        except Exception:
            log.exception("message %s was sent; what %s does afterwards failed", row_id, notice.name)
            work.db.rollback()
            _note_sent(work, row_id, rendered, notice)
    work.commit()


def _note_sent(work: Work, row_id: int, rendered: Rendered, notice: Notice) -> None:
    row = work.get(Outgoing, row_id)
    work.db.refresh(row, with_for_update=True)
    # Somebody was forgotten while their message was on its way: what it said is not to come back.
    keeps = row.state != "superseded" and SECRET not in notice.tags
    row.state = "sent"
    row.sent_at = work.now
    row.sent_bytes = zlib.compress(rendered.content, 6) if keeps else b""
    row.reason = ""
    row.lease_owner, row.lease_until = "", None
    failures.recovered(work, row.channel)
    work.db.flush()
