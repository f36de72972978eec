"""Answers from calendars, as programs in use shape them: what they change (D1, D3, D5, D7, D8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.api import Registration, Session
from meetup.outbox.worker import drain
from meetup.sessions import series
from meetup.sessions import service as sessions
from tests.domain import answers
from tests.factories import STARTS, make_programme, make_registration

from .invited import CAPACITY, SETTINGS, Invited, has_calendar

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.mail import SmtpServer


@pytest.fixture
def settings() -> dict[str, Any]:
    return dict(SETTINGS)


@pytest.mark.parametrize("shape", [answers.gmail, answers.outlook, answers.apple], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize(
    ("partstat", "state"), [("ACCEPTED", "confirmed"), ("DECLINED", "declined"), ("TENTATIVE", "tentative")]
)
def test_the_button_in_the_mail_is_the_answer(lan: Invited, partstat: str, state: str, shape: Any) -> None:
    made = lan.answer(partstat, shape=shape, event="COMMENT:Den muon 10 phut\\, xin loi")
    assert (made.kind, made.state) == ("reply", "done")
    assert lan.state == state
    row = lan.row(made.id)
    assert (row.comment, row.partstat, row.is_applied) == ("Den muon 10 phut, xin loi", partstat, True)
    drain(lan.mount)
    assert lan.event["ATTENDEE"].params["PARTSTAT"] == partstat


def test_the_answer_is_on_record_as_the_enterprises_own(lan: Invited, client: Any) -> None:
    lan.answer()
    with lan.work(write=False) as w:
        from meetup.activity.models import Activity

        rows = w.db.scalars(select(Activity).where(Activity.subject == f"registration:{lan.key}")).all()
        found = [(row.action, row.actor_kind) for row in rows][-2:]
    assert found == [("mailbox.reply", "enterprise"), ("registration.accept", "enterprise")]


def test_accepting_a_full_session_leads_to_the_waiting_list_and_a_mail_that_says_so(
    anyone: Callable[[int], Invited],
) -> None:
    for number in range(1, CAPACITY + 1):
        assert anyone(number).answer().state == "done"
    late = anyone(3)
    assert late.answer().state == "done"
    assert late.state == "waitlisted"
    drain(late.mount)
    assert str(late.event["STATUS"]) == "TENTATIVE"
    assert str(late.event["SUMMARY"]).startswith("Danh sách chờ")


def test_too_late_is_told_why(lan: Invited, clock: Any) -> None:
    with lan.work() as w:
        registration = w.get(Registration, lan.key)
        sessions.cancel(w, w.get(Session, registration.session_id), reason="Bão số 12")
        w.commit()
    before = len(lan.smtp.to(lan.email))
    made = lan.answer(sequence=9)
    assert (made.kind, made.state) == ("reply", "done")
    assert lan.state == "invited"
    drain(lan.mount)
    told = [one for one in lan.smtp.to(lan.email)[before:] if "Chưa ghi nhận được trả lời" in str(one["Subject"])]
    assert len(told) == 1
    assert lan.row(made.id).details["reason"] in told[0].text


def test_the_same_answer_twice_acts_once(lan: Invited) -> None:
    first, again = lan.answer(), lan.answer()
    assert (first.kind, again.kind) == ("reply", "repeated")
    assert first.id == again.id
    drain(lan.mount)
    assert len([one for one in lan.smtp.to(lan.email) if has_calendar(one)]) == 2
    # The same once more by another client: nothing to do.
    assert lan.answer(shape=answers.outlook).state == "done"
    drain(lan.mount)
    assert len([one for one in lan.smtp.to(lan.email) if has_calendar(one)]) == 2


def test_the_later_answer_wins_whichever_comes_first(lan: Invited) -> None:
    lan.answer("DECLINED", stamp="20261102T090000Z")
    late = lan.answer("ACCEPTED", stamp="20261102T080000Z")
    assert late.state == "done"
    assert lan.state == "declined"
    lan.answer("ACCEPTED", stamp="20261102T100000Z", sequence=5)
    assert lan.state == "confirmed"


def test_yes_to_an_older_time_is_no_yes_to_the_new_one_but_no_is_no(anyone: Callable[[int], Invited]) -> None:
    lan, mai = anyone(1), anyone(2)
    with lan.work() as w:
        session = w.get(Session, w.get(Registration, lan.key).session_id)
        sessions.update(w, session, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1, hours=2))
        w.commit()
    drain(lan.mount)
    made = lan.answer("ACCEPTED", sequence=0)
    assert (made.state, lan.state) == ("waiting", "invited")
    assert mai.answer("DECLINED", sequence=0).state == "done"
    assert mai.state == "declined"
    # The organiser asks, hears that the new time is fine, and lets it count? It stays a matter of the registration.
    assert lan.answer("ACCEPTED", sequence=1, stamp="20261103T080000Z").state == "done"
    assert lan.state == "confirmed"


def test_one_date_of_a_series_is_answered_alone(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        first = series.start(
            w,
            programme=make_programme(w),
            rule="FREQ=MONTHLY;BYDAY=3FR;COUNT=3",
            starts_at=datetime.fromisoformat("2026-11-20T07:30:00+07:00"),
            ends_at=datetime.fromisoformat("2026-11-20T09:30:00+07:00"),
            title="Cà phê",
        )
        dates = series.announce(w, series.of(w, first))  # type: ignore[arg-type]
        keys = [make_registration(w, one, 1).id for one in dates]
        w.commit()
    drain(mount)
    lan = Invited(mount, work, smtp, keys[1], "dn1@example.com")
    second = "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261218T073000"
    assert lan.answer("DECLINED", event=second).state == "done"

    def states() -> list[str]:
        with work(write=False) as w:
            return [w.get(Registration, key).state for key in keys]

    assert states() == ["confirmed", "declined", "confirmed"]
    # To the whole: all that are ahead.
    lan.answer("TENTATIVE", stamp="20261102T110000Z", sequence=9)
    assert states() == ["tentative", "tentative", "tentative"]
