"""Whoever is invited may send somebody else, out of their calendar, within the enterprise's seats (rule D4)."""

from __future__ import annotations

from typing import Any

import icalendar
import pytest

from meetup.outbox.worker import drain
from tests.domain import answers
from tests.domain.answering import answer_to, reply_address


def sends(mail: Any, *others: str) -> bytes:
    to = ",".join(f'"mailto:{one}"' for one in others)
    line = f"ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO={to}:mailto:{mail.envelope_to[0]}"
    # Unfolded, as some programs send it.
    return answers.gmail(answer_to(mail, attendee=line))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_delegate_gets_an_invitation_of_their_own(post: Any, mount: Any, smtp: Any, backend: str) -> None:
    mail = post.invite()
    row = post.take(sends(mail, "thay@tomdatmui.vn"), reply_address(mail))
    assert (row.is_applied, row.state) == (True, "waiting"), row.why
    drain(mount)
    asked = smtp.last("thay@tomdatmui.vn")
    (event,) = icalendar.Calendar.from_ical(asked.calendar).walk("VEVENT")
    assert str(event["ATTENDEE"]).lower() == "mailto:thay@tomdatmui.vn"
    assert "dn1@example.com" in str(event["ATTENDEE"].params["DELEGATED-FROM"]).lower()
    assert "/r/" not in asked.text, "the contact's own page is no delegate's"
    accepted = answers.apple(answer_to(asked))
    assert post.take(accepted, reply_address(asked)).is_applied
    assert post.state() == "confirmed"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_not_beyond_the_enterprises_seats(post: Any, mount: Any, smtp: Any, backend: str) -> None:
    mail = post.invite()
    row = post.take(sends(mail, "a@b.example", "c@d.example", "e@f.example"), reply_address(mail))
    assert not row.is_applied
    drain(mount)
    assert smtp.to("a@b.example") == []
    assert "An enterprise may send 2 people to this session." in smtp.last("dn1@example.com").text
