"""Someone with an invitation in their mailbox, whose calendar answers as a test lets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

import icalendar
from meetup_mailbox.delivering import Delivered, deliver
from meetup_mailbox.models import Received

from meetup.api import Registration
from tests.domain import answers

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.mail import Mail, SmtpServer

CAPACITY = 2
SETTINGS = {
    "MEETUP_PLUGINS": "mailbox",
    "MEETUP_MAILBOX_ADDRESS": "coffee@example.vn",
    "MEETUP_MAIL_FROM": "coffee@example.vn",
    "MEETUP_MAILBOX_AUTHSERV": "mx.example.vn",
}


@dataclass
class Invited:
    """Someone with an invitation in their mailbox."""

    mount: Mount
    work: Unit
    smtp: SmtpServer
    key: int
    email: str

    @property
    def mail(self) -> Mail:
        """The newest mail to them with a calendar in it."""
        return [one for one in self.smtp.to(self.email) if "BEGIN:VCALENDAR" in one.as_string() or has_calendar(one)][
            -1
        ]

    @property
    def event(self) -> Any:
        return icalendar.Calendar.from_ical(self.mail.calendar).walk("VEVENT")[0]

    def answer(
        self,
        partstat: str = "ACCEPTED",
        *,
        shape: Callable[[str], bytes] = answers.gmail,
        to: str = "",
        sequence: int | None = None,
        stamp: str = "20261102T080000Z",
        attendee: str = "",
        event: str = "",
        uid: str = "",
        more: str = "",
        head: bytes = b"",
        method: str = "REPLY",
        lines: str = "",
    ) -> Delivered:
        """Let their calendar answer."""
        mine = self.event
        text = answers.calendar(
            event,
            method=method,
            attendee=lines or f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee or self.email}",
            more=more,
        )
        number = mine["SEQUENCE"] if sequence is None else sequence
        text = text.replace(answers.UID, uid or str(mine["UID"])).replace("SEQUENCE:1", f"SEQUENCE:{number}")
        text = text.replace("20261127T080000Z", stamp)
        raw = head + shape(text).replace(answers.ATTENDEE.encode(), (attendee or self.email).encode())
        return deliver(self.mount, raw, recipients=[to or self.reply_to], sender=self.email)

    @property
    def reply_to(self) -> str:
        return parseaddr(str(self.mail["Reply-To"]))[1]

    @property
    def state(self) -> str:
        with self.work(write=False) as w:
            return str(w.get(Registration, self.key).state)

    def row(self, key: int) -> Received:
        with self.work(write=False) as w:
            return w.get(Received, key)  # type: ignore[no-any-return]


def has_calendar(mail: Mail) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.walk())
