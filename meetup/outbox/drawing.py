"""A message as it would leave now, for an organiser who looks at it: nothing is sent, and nothing is written.

It is drawn inside a unit of work that is rolled back. Secrets in its links are masked, as in what was sent (rule F9).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meetup.access import Actor
from meetup.errors import N_, InvalidInput, MeetupError
from meetup.outbox.delivery import SECRET, look_at_the_reader, look_at_the_row
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Expired, Superseded
from meetup.outbox.queries import calendar_of, masked, masked_calendar
from meetup.outbox.render import render
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount

log = logging.getLogger("meetup.outbox")


@dataclass(frozen=True)
class Drawn:
    """A message to be looked at.

    Args:
        subject: its subject.
        text: its text part.
        html: its HTML part.
        calendar: its calendar part; empty if it has none.
        why_not: why it would not go, as an English msgid; then all others are empty.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    calendar: str = ""
    why_not: str = ""


def draw(work: Work, row: Outgoing) -> Drawn:
    """`row` as it would leave at ``work.now``; for a unit of work that nobody commits."""
    mount: Mount = work.mount
    notice = mount.notices.get(row.kind)
    if notice is None:
        return Drawn(why_not=N_("nothing here knows this kind of message; is its plugin enabled?"))
    if SECRET in notice.tags:
        return Drawn(why_not=N_("it carries a secret that is its reader's alone"))
    try:
        look_at_the_row(work, row)
        look_at_the_reader(work, row, notice)
        message = render(work, mount, row, notice).message
    except (Superseded, Expired, InvalidInput) as reason:
        return Drawn(why_not=str(reason) or N_("it is no longer of use"))
    except (MeetupError, LookupError, AttributeError, TypeError, ValueError) as error:
        # A row whose thing is gone, or a plugin's notice that expects more than there is.
        log.info("message of kind %s cannot be drawn: %s: %s", row.kind, type(error).__name__, error)
        return Drawn(why_not=N_("it cannot be written as things stand"))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    calendar = calendar_of(message)
    return Drawn(
        masked(str(message["Subject"])),
        masked(plain.get_content()) if plain is not None else "",
        masked(html.get_content()) if html is not None else "",
        masked_calendar(calendar).decode() if calendar else "",
    )


def rehearsed(mount: Mount, actor: Actor, step: Callable[[Work], Drawn]) -> Drawn:
    """What `step` draws in a unit of work of its own, which is then rolled back."""
    with mount.work(actor) as work:
        return step(work)


def as_it_would_leave(mount: Mount, actor: Actor, row_id: int) -> Drawn:
    """A message of the outbox as it would be sent now."""

    def step(work: Work) -> Drawn:
        row: Outgoing = work.get(Outgoing, row_id)
        return draw(work, row)

    return rehearsed(mount, actor, step)
