"""What a failure means for the row and for its channel (rule F3)."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from meetup.outbox import addresses
from meetup.outbox.models import Outgoing, TransportState
from meetup.outbox.transports import TransportError
from meetup.work import Work

log = logging.getLogger("meetup.outbox")

GIVE_UP = timedelta(days=5)
LONGEST_WAIT = timedelta(hours=6)
#: How long an ill transport is left alone before one message tries it again.
ILL_PAUSE = timedelta(minutes=5)
#: A server that is away is asked again soon, and not by every row of the queue.
AWAY_PAUSE = timedelta(seconds=30)
#: After so long, a server that is away is an alarm.
AWAY_ALARM = timedelta(minutes=15)
#: A message whose content was refused so often is given up alone.
REFUSALS = 2
#: So often may one message make a transport look ill that then carries others, before the fault is its own.
FALSE_ALARMS = 3

# Kept in the row's context beside the notice's own names.
_SINCE, _REFUSED, _ALARMS = "_tried_since", "_refused", "_false_alarms"
#: How often the row went again although an earlier try may have succeeded unheard (rule F4).
MAYBE_SENT = "_maybe_sent_before"


def take(work: Work, row: Outgoing, error: TransportError, attempted_before: datetime | None) -> str:
    """Write down a failed handing over, and commit; gives ``failed``, ``dead`` or ``lost``.

    Args:
        row: as it was before the handing over.
        attempted_before: when an earlier try may have succeeded unheard; None if none can have.
    """
    owner = row.lease_owner
    work.db.refresh(row, with_for_update=True)
    if row.state != "leased" or row.lease_owner != owner:
        # It took so long that another worker has the row now; that one's word counts.
        work.db.rollback()
        return "lost"
    if not error.maybe_sent:
        row.attempted_at = attempted_before
    if error.scope == "recipient" and error.permanent:
        state = settle(work, row, "dead", error.text)
        if error.unknown_recipient:
            _bounce(work, row, error.text)
    elif error.scope == "content" and error.permanent:
        refused = _count(row, _REFUSED)
        state = settle(work, row, "dead", error.text) if refused >= REFUSALS else later(work, row, error)
    elif error.permanent:
        state = _ill(work, row, error)
    else:
        state = later(work, row, error)
        if error.scope == "transport" and not error.maybe_sent:
            _away(work, row.channel, error.text)
    work.commit()
    log.warning("message %s (%s): %s: %s", row.id, row.kind, state, error.text)
    return state


def settle(work: Work, row: Outgoing, state: str, reason: str) -> str:
    """Take the row out of the queue for good, with the reason in the activity log."""
    row.state, row.reason = state, reason[:2000]
    row.lease_owner, row.lease_until = "", None
    work.log(f"message.{state}", f"message:{row.id}", about=row.subject, kind=row.kind, reason=row.reason[:300])
    return state


def later(work: Work, row: Outgoing, error: TransportError) -> str:
    """Another try after min(2^n minutes, 6 h) ± 20 %, for five days at most."""
    since = datetime.fromisoformat(str(row.context.get(_SINCE) or work.now.isoformat()))
    if work.now - since >= GIVE_UP:
        return settle(work, row, "dead", error.text)
    wait = min(timedelta(minutes=2 ** min(row.attempts, 12)), LONGEST_WAIT) * random.uniform(0.8, 1.2)
    _requeue(row, min(work.now + wait, since + GIVE_UP), error.text)
    row.context = {**row.context, _SINCE: since.isoformat()}
    return "failed"


def recovered(work: Work, channel: str) -> None:
    """Something went through: the channel is well."""
    state = work.db.get(TransportState, channel)
    if state is not None and (state.since is not None or state.alarm):
        state.paused_until, state.alarm, state.since = None, "", None


def without_marks(context: dict[str, object]) -> dict[str, object]:
    """A row's context without what was noted about its failures."""
    return {name: value for name, value in context.items() if name not in {_SINCE, _REFUSED, _ALARMS}}


def goes_again(row: Outgoing) -> None:
    """Note for good that the row is handed over though it may have been sent before."""
    _count(row, MAYBE_SENT)


def _requeue(row: Outgoing, at: datetime, reason: str) -> None:
    row.state, row.not_before, row.reason = "queued", at, reason[:2000]
    row.lease_owner, row.lease_until = "", None


def _count(row: Outgoing, name: str) -> int:
    count = int(row.context.get(name) or 0) + 1
    row.context = {**row.context, name: count}
    return count


def _ill(work: Work, row: Outgoing, error: TransportError) -> str:
    """The transport refuses everything, as far as one can tell: pause it, blame no message."""
    was_well = (known := work.db.get(TransportState, row.channel)) is None or known.since is None
    # A message that stops the queue again and again, while others pass in between, is itself the fault.
    if was_well and error.about_message and _count(row, _ALARMS) >= FALSE_ALARMS:
        return settle(work, row, "dead", error.text)
    _pause(work, row.channel, ILL_PAUSE, error.text)
    row.attempts -= 1
    _requeue(row, work.now + ILL_PAUSE, error.text)
    log.error("channel %s is paused: %s", row.channel, error.text)
    return "failed"


def _away(work: Work, channel: str, text: str) -> None:
    state = _pause(work, channel, AWAY_PAUSE)
    if state.since is not None and work.now - state.since >= AWAY_ALARM:
        state.alarm = text


def _pause(work: Work, channel: str, length: timedelta, alarm: str = "") -> TransportState:
    state = work.db.get(TransportState, channel)
    if state is None:
        state = TransportState(channel=channel, paused_until=None, alarm="", since=None)
        work.db.add(state)
    state.paused_until = max(work.now + length, state.paused_until or work.now)
    state.since = state.since or work.now
    state.alarm = alarm or state.alarm
    return state


def _bounce(work: Work, row: Outgoing, text: str) -> None:
    """Tell that the address is dead; a listener that fails must not keep the row in the queue."""
    work.commit()
    try:
        addresses.bounced(work, row, text)
        work.commit()
    except Exception:
        log.exception("a listener failed when told of the dead address of message %s", row.id)
        work.db.rollback()
