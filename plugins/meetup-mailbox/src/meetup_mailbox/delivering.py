"""A message comes in, and does what it does once, whatever happens on the way (rules D9 to D12).

Each message is one unit of work: its row and its effect are committed together. What the services
refuse is rolled back whole, and the row that is kept then says why.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from meetup.api import N_, InvalidInput, MeetupError, Mount, Stale, Work, in_locale, say
from meetup_mailbox import notices, sorting
from meetup_mailbox.arrived import Arrived
from meetup_mailbox.matching import registration_of
from meetup_mailbox.models import Received

logger = logging.getLogger(__name__)

_FAULT = N_("It could not be dealt with by a fault of the site, which its log names.")
# How often a message is tried again when somebody else changed the same thing at that moment.
_TRIES = 4


@dataclass(frozen=True)
class Delivered:
    """What became of a message.

    Args:
        kind: what it was, of :data:`meetup_mailbox.models.KINDS`; ``repeated`` if it was there already.
        state: ``done``, or ``waiting`` for an organiser.
        id: of its row.
    """

    kind: str
    state: str
    id: int


def deliver(mount: Mount, raw: bytes, *, recipients: Sequence[str] = (), sender: str | None = None) -> Delivered:
    """Take a message in. When this returns, its effect is committed and the message may go from where it lay.

    Args:
        raw: the message as it came, with whatever line ends.
        recipients: whom the envelope named, if it is known.
        sender: whom the envelope named as sender; empty for the null sender, None if it is not known.

    Raises:
        SQLAlchemyError: if the database is not there; then nothing happened, and it is to be tried again.
    """
    arrived = Arrived.of(raw, recipients, sender)
    with mount.app.app_context():
        for number in range(_TRIES):
            try:
                return _once(mount, arrived)
            except Stale:
                if number == _TRIES - 1:
                    return _put_by(mount, arrived, Stale(), sorting.Found())
            except (OperationalError, InterfaceError, PoolTimeout, OSError):
                raise
            except Exception:
                # A fault of ours, or of a plugin that listens: the message waits for a person, the next one comes.
                logger.exception("a message could not be sorted")
                return _put_by(mount, arrived, MeetupError(_FAULT), sorting.Found())
        raise AssertionError("unreachable")


def _once(mount: Mount, arrived: Arrived, *, with_files: bool = True) -> Delivered:
    found = sorting.Found()
    try:
        return _sorted(mount, arrived, found, with_files=with_files)
    except Stale:
        raise
    except MeetupError as refusal:
        faults = refusal.faults if isinstance(refusal, InvalidInput) else []
        if with_files and any(one.field == "attachments" for one in faults):
            # The words are worth more than the file that is not taken.
            return _once(mount, arrived, with_files=False)
        return _put_by(mount, arrived, refusal, found)


def _sorted(mount: Mount, arrived: Arrived, found: sorting.Found, *, with_files: bool) -> Delivered:
    with mount.work() as work:
        received = _keep(work, arrived)
        if received is None:
            return _repeated(mount, arrived)
        sorting.sort(work, arrived, received, found, with_files=with_files)
        return _done(work, received)


def _done(work: Work, received: Received) -> Delivered:
    if received.state != "waiting":
        received.settled_at = work.now
    work.db.flush()
    made = Delivered(received.kind, received.state, received.id)
    work.commit()
    return made


def _keep(work: Work, arrived: Arrived) -> Received | None:
    """The message's row, or None if it has one already: whoever comes second waits for the first here."""
    if work.db.scalar(select(Received.id).where(Received.digest == arrived.digest)) is not None:
        return None
    received = Received(
        digest=arrived.digest,
        received_at=work.now,
        message_id=arrived.message_id,
        sender=arrived.from_address,
        title=arrived.field("Subject"),
        raw=zlib.compress(arrived.raw, 6),
        details={},
    )
    work.db.add(received)
    try:
        work.db.flush()
    except IntegrityError:
        return None
    return received


def _repeated(mount: Mount, arrived: Arrived) -> Delivered:
    with mount.work(write=False) as work:
        row = work.db.scalars(select(Received).where(Received.digest == arrived.digest)).one()
        return Delivered("repeated", row.state, row.id)


def _put_by(mount: Mount, arrived: Arrived, refusal: MeetupError, found: sorting.Found) -> Delivered:
    """Keep a message whose effect was refused, with the reason; a person whose calendar answered is told (rule D3)."""
    with mount.work() as work:
        received = _keep(work, arrived)
        if received is None:
            return _repeated(mount, arrived)
        with in_locale(mount, work.settings.locales[0]):
            received.details = {"reason": say(refusal)}
        received.why = N_("It could not be taken: %(reason)s")
        registration = registration_of(work, found.registration_id) if found.registration_id else None
        received.registration_id = found.registration_id
        received.kind = found.kind
        sorting.note_reply(received, found.reply)
        if registration is not None and found.reply is not None:
            received.state = "done"
            with in_locale(mount, registration.contact.language):
                notices.refused(work, registration, say(refusal))
            work.log("mailbox.refused", registration, partstat=found.reply.partstat)
        return _done(work, received)
