"""Reminders: at the right hour, once each whatever races, and never in a burst."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from meetup.activity.models import Activity
from meetup.domain.reminders import is_quiet
from meetup.followups import service
from meetup.registrations.models import Registration
from meetup.reminders import service as reminders
from meetup.sessions.models import Session
from tests.features.following import ANSWER, Province, build, worker
from tests.rig.racing import at_once

HCM = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def at(row: Any) -> str:
    return f"{row.due_at.astimezone(HCM):%d/%m %H:%M}"


#: What came of the session is to be published by the third working day after.
REPORT = ("report:+3w", "18/11 11:00")


def planned(province: Province, subject: str) -> list[tuple[str, str]]:
    return [(row.rule, at(row)) for row in province.reminders(subject)]


def plan_session(province: Province) -> str:
    with province.work() as w:
        session = w.get(Session, province.session)
        reminders.plan_session(w, session)
        w.commit()
        return str(session.subject)


# -- sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_is_announced_three_times(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    subject = plan_session(province)
    # It begins on 14/11 at 09:00.
    assert planned(province, subject) == [
        ("session:7d", "07/11 09:00"),
        ("session:1d", "13/11 09:00"),
        ("session:2h", "14/11 07:00"),
        REPORT,
    ]
    for moment in ("2026-11-07T09:00", "2026-11-13T09:00", "2026-11-14T07:00"):
        clock.travel(to=moment)
        smtp.clear()
        counts = worker(site)
        assert counts["reminders"] == 1
        (mail,) = smtp.to("an@mot.example")
        assert "14/11/2026" in mail.text
        assert f"/r/{province.token}" in mail.text
        assert not [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        assert mail["List-Unsubscribe"]
        smtp.clear()
        worker(site)
        assert not smtp.messages


def test_an_early_session_reminds_on_the_evening_before(province: Province) -> None:
    with province.work() as w:
        session = w.get(Session, province.session)
        session.starts_at = datetime(2026, 11, 14, 7, 30, tzinfo=HCM)
        reminders.plan_session(w, session)
        w.commit()
        subject = session.subject
    rows = province.reminders(subject)[:-1]
    assert at(rows[-1]) == "14/11 07:00"
    assert not [row for row in rows if is_quiet(row.due_at, HCM)]
    with province.work() as w:
        session = w.get(Session, province.session)
        session.starts_at = datetime(2026, 11, 14, 6, 30, tzinfo=HCM)
        reminders.plan_session(w, session)
        w.commit()
    assert at(province.reminders(subject)[-2]) == "13/11 20:59"


def test_not_for_those_who_left_and_not_for_a_session_that_is_off(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    plan_session(province)
    clock.travel(to="2026-11-13T09:00")
    with province.work() as w:
        w.db.execute(update(Registration).values(state="cancelled"))
        w.commit()
    worker(site)
    assert not smtp.to("an@mot.example")
    with province.work() as w:
        w.db.execute(update(Registration).values(state="confirmed"))
        w.db.execute(update(Session).values(state="cancelled"))
        w.commit()
    clock.travel(to="2026-11-14T07:00")
    counts = worker(site)
    assert (counts["reminders"], counts["reminders_dropped"]) == (0, 1)
    assert not smtp.to("an@mot.example")


def test_left_between_the_reminder_and_its_leaving(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    plan_session(province)
    clock.travel(to="2026-11-13T09:00")
    with province.work() as w:
        reminders.send_due(w)
        w.db.execute(update(Registration).values(state="cancelled"))
        w.commit()
    worker(site)
    assert not smtp.to("an@mot.example")
    assert [row.state for row in province.mails("session_reminder")] == ["superseded"]


def test_after_an_outage_the_latest_useful_one_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    subject = plan_session(province)
    clock.travel(to="2026-11-14T08:00")
    counts = worker(site)
    assert (counts["reminders"], counts["reminders_dropped"]) == (1, 2)
    assert len(smtp.to("an@mot.example")) == 1
    assert [row.rule for row in province.reminders(subject, "sent")] == ["session:2h"]
    with province.work(write=False) as w:
        dropped = w.db.scalars(select(Activity).where(Activity.action == "reminder.drop")).all()
        assert [(one.subject, (one.details or {})["rule"]) for one in dropped] == [
            (subject, "session:7d"),
            (subject, "session:1d"),
        ]
        assert all((one.details or {})["reason"] for one in dropped)


def test_for_what_has_begun_nothing_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    plan_session(province)
    clock.travel(to="2026-11-14T09:30")
    counts = worker(site)
    assert (counts["reminders"], counts["reminders_dropped"]) == (0, 3)
    assert not smtp.to("an@mot.example")


def test_in_the_night_it_waits_for_the_morning(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    plan_session(province)
    clock.travel(to="2026-11-13T23:00")
    worker(site)
    assert not smtp.to("an@mot.example")
    clock.travel(to="2026-11-14T06:59")
    worker(site)
    assert not smtp.to("an@mot.example")
    clock.travel(to="2026-11-14T07:00")
    worker(site)
    assert len(smtp.to("an@mot.example")) >= 1


def test_another_time_is_another_target(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    from meetup.sessions import service as sessions

    subject = plan_session(province)
    clock.travel(to="2026-11-07T09:00")
    worker(site)
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        w.db.refresh(session)
        sessions.update(
            w,
            session,
            starts_at=datetime(2026, 11, 10, 9, 0, tzinfo=HCM),
            ends_at=datetime(2026, 11, 10, 11, 0, tzinfo=HCM),
        )
        w.commit()
    # What would have gone seven days before is past and does not go after all.
    assert planned(province, subject) == [
        ("session:1d", "09/11 09:00"),
        ("session:2h", "10/11 07:00"),
        ("report:+3w", "13/11 11:00"),
    ]
    smtp.clear()
    clock.travel(to="2026-11-13T09:00")
    worker(site)
    assert not [mail for mail in smtp.to("an@mot.example") if "14/11/2026" in mail.text]


def test_switched_off_is_off(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    plan_session(province)
    clock.travel(to="2026-11-07T09:00")
    worker(site)
    url = smtp.last("an@mot.example")["List-Unsubscribe"].split("<")[1].split(">")[0]
    path = url.removeprefix("http://localhost")
    visitor = province.as_("nobody")
    assert visitor.get(path).status_code == 200
    assert visitor.post(path, data={"List-Unsubscribe": "One-Click"}).status_code < 400
    smtp.clear()
    clock.travel(to="2026-11-13T09:00")
    worker(site)
    assert not smtp.to("an@mot.example")


# -- due dates --------------------------------------------------------------------------------------------------------


def subject_of(province: Province, number: int) -> str:
    return province.row(number).subject


def test_before_the_due_date(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    number = province.order()
    subject = subject_of(province, number)
    # Due on Monday 16/11: three days before is a Friday, one day before a Sunday, which moves onto the day itself.
    assert [one for one in planned(province, subject) if one[0].startswith("due")] == [
        ("due:3d", "13/11 08:00"),
        ("due:0d", "16/11 08:00"),
    ]
    clock.travel(to="2026-11-13T08:00")
    worker(site)
    assert "Kính nhắc" in smtp.last("stc@province.example")["Subject"]
    smtp.clear()
    province.do(number, lambda w, f: province.bring(w, f, "answered"))
    clock.travel(to="2026-11-16T08:00")
    worker(site)
    assert not [mail for mail in smtp.to("stc@province.example") if "Kính nhắc" in mail["Subject"]]
    assert planned(province, subject) == []


def test_each_day_past_it_and_upwards(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    number = province.order()
    days = ["17", "18", "19", "20", "23", "25", "26", "27"]  # 21/22 is a weekend, 24 a public holiday
    clock.travel(to="2026-11-16T17:30")
    worker(site)
    smtp.clear()
    seen: dict[str, list[str]] = {}
    for day in range(17, 28):
        clock.travel(to=f"2026-11-{day}T08:00")
        worker(site)
        for mail in smtp.messages:
            seen.setdefault(f"{day}", []).append(f"{mail.envelope_to[0]}: {mail['Subject']}")
        smtp.clear()
    assert sorted(seen) == days
    urging = [[line for line in seen[day] if "khẩn trương" in line] for day in days]
    assert [len(lines) for lines in urging] == [1] * 8
    head = [day for day in days for line in seen[day] if line.startswith("gd.stc@")]
    assert head == ["19"]
    chair = [day for day in days for line in seen[day] if line.startswith("to-chuc@") and "Báo cáo" in line]
    assert chair == ["26"]
    sorry = [day for day in days for line in seen[day] if line.startswith("an@mot")]
    assert sorry == ["17", "26"]
    province.do(number, lambda w, f: province.bring(w, f, "answered"))
    clock.travel(to="2026-11-30T08:00")
    worker(site)
    assert not [mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]


def test_an_apology_with_a_new_date(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    province.order()
    clock.travel(to="2026-11-17T08:00")
    worker(site)
    letter = smtp.last("an@mot.example")
    # Five working days from the 17th, over a weekend and a public holiday.
    assert "25/11/2026" in letter.text
    assert "16/11/2026" in letter.text


def test_after_an_outage_one_reminder_a_person(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    province.order()
    clock.travel(to="2026-11-27T10:00")
    counts = worker(site)
    assert counts["reminders_dropped"] > 0
    assert counts["escalated"] == 2
    urging = [mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]
    assert len(urging) == 1
    assert not [mail for mail in smtp.messages if "Kính nhắc" in mail["Subject"]]
    assert len([mail for mail in smtp.to("an@mot.example") if "xin lỗi" in mail.text]) == 1
    clock.travel(to="2026-11-30T08:00")
    smtp.clear()
    worker(site)
    assert len([mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]) == 1


def test_more_time_makes_new_reminders(province: Province, site: Any) -> None:
    number = province.order(to="accepted")
    subject = subject_of(province, number)
    province.do(
        number,
        lambda w, f: service.grant_extension(
            w, service.request_extension(w, f, due_on=date(2026, 11, 20), reason="Chờ.")
        ),
    )
    assert [one for one in planned(province, subject) if one[0].startswith("due")] == [
        ("due:3d", "17/11 08:00"),
        ("due:1d", "19/11 08:00"),
        ("due:0d", "20/11 08:00"),
    ]


def test_sent_back_late_it_is_urged_again(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    number = province.order(to="answered")
    clock.travel(to="2026-11-18T10:00")
    province.do(number, lambda w, f: service.send_back(w, f, reason="Chưa đủ."))
    clock.travel(to="2026-11-19T08:00")
    smtp.clear()
    worker(site)
    assert [mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]


def test_silence_is_announced_before_it_closes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    number = province.order(to="verified")
    assert planned(province, subject_of(province, number)) == [("confirm:3w", "11/11 08:00")]
    worker(site)
    smtp.clear()
    clock.travel(to="2026-11-11T08:00")
    worker(site)
    letter = smtp.last("an@mot.example")
    assert province.own(number) in letter.text
    assert "16/11/2026" in letter.text
    province.do(number, lambda w, f: service.confirm(w, f, satisfaction=5))
    assert planned(province, subject_of(province, number)) == []


@pytest.mark.parametrize("people", [2, 4])
def test_whoever_races_each_goes_once(province: Province, site: Any, clock: Any, people: int) -> None:
    plan_session(province)
    for title in ("Một", "Hai", "Ba"):
        province.order(title)
    clock.travel(to="2026-11-13T09:30")

    def turn() -> None:
        for _again in range(2):
            with province.work() as w:
                reminders.send_due(w)
                w.commit()

    at_once(*[turn] * people)
    assert len(province.mails("session_reminder")) == 1
    assert len(province.mails("follow_up_due")) == 3


def test_a_clock_that_goes_back_sends_nothing_again(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    plan_session(province)
    clock.travel(to="2026-11-07T09:10")
    worker(site)
    smtp.clear()
    clock.travel(by=timedelta(hours=-1))
    worker(site)
    clock.travel(by=timedelta(hours=1))
    worker(site)
    assert not smtp.messages


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_picking_is_an_index_range(province: Province, backend: str) -> None:
    with province.work(write=False) as w:
        plan = w.db.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT subject FROM meetup_reminder "
            "WHERE state = 'planned' AND due_at <= '2026-11-13' ORDER BY due_at LIMIT 100"
        )
        steps = [str(row[3]) for row in plan]
    assert any("ix_meetup_reminder_due (state=? AND due_at<?)" in step for step in steps), steps


def test_nothing_is_planned_in_quiet_hours_or_on_days_off(province: Province, clock: Any) -> None:
    from meetup.departments.service import calendar

    for day in range(2, 28):
        clock.travel(to=datetime(2026, 11, day, 3, 17, tzinfo=UTC))
        province.order(f"Việc ngày {day}", days=3)
    with province.work(write=False) as w:
        days = calendar(w)
        for row in province.reminders():
            if row.subject.startswith("follow-up"):
                local = row.due_at.astimezone(HCM)
                assert not is_quiet(row.due_at, HCM)
                assert days.is_working_day(local.date()), (row.rule, local)


def test_an_answer_ends_every_reminder(province: Province) -> None:
    number = province.order()
    assert province.reminders(subject_of(province, number))
    province.do(number, lambda w, f: (service.accept(w, f), service.answer(w, f, text=ANSWER)))
    assert province.reminders(subject_of(province, number)) == []
