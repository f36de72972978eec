"""Who is asked, when, and once: through the worker and the outbox."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from meetup_survey import asking
from meetup_survey.models import Ask
from sqlalchemy import func, select

from meetup.api import Contact, Registration, Session
from meetup.outbox.addresses import mute


def asks(work: Any) -> int:
    with work(write=False) as w:
        return int(w.db.scalar(select(func.count()).select_from(Ask)))


def test_those_who_came_are_asked_once_some_hours_after_the_end(survey: Any, clock: Any, work: Any) -> None:
    survey.hold(3)
    with work() as w:
        absent = w.db.scalars(select(Registration).order_by(Registration.id.desc())).first()
        absent.state = "absent"
        w.commit()
    clock.travel(hours=4, minutes=59)
    assert "surveys_asked" not in survey.send()
    clock.travel(minutes=2)
    assert survey.send()["surveys_asked"] == 2
    assert "surveys_asked" not in survey.send()
    rows = survey.mails()
    assert [(row.recipient, row.locale, row.state) for row in rows] == [
        ("an@mot.example", "vi", "sent"),
        ("c1@x.example", "en", "sent"),
    ]
    assert rows[0].title == "Xin ý kiến về buổi gặp: Cà phê kỳ đầu"
    assert rows[1].title == "How was it? Cà phê kỳ đầu"
    assert "It can be answered until 16/11/2026" in survey.text(rows[1])
    html = survey.text(rows[1], "html")
    assert [f"?mark={mark}" in html for mark in range(1, 6)] == [True] * 5
    assert rows[0].expires_at - rows[0].created_at == timedelta(days=14)


def test_who_is_checked_in_late_is_asked_all_the_same(survey: Any, clock: Any, work: Any) -> None:
    survey.ask(1)
    with work() as w:
        survey._enterprise(w, w.get(Session, survey.province.session))
        w.commit()
    assert survey.send()["surveys_asked"] == 1


def test_a_death_before_the_commit_asks_nobody_twice(survey: Any, clock: Any, work: Any) -> None:
    survey.hold(2)
    clock.travel(hours=6)
    with work() as w:
        assert asking.ask_due(w) == {"surveys_asked": 2}
        # Dies here: neither the row nor the message is there.
    assert asks(work) == len(survey.mails()) == 0
    assert survey.send()["surveys_asked"] == 2
    assert asks(work) == len(survey.mails()) == 2


def test_a_death_after_the_commit_asks_nobody_twice(survey: Any, clock: Any, work: Any) -> None:
    survey.hold(2)
    clock.travel(hours=6)
    with work() as w:
        asking.ask_due(w)
        w.commit()
        # Dies here: the messages were not sent.
    counts = survey.send()
    assert (counts.get("surveys_asked", 0), counts["sent"]) == (0, 2)
    assert len(survey.mails()) == 2


def test_whom_another_worker_asked_in_the_meantime_is_left_to_it(
    survey: Any, clock: Any, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey.ask(2)
    # As if it had looked before the other had committed.
    monkeypatch.setattr(asking, "exists", lambda: select(Ask.id).where(Ask.id < 0).exists())
    with work() as w:
        assert asking.ask_due(w) == {}
        w.commit()
    assert len(survey.mails()) == 2


def test_who_turned_reminders_off_is_asked_nothing(survey: Any, clock: Any, work: Any) -> None:
    survey.hold(3)
    with work() as w:
        mute(w, "AN@mot.example", "session_reminder")
        mute(w, "c1@x.example", "survey_outcome")
        w.commit()
    clock.travel(hours=6)
    survey.send()
    assert [row.state for row in survey.mails()] == ["superseded", "superseded", "sent"]


def test_the_mail_can_be_switched_off_by_one_click(survey: Any) -> None:
    survey.ask(1)
    (row,) = survey.mails()
    assert "/unsubscribe/" in survey.text(row)


def test_who_cannot_be_reached_is_not_asked(survey: Any, clock: Any, work: Any) -> None:
    survey.hold(2)
    with work() as w:
        w.db.scalars(select(Contact).where(Contact.email == "c1@x.example")).one().email_dead_at = w.now
        w.commit()
    clock.travel(hours=6)
    assert survey.send()["surveys_asked"] == 1


def test_a_session_long_over_is_not_asked_about(survey: Any, clock: Any) -> None:
    survey.hold(1)
    clock.travel(days=20)
    assert "surveys_asked" not in survey.send()


def test_a_programme_that_asks_nothing_asks_nobody(survey: Any, clock: Any) -> None:
    organiser = survey.province.as_("organizer")
    page = "/organize/surveys/ca-phe"
    assert organiser.fill(page, {"is_on": None, "outcome_is_on": None}).status_code == 200
    survey.hold(2)
    survey.province.order(to="closed")
    clock.travel(days=1)
    survey.send()
    clock.travel(days=30)
    survey.send()
    assert survey.mails() == survey.mails("survey_outcome") == []


def test_the_delay_is_the_programmes(survey: Any, clock: Any) -> None:
    typed = {"delay": "2", "unit": "days", "open_days": "5"}
    assert survey.province.as_("organizer").fill("/organize/surveys/ca-phe", typed).status_code == 200
    survey.hold(1)
    clock.travel(days=2, hours=1)
    assert "surveys_asked" not in survey.send()
    clock.travel(hours=2)
    assert survey.send()["surveys_asked"] == 1
    (row,) = survey.mails()
    assert row.expires_at - row.created_at == timedelta(days=5)


def test_one_turn_asks_a_bounded_number_and_an_idle_one_costs_little(
    survey: Any, clock: Any, work: Any, query_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey.hold(5)
    clock.travel(hours=6)
    monkeypatch.setattr(asking, "A_TURN", 3)
    for asked in (3, 2):
        with work() as w:
            assert asking.ask_due(w) == {"surveys_asked": asked}
            w.commit()
    with query_counter() as statements, work() as w:
        assert asking.ask_due(w) == {}
    assert len(statements) == 4, statements
    recipients = [row.recipient for row in survey.mails()]
    assert len(recipients) == len(set(recipients)) == 5


def test_a_confirmed_solution_is_asked_about_after_thirty_days(survey: Any, clock: Any) -> None:
    number = survey.province.order(to="closed")
    clock.travel(days=29)
    assert "outcomes_asked" not in survey.send()
    clock.travel(days=1, minutes=1)
    assert survey.send()["outcomes_asked"] == 1
    assert "outcomes_asked" not in survey.send()
    (row,) = survey.mails("survey_outcome")
    assert (row.recipient, row.state, row.subject) == (
        "an@mot.example",
        "sent",
        survey.province.row(number).subject,
    )
    assert "không bao giờ công khai riêng số liệu" in survey.text(row)


def test_silence_and_conduct_are_not_asked_about(survey: Any, clock: Any) -> None:
    survey.province.order("Cán bộ nhũng nhiễu", to="closed", kind="conduct")
    silent = survey.province.order("Không trả lời", to="closed")
    survey.province.do(silent, lambda w, f: setattr(f, "closing", "no_response"))
    clock.travel(days=31)
    survey.send()
    assert survey.mails("survey_outcome") == []


def test_what_was_reopened_before_the_mail_left_is_not_asked_about(survey: Any, clock: Any, work: Any) -> None:
    number = survey.province.order(to="closed")
    clock.travel(days=31)
    with work() as w:
        asking.ask_due(w)
        w.commit()
    survey.province.do(number, lambda w, f: setattr(f, "state", "assigned"))
    survey.send()
    assert [row.state for row in survey.mails("survey_outcome")] == ["superseded"]


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        ("survey_session", "en", "Answer the questions"),
        ("survey_session", "vi", "Trả lời câu hỏi"),
        ("survey_outcome", "en", "Say what it brought"),
        ("survey_outcome", "vi", "Cho biết kết quả mang lại"),
    ],
)
def test_organisers_see_both_mails_before_one_is_sent(survey: Any, kind: str, language: str, words: str) -> None:
    organiser = survey.province.as_("organizer")
    assert f"/organize/messages/{kind}" in organiser.get("/organize/messages/").text
    survey.hold(1)
    survey.province.order(to="closed")
    shown = organiser.get(f"/organize/messages/{kind}?language={language}")
    assert words in shown.text
    assert not re.search(r"/survey/[\w-]{38}", shown.text)
    assert asks(survey.work) == len(survey.mails()) == 0, "looking asks nobody"


def test_the_secret_of_a_link_is_its_readers_alone(survey: Any) -> None:
    (path,) = survey.ask(1)
    (row,) = survey.mails()
    organiser = survey.province.as_("organizer")
    for address in (f"/organize/outbox/{row.id}", f"/organize/outbox/{row.id}/html"):
        page = organiser.get(address)
        assert page.status_code == 200, address
        assert path.rpartition("/")[2] not in page.text
