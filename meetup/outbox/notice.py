"""A notice: a kind of message, the templates it is made of, and the question whether it is still of use.

A notice is a name with three templates, ``mail/<name>/subject.txt``,
``body.txt`` and ``body.html``, and a function that looks at the present state
of things just before sending. That function may say that the message has been
overtaken (:class:`Superseded`) or is too late (:class:`Expired`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meetup.outbox.models import Outgoing
    from meetup.work import Work


class Superseded(Exception):
    """The message is no longer of use; the argument says why."""


class Expired(Exception):
    """The message comes too late; the argument says why."""


@dataclass(frozen=True)
class Calendar:
    """The calendar part of a message.

    Args:
        method: ``REQUEST``, ``CANCEL``, ``REPLY`` or ``DECLINECOUNTER``.
        content: the .ics bytes, with the same METHOD inside.
    """

    method: str
    content: bytes


@dataclass(frozen=True)
class Prepared:
    """What a notice's templates get, and what else the message carries.

    Args:
        context: names for the templates.
        calendar: the calendar part, if any.
        attachments: (file name, content type, content).
        after_sent: called in the transaction that marks the row sent.
    """

    context: Mapping[str, Any]
    calendar: Calendar | None = None
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    after_sent: Callable[[], None] | None = None


@dataclass(frozen=True)
class Notice:
    """A kind of message.

    Args:
        name: ``registration_confirmed``; also the folder of its templates.
        prepare: given a work in the recipient's locale and the row, gives what to send.
        label: an English msgid for lists and for the page where people switch kinds off.
        mutable: whether a person may switch it off (reminders and digests; rule C7).
        tags: ``secret``: never kept as sent; ``reminder:KIND``: a rule of that kind may send it.
        sample: gives the context of a sample, out of what the site holds, for an organiser who looks at
            this kind before any is sent; None: there is nothing yet. What it changes is rolled back.
    """

    name: str
    prepare: Callable[[Work, Outgoing], Prepared]
    label: str = ""
    mutable: bool = False
    tags: tuple[str, ...] = field(default=())
    sample: Callable[[Work], Mapping[str, Any] | None] | None = None
