"""An answer that proposes another time: the organiser takes it or refuses it (D6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import icalendar
import pytest
from meetup_mailbox.models import Proposal
from sqlalchemy import func, select

from meetup.api import Registration, Session
from meetup.outbox.worker import drain
from tests.domain import answers
from tests.factories import sign_in

from .invited import SETTINGS, Invited


@pytest.fixture
def settings() -> dict[str, Any]:
    return dict(SETTINGS)


def test_another_time_is_a_proposal_that_the_organiser_takes(lan: Invited, client: Any, site: Any) -> None:
    everyone = "\n".join(
        ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:other@example.com", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{lan.email}"]
    )
    made = lan.answer(method="COUNTER", lines=everyone, event="COMMENT:Chiều hôm ấy được không?")
    assert (made.kind, made.state) == ("counter", "done")
    assert lan.state == "invited"
    sign_in(lan.mount)
    page = client.soup("/organize/mailbox/")
    assert "Chiều hôm ấy được không?" in page.text
    assert "03/12/2026 07:30" in page.text
    slug = session_of(lan).slug
    assert "03/12/2026 07:30" in client.soup(f"/organize/sessions/{slug}/").text
    form = next(one for one in page.select("form") if one["action"].endswith("/take"))
    token = form.select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    assert client.post(form["action"], data={"csrf_token": token}).status_code == 302
    assert session_of(lan).starts_at.isoformat() == "2026-12-03T00:30:00+00:00"
    drain(lan.mount)
    assert int(lan.event["SEQUENCE"]) == 1
    assert "03/12/2026 07:30" not in client.soup("/organize/mailbox/").text


def session_of(who: Invited) -> Session:
    with who.work(write=False) as w:
        found: Session = w.get(Session, w.get(Registration, who.key).session_id)
        return found


def test_or_refuses_with_a_declinecounter_to_that_person_alone(anyone: Callable[[int], Invited], client: Any) -> None:
    lan, mai = anyone(1), anyone(2)
    lan.answer(method="COUNTER")
    # A newer proposal of the same person takes the older one's place.
    lan.answer(method="COUNTER", stamp="20261102T081500Z")
    sign_in(lan.mount)
    page = client.soup("/organize/mailbox/")
    (form,) = [one for one in page.select("form") if one["action"].endswith("/refuse")]
    token = form.select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    sent = {"csrf_token": token, "words": "Xin giữ giờ cũ."}
    assert client.post(form["action"], data={**sent, "words": "x" * 501}).status_code == 422
    assert client.post(form["action"], data=sent).status_code == 302
    assert client.post(form["action"], data=sent).status_code == 422, "refused once"
    count = len(mai.smtp.to(mai.email))
    drain(lan.mount)
    assert len(mai.smtp.to(mai.email)) == count
    calendar = icalendar.Calendar.from_ical(lan.mail.calendar)
    assert calendar["METHOD"] == "DECLINECOUNTER"
    assert "Xin giữ giờ cũ." in lan.mail.text
    assert str(lan.event["UID"]) == session_of(lan).uid
    with lan.work(write=False) as w:
        assert sorted(w.db.scalars(select(Proposal.state))) == ["overtaken", "refused"]


def test_a_proposal_of_a_whole_day_or_the_past_is_told_why_not(lan: Invited) -> None:
    made = lan.answer(
        method="COUNTER", shape=lambda text: answers.gmail(text.replace("20261203T003000Z", "20251203T003000Z"))
    )
    assert made.state == "done"
    drain(lan.mount)
    assert "Chưa ghi nhận được trả lời" in str(lan.smtp.to(lan.email)[-1]["Subject"])
    with lan.work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Proposal)) == 0
