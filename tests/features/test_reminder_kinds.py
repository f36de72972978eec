"""Reminders of a closing registration, an unanswered invitation and an offer: each once, none in a burst (G1 to G7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from meetup.domain.reminders import is_quiet
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.reminders import keeping
from meetup.reminders import service as reminders
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import make_registration
from tests.features.following import Province, build, worker
from tests.features.reminding import (
    CLOSES,
    HCM,
    at,
    invite,
    keep,
    offer,
    planned,
    rule,
    session_of,
    travel,
)
from tests.rig.racing import at_once


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


# -- registration closing, unanswered invitations, offers -------------------------------------------------------------


def test_before_registration_closes_those_without_a_word_hear_of_it(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    subject = session_of(province, registration_closes_at=CLOSES)
    invite(province, 1)
    with province.work() as w:
        make_registration(w, w.get(Session, province.session), 2, response="tentative")
        make_registration(w, w.get(Session, province.session), 3)
        w.commit()
    assert ("closing:1d", "11/11 17:00") in planned(province, subject)
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-11T17:00")
    worker(site)
    told = {mail.envelope_to[0] for mail in smtp.messages if "12/11/2026 17:00" in mail["Subject"]}
    assert told == {"dn1@example.com", "dn2@example.com"}
    for mail in smtp.messages:
        if mail.envelope_to[0] in told:
            assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert mail["In-Reply-To"]
            assert not [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    smtp.clear()
    worker(site)
    assert not smtp.messages


def test_another_closing_is_another_target(province: Province, site: Any, clock: Any) -> None:
    subject = session_of(province, registration_closes_at=CLOSES)
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        sessions.update(w, session, registration_closes_at=datetime(2026, 11, 10, 22, 0, tzinfo=HCM))
        w.commit()
    # 22:00 is in the quiet hours: the next morning.
    assert [one for one in planned(province, subject) if one[0].startswith("closing")] == [
        ("closing:1d", "10/11 07:00")
    ]


def test_an_invitation_without_an_answer_is_recalled_once(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    key = invite(province)
    # Three working days from Monday 02/11.
    assert planned(province, f"registration:{key}") == [("unanswered:+3w", "05/11 09:00")]
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-05T09:00")
    worker(site)
    (mail,) = smtp.to("dn1@example.com")
    assert "02/11/2026" in mail.text
    assert "/r/" in mail.text
    assert mail["List-Unsubscribe"]
    smtp.clear()
    # The clock goes back an hour, and forth again (G7).
    clock.travel(by=timedelta(hours=-1))
    worker(site)
    clock.travel(by=timedelta(hours=2))
    worker(site)
    assert not smtp.messages


@pytest.mark.parametrize("response", ["accepted", "declined", "tentative"])
def test_an_answer_ends_it(province: Province, response: str) -> None:
    key = invite(province)
    with province.work() as w:
        registrations.reply(w, w.get(Registration, key), response)
        w.commit()
    assert planned(province, f"registration:{key}") == []


def test_a_session_that_is_off_asks_nobody_any_more(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    key = invite(province)
    with province.work(province.actor("organizer")) as w:
        sessions.cancel(w, w.get(Session, province.session), reason="Bão.")
        w.commit()
    assert planned(province, f"registration:{key}") == []
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-05T09:00")
    worker(site)
    assert not smtp.messages


def test_answered_between_the_reminder_and_its_leaving(province: Province, site: Any, clock: Any) -> None:
    key = invite(province)
    worker(site)
    travel(clock, "2026-11-05T09:00")
    with province.work() as w:
        reminders.send_due(w)
        w.db.execute(update(Registration).where(Registration.id == key).values(state="declined"))
        w.commit()
    worker(site)
    assert [row.state for row in province.mails("invitation_unanswered")] == ["superseded"]


def test_after_an_outage_an_invitation_is_recalled_once_or_not_at_all(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    keep(province, lambda w: keeping.add(w, None, rule("unanswered", "enterprise", 5, "w")))
    worker(site)
    first, second = invite(province, 1), invite(province, 2)
    worker(site)
    smtp.clear()
    with province.work() as w:
        registrations.reply(w, w.get(Registration, second), "declined")
        w.commit()
    travel(clock, "2026-11-10T10:00")
    counts = worker(site)
    assert counts["reminders_dropped"] >= 1
    assert len([row for row in province.mails("invitation_unanswered") if row.state == "sent"]) == 1
    assert [row.rule for row in province.reminders(f"registration:{first}", "sent")] == ["unanswered:+5w"]


def test_too_late_to_answer_nothing_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    session_of(province, registration_closes_at=CLOSES)
    key = invite(province)
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-13T09:00")
    worker(site)
    assert not province.mails("invitation_unanswered")
    assert [row.reason for row in province.reminders(f"registration:{key}", "expired")] == [
        "it cannot be answered any more"
    ]


def test_an_offer_that_lapses_is_recalled(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    key = offer(province)
    # Until 03/11 at 09:00; six hours before is in the night, and the morning is still ahead of it.
    assert planned(province, f"registration:{key}") == [("offer:6h", "03/11 07:00")]
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-03T07:00")
    worker(site)
    (mail,) = smtp.to("dn3@example.com")
    assert "03/11/2026 09:00" in mail["Subject"]
    assert mail["List-Unsubscribe"]
    smtp.clear()
    worker(site)
    assert not smtp.messages


def test_an_offer_that_was_taken_is_not_recalled(province: Province, site: Any) -> None:
    key = offer(province)
    with province.work() as w:
        registrations.reply(w, w.get(Registration, key), "accepted")
        w.commit()
    assert planned(province, f"registration:{key}") == []
    assert [row.state for row in province.reminders(f"registration:{key}", "superseded")] == ["superseded"]


def test_an_offer_that_lapsed_while_no_worker_ran_is_dropped(province: Province, site: Any, clock: Any) -> None:
    key = offer(province)
    travel(clock, "2026-11-03T10:00")
    worker(site)
    assert not province.mails("offer_lapsing")
    assert planned(province, f"registration:{key}") == []


@pytest.mark.parametrize("people", [2, 4])
def test_whoever_races_each_goes_once(province: Province, clock: Any, people: int) -> None:
    session_of(province, registration_closes_at=CLOSES)
    for number in (1, 2, 3):
        invite(province, number)
    travel(clock, "2026-11-11T17:00")

    def turn() -> None:
        for _again in range(2):
            with province.work() as w:
                reminders.send_due(w)
                w.commit()

    at_once(*[turn] * people)
    assert len(province.mails("registration_closing")) == 3
    assert len(province.mails("invitation_unanswered")) == 3


def test_nothing_new_is_planned_in_quiet_hours(province: Province, clock: Any) -> None:
    for hour in range(24):
        clock.travel(to=datetime(2026, 11, 3, hour, 17, tzinfo=UTC))
        invite(province, hour + 1)
    rows = [row for row in province.reminders() if row.rule.startswith("unanswered")]
    assert len(rows) == 24
    assert not [at(row) for row in rows if is_quiet(row.due_at, HCM)]


# -- what came of a session is not told yet (R28) ---------------------------------------------------------------------


def _over(province: Province, *, hold: bool) -> str:
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        if hold:
            sessions.hold(w, session)
        w.commit()
        return str(session.subject)


@pytest.mark.parametrize("hold", [True, False])
def test_the_organiser_hears_when_a_report_is_not_out(
    province: Province, site: Any, smtp: Any, clock: Any, hold: bool
) -> None:
    # The session is on Saturday 14/11, 09:00 to 11:00; the third working day after is Wednesday 18/11.
    session_of(province)
    travel(clock, "2026-11-14T12:00")
    worker(site)
    subject = _over(province, hold=hold)
    assert [one for one in planned(province, subject) if one[0].startswith("report")] == [("report:+3w", "18/11 11:00")]
    travel(clock, "2026-11-18T10:59")
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-18T11:00")
    worker(site)
    (mail,) = smtp.messages
    assert mail.envelope_to == ("to-chuc@province.example",)
    words = mail.get_body(("plain",)).get_content()
    assert "3 ngày làm việc" in mail["Subject"]
    assert ("chưa được ghi nhận là đã diễn ra" in words) is not hold
    assert "/organize/sessions/" in words
    smtp.clear()
    worker(site)
    assert not smtp.messages


def test_a_report_that_is_out_is_not_asked_for(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    travel(clock, "2026-11-14T12:00")
    subject = _over(province, hold=True)
    with province.work(province.actor("organizer")) as w:
        sessions.report(w, w.get(Session, province.session), conclusion_number="12/TB", summary="Đã kết luận.")
        w.commit()
    assert [row.state for row in province.reminders(subject, "superseded") if row.rule == "report:+3w"]
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-20T12:00")
    worker(site)
    assert not [mail for mail in smtp.messages if "to-chuc@province.example" in mail.envelope_to]


def test_a_report_out_while_its_reminder_waits_takes_the_mail_back(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    travel(clock, "2026-11-14T12:00")
    worker(site)
    _over(province, hold=True)
    smtp.clear()
    travel(clock, "2026-11-18T11:00")
    with province.work() as w:
        assert reminders.send_due(w)["reminders"] == 1
        w.commit()
    with province.work(province.actor("organizer")) as w:
        sessions.report(w, w.get(Session, province.session), summary="Đã kết luận.")
        w.commit()
    worker(site)
    assert not [mail for mail in smtp.messages if "3 ngày" in mail["Subject"]]


def test_a_rule_made_after_the_session_asks_for_its_report_as_well(province: Province, site: Any, clock: Any) -> None:
    subject = session_of(province)
    travel(clock, "2026-11-16T12:00")
    _over(province, hold=True)
    keep(province, lambda w: keeping.add(w, None, rule("report", "organizer", 5)))
    worker(site)
    assert ("report:+5w", "20/11 11:00") in planned(province, subject)
