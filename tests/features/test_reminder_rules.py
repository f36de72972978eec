"""The rules of reminders as organisers keep them: data, and what a change of them plans anew (G1, G2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from meetup.errors import Stale
from meetup.programmes.models import Programme
from meetup.reminders import keeping
from meetup.reminders import service as reminders
from meetup.reminders.models import Reminder, ReminderReplan, ReminderRule
from meetup.reminders.rules import as_rule, rules
from tests.features.following import Province, build, worker
from tests.features.reminding import (
    change,
    invite,
    keep,
    planned,
    rule,
    session_of,
    switch,
    travel,
)
from tests.rig.racing import at_once


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


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
    assert [one[0] for one in planned(province, subject)] == ["session:4d", "session:1d", "session:2h", "report:+3w"]
    keep(province, lambda w: keeping.give_back(w, w.db.scalars(select(Programme)).one()))
    worker(site)
    assert [one[0] for one in planned(province, subject)] == ["session:7d", "session:2h", "report:+3w"]


def test_whom_and_what_is_sent_are_the_rules(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    keep(province, lambda w: keeping.add(w, None, rule("due", "head", 2, "w", channel="mail")))
    province.order()
    travel(clock, "2026-11-12T08:00")
    worker(site)
    assert [mail["Subject"] for mail in smtp.to("gd.stc@province.example") if "Kính nhắc" in mail["Subject"]]
    assert not [mail for mail in smtp.to("stc@province.example") if "Kính nhắc" in mail["Subject"]]


@pytest.mark.parametrize("people", [3])
def test_two_first_changes_at_once_make_one_set_of_rules(province: Province, people: int) -> None:

    def turn() -> str:
        with province.work(province.actor("organizer")) as w:
            keeping.take_over(w)
            w.commit()
        return "kept"

    came = at_once(*[turn] * people, forgive=(Stale,))
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
        ("report:+3w", "18/11 11:00"),
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
    assert [one[0] for one in planned(province, subject)] == ["session:2h", "report:+3w"]
    switch(province, "session:7d", on=True)
    switch(province, "session:1d", on=True)
    worker(site)
    assert [one[0] for one in planned(province, subject)] == ["session:1d", "session:2h", "report:+3w"]
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

    def turn() -> None:
        for _again in range(3):
            with province.work() as w:
                done.append(reminders.replan_some(w))
                w.commit()

    at_once(*[turn] * people)
    assert sum(done) == 5
    with province.work(write=False) as w:
        rows = w.db.execute(select(Reminder.rule, Reminder.subject, Reminder.target_at)).all()
    assert len(rows) == len(set(rows))
