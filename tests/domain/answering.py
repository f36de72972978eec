"""Answers to an invitation as it arrived, in the shapes of :mod:`tests.domain.answers`."""

from __future__ import annotations

import re
from typing import Any

from tests.domain.answers import UID, calendar


def answer_to(
    mail: Any,
    partstat: str = "ACCEPTED",
    *,
    who: str = "",
    method: str = "REPLY",
    stamp: str = "20261102T080000Z",
    sequence: int | None = None,
    attendee: str = "",
    event: str = "",
) -> str:
    """The calendar that a program sends back for the invitation `mail`, of `who` or of its recipient."""
    asked = re.sub(r"\r\n[ \t]", "", mail.calendar.decode())
    uid = re.search(r"^UID:(\S+)", asked, re.MULTILINE)
    number = re.search(r"^SEQUENCE:(\d+)", asked, re.MULTILINE)
    assert uid and number
    line = attendee or f"ATTENDEE;CN=Lan;PARTSTAT={partstat}:mailto:{who or mail.envelope_to[0]}"
    text = calendar(event, method=method, attendee=line)
    text = text.replace(UID, uid[1]).replace("DTSTAMP:20261127T080000Z", f"DTSTAMP:{stamp}")
    return text.replace("SEQUENCE:1", f"SEQUENCE:{int(number[1]) if sequence is None else sequence}")


def reply_address(mail: Any) -> str:
    """The secret address that the invitation asks to answer to."""
    found = re.search(r"[\w.+-]+@[\w.-]+", str(mail["Reply-To"]).rpartition("<")[2])
    assert found, mail["Reply-To"]
    return found[0]
