"""An answer that sends somebody else, with an invitation of their own (D4)."""

from __future__ import annotations

from typing import Any

import icalendar
import pytest
from meetup_mailbox.models import Delegate
from sqlalchemy import func, select

from meetup.api import Registration
from meetup.outbox.worker import drain
from meetup.registrations import service as registrations

from .invited import SETTINGS, Invited


@pytest.fixture
def settings() -> dict[str, Any]:
    return dict(SETTINGS)


def test_someone_else_comes_instead_with_an_invitation_of_their_own(lan: Invited) -> None:
    lan.answer()
    drain(lan.mount)
    made = lan.answer(
        lines=f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Phuong@Example.com":mailto:{lan.email}',
        stamp="20261102T090000Z",
    )
    assert made.kind == "reply"
    with lan.work(write=False) as w:
        assert [one.name for one in registrations.people_of(w, w.get(Registration, lan.key))] == ["phuong@example.com"]
    drain(lan.mount)
    (mail,) = lan.smtp.to("phuong@example.com")
    (event,) = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert event["ATTENDEE"].params["DELEGATED-FROM"] == f"mailto:{lan.email}"
    assert event["ATTENDEE"] == "mailto:phuong@example.com"
    assert "/r/" not in mail.as_string() and b"/r/" not in mail.calendar, "the contact's own page is not theirs"
    # Shown to the organiser.
    assert lan.row(made.id).state == "waiting"
    delegate = Invited(lan.mount, lan.work, lan.smtp, lan.key, "phuong@example.com")
    assert delegate.answer(stamp="20261102T100000Z").state == "done"
    gone = delegate.answer("DECLINED", stamp="20261102T110000Z")
    assert gone.state == "waiting"
    assert lan.state == "confirmed"


def test_delegating_beyond_the_seats_of_an_enterprise_is_refused(lan: Invited) -> None:
    lan.answer()
    three = ",".join(f'"mailto:p{n}@example.com"' for n in range(3))
    made = lan.answer(
        lines=f"ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO={three}:mailto:{lan.email}", stamp="20261102T090000Z"
    )
    assert made.state == "done"
    assert "reason" in lan.row(made.id).details
    with lan.work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Delegate)) == 0
        assert len(registrations.people_of(w, w.get(Registration, lan.key))) == 1


class TestDelegatingSwitchedOff:
    """MEETUP_MAILBOX_DELEGATION=false."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {
            "MEETUP_PLUGINS": "mailbox",
            "MEETUP_MAILBOX_ADDRESS": "coffee@example.vn",
            "MEETUP_MAIL_FROM": "coffee@example.vn",
            "MEETUP_MAILBOX_DELEGATION": "false",
        }

    def test_it_waits_for_the_organiser(self, lan: Invited) -> None:
        made = lan.answer(lines=f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:p@example.com":mailto:{lan.email}')
        assert made.state == "waiting"
        drain(lan.mount)
        assert not lan.smtp.to("p@example.com")
