"""The rules of reminders as organisers keep them: what changes with them, what never comes in a burst (G1 to G7)."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update

from meetup.domain.reminders import is_quiet
from meetup.domain.rules import Rule, default_notice
from meetup.enterprises.models import Contact
from meetup.errors import Stale
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.reminders import keeping
from meetup.reminders import service as reminders
from meetup.reminders.models import Reminder, ReminderReplan, ReminderRule
from meetup.reminders.rules import as_rule, rules
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import make_invitation, make_registration
from tests.features.following import Province, build, worker

HCM = ZoneInfo("Asia/Ho_Chi_Minh")
#: The session is on Saturday 14/11 at 09:00; the clock stands on Monday 02/11 at 09:00.
CLOSES = datetime(2026, 11, 12, 17, 0, tzinfo=HCM)


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def at(row: Any) -> str:
    return f"{row.due_at.astimezone(HCM):%d/%m %H:%M}"


def planned(province: Province, subject: str) -> list[tuple[str, str]]:
    return [(row.rule, at(row)) for row in province.reminders(subject)]


def session_of(province: Province, **values: Any) -> str:
    """The session as it is now planned, after these changes of it."""
    with province.work() as w:
        session = w.get(Session, province.session)
        for name, value in values.items():
            setattr(session, name, value)
        w.db.flush()
        reminders.plan_session(w, session)
        w.commit()
        return str(session.subject)


def invite(province: Province, number: int = 1) -> int:
    with province.work(province.actor("organizer")) as w:
        made = make_invitation(w, w.get(Session, province.session), number)
        w.commit()
        return made.id


def rule(kind: str, whom: str, amount: int = 1, unit: str = "w", **more: Any) -> Rule:
    return Rule(kind, whom, amount, unit, notice=default_notice(kind, whom), **more)


def keep(province: Province, step: Any) -> Any:
    """One change of the rules by the organiser."""
    with province.work(province.actor("organizer")) as w:
        done = step(w)
        w.commit()
        return done


def switch(province: Province, key: str, *, on: bool) -> None:
    keep(province, lambda w: keeping.switch(w, keeping.by_key(w, None, key), on=on))


def change(province: Province, key: str, **values: Any) -> None:
    def step(w: Any) -> None:
        row = keeping.by_key(w, None, key)
        keeping.change(w, row, replace(as_rule(row), **values))

    keep(province, step)


def travel(clock: Any, moment: str) -> None:
    clock.travel(to=moment)


# -- rules in data (G1) -----------------------------------------------------------------------------------------------


def test_untouched_they_are_those_of_the_settings(province: Province) -> None:
    with province.work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(ReminderRule)) == 0
        holding = rules(w, None)
        assert not holding.kept
        assert {"session:7d", "due:0d", "head:+3"} <= {one.key for one in holding.all}


def test_the_first_change_puts_them_into_the_table(province: Province) -> None:
    before = keep(province, lambda w: rules(w, None).all)
    change(province, "session:7d", amount=5)
    after = keep(province, lambda w: rules(w, None))
    assert after.kept
    assert [one.key for one in after.all] == [one.key if one.key != "session:7d" else "session:5d" for one in before]


@pytest.mark.parametrize("settings", [{"MEETUP_REMINDERS": "4d;2d", "MEETUP_ESCALATION": "2:head"}])
def test_they_are_seeded_from_the_settings(province: Province, settings: dict[str, Any]) -> None:
    rows = keep(province, lambda w: [as_rule(one).key for one in keeping.take_over(w)])
    assert [one for one in rows if one.split(":")[0] in {"session", "due", "head", "chair"}] == [
        "session:4d",
        "due:2d",
        "head:+2",
    ]


def test_a_programme_has_its_own_and_gives_them_back(province: Province, site: Any) -> None:
    subject = session_of(province)

    def own(w: Any) -> None:
        programme = w.db.scalars(select(Programme)).one()
        row = keeping.by_key(w, programme, "session:7d")
        keeping.change(w, row, replace(as_rule(row), amount=4))

    keep(province, own)
    worker(site)
    assert ("session:4d", "10/11 09:00") in planned(province, subject)
    # The site's rules are another matter.
    switch(province, "session:1d", on=False)
    worker(site)
    assert [one[0] for one in planned(province, subject)] == ["session:4d", "session:1d", "session:2h"]
    keep(province, lambda w: keeping.give_back(w, w.db.scalars(select(Programme)).one()))
    worker(site)
    assert [one[0] for one in planned(province, subject)] == ["session:7d", "session:2h"]


def test_whom_and_what_is_sent_are_the_rules(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    keep(province, lambda w: keeping.add(w, None, rule("due", "head", 2, "w", channel="mail")))
    province.order()
    travel(clock, "2026-11-12T08:00")
    worker(site)
    assert [mail["Subject"] for mail in smtp.to("gd.stc@province.example") if "Kính nhắc" in mail["Subject"]]
    assert not [mail for mail in smtp.to("stc@province.example") if "Kính nhắc" in mail["Subject"]]


@pytest.mark.parametrize("people", [3])
def test_two_first_changes_at_once_make_one_set_of_rules(province: Province, people: int) -> None:
    ready = threading.Barrier(people)
    came: list[str] = []

    def turn() -> None:
        ready.wait()
        try:
            with province.work(province.actor("organizer")) as w:
                keeping.take_over(w)
                w.commit()
            came.append("kept")
        except Stale:
            came.append("stale")

    threads = [threading.Thread(target=turn) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(came) == people
    assert "kept" in came
    with province.work(write=False) as w:
        keys = [as_rule(row).key for row in w.db.scalars(select(ReminderRule))]
    assert keys
    assert len(keys) == len(set(keys))


# -- a changed rule (G2) ----------------------------------------------------------------------------------------------


def test_a_changed_rule_plans_anew_what_lies_ahead(province: Province, site: Any) -> None:
    subject = session_of(province)
    number = province.order()
    change(province, "session:1d", amount=3)
    change(province, "due:3d", amount=2, unit="w")
    counts = worker(site)
    assert counts["replanned"] >= 2
    assert planned(province, subject) == [
        ("session:7d", "07/11 09:00"),
        ("session:3d", "11/11 09:00"),
        ("session:2h", "14/11 07:00"),
    ]
    assert ("due:2w", "12/11 08:00") in planned(province, province.row(number).subject)
    assert [row.rule for row in province.reminders(subject, "superseded")] == ["session:1d"]
    with province.work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(ReminderReplan)) == 0


def test_what_is_past_under_a_new_rule_never_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    subject = session_of(province)
    travel(clock, "2026-11-10T10:00")
    worker(site)
    smtp.clear()
    keep(province, lambda w: keeping.add(w, None, rule("session", "enterprise", 5, "d")))
    worker(site)
    assert not smtp.messages
    assert "session:5d" not in {row.rule for row in province.reminders(subject)}


def test_a_new_step_upwards_is_no_burst(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    """Twelve follow-ups are late since long: a new step for the head is for those that come to it."""
    switch(province, "head:+3", on=False)
    for number in range(12):
        province.order(f"Việc {number}")
    travel(clock, "2026-11-27T10:00")
    worker(site)
    smtp.clear()
    keep(province, lambda w: keeping.add(w, None, rule("overdue", "head", 2)))
    worker(site)
    assert not smtp.messages
    for day in ("2026-11-30T08:00", "2026-12-01T08:00"):
        travel(clock, day)
        worker(site)
    assert not smtp.to("gd.stc@province.example")


def test_switched_off_and_on_again(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    subject = session_of(province)
    switch(province, "session:7d", on=False)
    # No worker has planned anew yet, and what it finds due goes nowhere.
    travel(clock, "2026-11-07T09:00")
    counts = worker(site)
    assert (counts["reminders"], counts["reminders_dropped"]) == (0, 1)
    assert not smtp.to("an@mot.example")
    switch(province, "session:1d", on=False)
    worker(site)
    assert [one[0] for one in planned(province, subject)] == ["session:2h"]
    switch(province, "session:7d", on=True)
    switch(province, "session:1d", on=True)
    worker(site)
    assert [one[0] for one in planned(province, subject)] == ["session:1d", "session:2h"]
    assert not smtp.to("an@mot.example")


def test_what_was_due_when_the_rule_changed_still_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    province.order()
    travel(clock, "2026-11-18T09:00")
    # The worker is down; on the 17th and 18th nothing went out. Meanwhile another rule is changed.
    change(province, "head:+3", amount=5)
    worker(site)
    urging = [mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]
    assert len(urging) == 1


def test_planning_anew_goes_in_bounded_batches(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetup.reminders.replanning.BATCH", 3)
    numbers = [province.order(f"Việc {number}") for number in range(7)]
    change(province, "due:3d", amount=4)
    turns = []
    while True:
        with province.work() as w:
            done = reminders.replan_some(w)
            w.commit()
        if not done:
            break
        turns.append(done)
    assert turns == [3, 3, 1]
    for number in numbers:
        assert "due:4d" in {one[0] for one in planned(province, province.row(number).subject)}


@pytest.mark.parametrize("people", [2, 4])
def test_two_workers_plan_anew_once(province: Province, people: int) -> None:
    for number in range(4):
        province.order(f"Việc {number}")
    invite(province)
    change(province, "due:3d", amount=4)
    change(province, "unanswered:+3w", amount=2)
    done: list[int] = []
    ready = threading.Barrier(people)

    def turn() -> None:
        ready.wait()
        for _again in range(3):
            with province.work() as w:
                done.append(reminders.replan_some(w))
                w.commit()

    threads = [threading.Thread(target=turn) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(done) == 5
    with province.work(write=False) as w:
        rows = w.db.execute(select(Reminder.rule, Reminder.subject, Reminder.target_at)).all()
    assert len(rows) == len(set(rows))


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


def offer(province: Province) -> int:
    """Someone who waited gets an offer; gives the registration."""
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        w.db.execute(update(Session).values(capacity=3, seats_taken=2))
        w.db.refresh(session)
        first = make_registration(w, session, 2)
        waiting = make_registration(w, session, 3)
        assert waiting.state == "waitlisted"
        registrations.cancel(w, first)
        assert waiting.state == "offered"
        w.commit()
        return waiting.id


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
    ready = threading.Barrier(people)

    def turn() -> None:
        ready.wait()
        for _again in range(2):
            with province.work() as w:
                reminders.send_due(w)
                w.commit()

    threads = [threading.Thread(target=turn) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(province.mails("registration_closing")) == 3
    assert len(province.mails("invitation_unanswered")) == 3


def test_nothing_new_is_planned_in_quiet_hours(province: Province, clock: Any) -> None:
    for hour in range(24):
        clock.travel(to=datetime(2026, 11, 3, hour, 17, tzinfo=UTC))
        invite(province, hour + 1)
    rows = [row for row in province.reminders() if row.rule.startswith("unanswered")]
    assert len(rows) == 24
    assert not [at(row) for row in rows if is_quiet(row.due_at, HCM)]


# -- the weekly digest ------------------------------------------------------------------------------------------------


def digest(province: Province, whom: str = "department", **more: Any) -> None:
    def step(w: Any) -> None:
        own = [one for one in keeping.take_over(w) if (one.kind, one.whom) == ("digest", whom)]
        if own:
            keeping.change(w, own[0], replace(as_rule(own[0]), enabled=True, **more))
        else:
            keeping.add(w, None, rule("digest", whom, 0, **more))

    keep(province, step)


def digests(smtp: Any, to: str) -> list[Any]:
    return [mail for mail in smtp.to(to) if mail["Subject"].startswith(("Tuần này", "Your week"))]


def test_a_digest_instead_of_a_flood(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    change(province, "overdue:+1", in_digest=True)
    for number in range(5):
        province.order(f"Việc {number}")
    for monday in ("2026-11-09T08:00", "2026-11-16T08:00"):
        travel(clock, monday)
        worker(site)
    smtp.clear()
    for day in range(17, 31):
        travel(clock, f"2026-11-{day}T08:00")
        worker(site)
    assert not [mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]
    # Mondays 23/11 and 30/11: five late ones in one mail each.
    letters = digests(smtp, "stc@province.example")
    assert [mail["Subject"] for mail in letters] == ["Tuần này: 5 việc quá hạn"] * 2
    assert "quá hạn 5 ngày làm việc" in letters[0].text
    assert letters[0]["List-Unsubscribe"]


def test_a_digest_looks_a_week_ahead(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    province.order("Gần", days=6)
    province.order("Xa", days=30)
    travel(clock, "2026-11-09T08:00")
    worker(site)
    (letter,) = digests(smtp, "stc@province.example")
    assert "Gần" in letter.text
    assert "Xa" not in letter.text


def test_nothing_is_sent_when_there_is_nothing(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    digest(province, "chair")
    province.order("Xa", days=40)
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-09T08:00")
    counts = worker(site)
    assert counts["reminders"] == 2
    assert not smtp.messages
    # And the next week is planned all the same.
    assert sorted(planned(province, "site:0")) == [
        ("digest.chair:0-08", "16/11 08:00"),
        ("digest.department:0-08", "16/11 08:00"),
    ]


def test_the_chair_reads_whose_it_is(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province, "chair", weekday=4, hour=9)
    province.order("Một", days=3)
    province.order("Hai", days=3, lead="SXD")
    travel(clock, "2026-11-06T08:00")
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-06T09:00")
    worker(site)
    (letter,) = digests(smtp, "to-chuc@province.example")
    assert "Sở Tài chính: 0 việc đến hạn, 1 việc quá hạn" in letter.text
    assert "Sở Xây dựng" in letter.text


def test_a_digest_of_the_department_names_no_conduct(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    digest(province, "head")
    province.order("Cán bộ sách nhiễu", days=6, kind="conduct")
    travel(clock, "2026-11-09T08:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")
    (letter,) = digests(smtp, "gd.stc@province.example")
    assert "Cán bộ sách nhiễu" in letter.text


def test_a_digest_goes_on_a_working_day_and_once(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    # Tuesday 24/11 is a public holiday in this province's calendar.
    digest(province, weekday=1)
    province.order(days=10)
    travel(clock, "2026-11-20T10:00")
    worker(site)
    assert planned(province, "site:0") == [("digest.department:1-08", "25/11 07:00")]
    smtp.clear()
    travel(clock, "2026-11-24T10:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")
    travel(clock, "2026-11-25T07:00")
    worker(site)
    worker(site)
    assert len(digests(smtp, "stc@province.example")) == 1


def test_after_weeks_without_a_worker_one_digest_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    province.order(days=3)
    travel(clock, "2026-12-10T10:00")
    worker(site)
    assert len(digests(smtp, "stc@province.example")) == 1
    assert planned(province, "site:0") == [("digest.department:0-08", "14/12 08:00")]


def test_a_programme_with_rules_of_its_own_has_its_own_digest(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    digest(province)
    province.order(days=6)

    def own(w: Any) -> None:
        programme = w.db.scalars(select(Programme)).one()
        rows = keeping.take_over(w, programme)
        row = next(one for one in rows if (one.kind, one.whom) == ("digest", "department"))
        keeping.switch(w, row, on=False)

    keep(province, own)
    travel(clock, "2026-11-09T08:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")


# -- words ------------------------------------------------------------------------------------------------------------


def said(html: str) -> str:
    lines = (line.strip() for line in BeautifulSoup(html, "html.parser").get_text("\n").splitlines())
    return "\n".join(line for line in lines if line)


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    if "language" not in request.fixturenames:
        return {}
    language = request.getfixturevalue("language")
    return {"MEETUP_LOCALES": f"{language},{'en' if language == 'vi' else 'vi'}"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_new_mail(
    province: Province,
    site: Any,
    smtp: Any,
    clock: Any,
    language: str,
    snapshot: Any,
    backend: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from meetup.followups import conclude

    numbers = iter(range(111_000, 111_100))
    monkeypatch.setattr(conclude, "secrets", type("Numbers", (), {"randbelow": lambda _self, _most: next(numbers)})())
    session_of(province, registration_closes_at=CLOSES)
    digest(province)
    digest(province, "chair")
    offer(province)
    invite(province, 7)
    with province.work() as w:
        make_registration(w, w.get(Session, province.session), 8, response="tentative")
        w.db.execute(update(Contact).values(language=language))
        w.commit()
    province.order("Thuê đất", days=3)
    province.order("Hoàn thuế", days=6)
    province.order("Cấp phép", days=6, lead="SXD")
    for moment in ("2026-11-03T07:00", "2026-11-05T09:00", "2026-11-09T08:00", "2026-11-11T17:00"):
        travel(clock, moment)
        worker(site)
    kinds = {"registration_closing", "invitation_unanswered", "offer_lapsing", "weekly_digest"}
    with province.work(write=False) as w:
        rows = w.db.scalars(select(Outgoing).where(Outgoing.kind.in_(kinds)).order_by(Outgoing.id)).all()
    names = {row.message_id.strip("<>"): row.kind for row in rows if row.state == "sent"}
    assert set(names.values()) == kinds
    told: dict[str, list[str]] = {}
    for mail in smtp.messages:
        kind = names.get(str(mail["Message-ID"]).strip("<>"))
        if kind is None:
            continue
        text = f"To: {mail.envelope_to[0]}\nSubject: {mail['Subject']}\n\n{mail.text}\n----\n{said(mail.html)}"
        text = re.sub(r"/(r|unsubscribe)/[\w-]+", r"/\1/TOKEN", text)
        assert mail["Content-Language"] == language
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert len(mail["Subject"]) <= 90
        assert not re.search(r"[{}]|%\(|None", mail.text), text
        told.setdefault(kind, []).append(text.replace("\r\n", "\n"))
    assert told == snapshot
