"""Sums that the scorecards keep of what is closed: at every moment the figures of a recount."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from meetup.domain.scoring import median_days, tenths_of_a_day
from meetup.errors import MeetupError
from meetup.followups import service
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.scorecards import settled, tallies
from meetup.scorecards.achievements import Achievements, achievements
from meetup.scorecards.counting import counted, lengths, live, medians
from meetup.scorecards.models import Duration, Settled, Tally
from meetup.scorecards.queries import cards, whole
from tests.features.following import ANSWER, Province, build, run_worker, worker
from tests.rig.racing import at_once


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def figures(w: Any, *, kept: bool) -> dict[str, Any]:
    """Everything that the pages say of all the time, with the kept sums or without."""
    source = replace(live(w), kept=kept)
    found: dict[str, Any] = {by: counted(w, source, by) for by in ("", "department", "field", "month")}
    found |= {f"medians {by}": medians(w, source, by) for by in ("", "department", "field")}
    found["cards"] = [cards(w, source, by) for by in ("department", "field")]
    return {**found, "whole": whole(w, source), "lengths": lengths(w, source, "field")}


def recounted(w: Any) -> Achievements:
    """What was achieved, by the issues themselves, one by one."""
    rows = [row for row in w.db.scalars(select(Issue)) if row.state not in {"withdrawn", "merged"}]
    ends: dict[int, set[str]] = {}
    for issue, closing in w.db.execute(select(FollowUp.issue_id, FollowUp.closing)):
        ends.setdefault(issue, set()).add(closing)
    answered = [row for row in rows if row.state in {"answered", "resolved"} and row.answered_at]
    lengths = Counter(tenths_of_a_day(row.received_at, row.answered_at) for row in answered)
    return Achievements(
        sessions_held=achievements(w).sessions_held,
        issues_raised=len(rows),
        issues_answered=len(answered),
        issues_confirmed=sum(ends.get(row.id) == {"confirmed"} for row in answered),
        median_days=median_days(lengths),
    )


def is_right(province: Province) -> None:
    with province.work(write=False) as w:
        assert figures(w, kept=True) == figures(w, kept=False)
        assert [str(one) for one in [*tallies.verify(w), *settled.verify(w)]] == []
        assert achievements(w) == recounted(w)


def kept(province: Province) -> int:
    with province.work(write=False) as w:
        return tallies.number(w)


#: What may be done to a follow-up; most of it is refused at most moments, which is part of the law.
STEPS: dict[str, Any] = {
    "accept": lambda w, f: service.accept(w, f),
    "progress": lambda w, f: service.progress(w, f, text="Đang xem."),
    "transfer": lambda w, f: service.request_transfer(w, f, to=_other(w, f), reason="Lý do.", ground="Căn cứ."),
    "take": lambda w, f: service.accept_transfer(w, f),
    "answer": lambda w, f: service.answer(w, f, text=ANSWER),
    "send back": lambda w, f: service.send_back(w, f, reason="Chưa rõ."),
    "verify": lambda w, f: service.verify(w, f),
    "confirm": lambda w, f: service.confirm(w, f, satisfaction=1 + f.id % 5),
    "reopen": lambda w, f: service.reopen(w, f, reason="Chưa xong."),
}


def _other(w: Any, f: FollowUp) -> Any:
    from meetup.departments.models import Department

    return w.db.scalars(select(Department).where(Department.id != f.lead_department_id).order_by(Department.id)).first()


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    plan=st.lists(
        st.tuples(
            st.sampled_from([*STEPS, *["accept", "answer", "verify", "confirm"] * 3, "lapse", "worker"]),
            st.integers(0, 2),
        ),
        min_size=10,
        max_size=40,
    ),
    hours=st.integers(1, 90),
)
def test_whatever_happens_the_figures_are_those_of_a_recount(
    province: Province, clock: Any, plan: list[tuple[str, int]], hours: int
) -> None:
    numbers = [province.order(f"Việc {at}", lead=lead) for at, lead in enumerate(("STC", "SXD", "STC"))]
    for step, which in plan:
        clock.travel(by=timedelta(hours=hours))
        if step == "worker":
            with province.work() as w:
                tallies.add_closed(w, limit=2)
                w.commit()
        elif step == "lapse":
            with province.work() as w:
                service.lapse_unanswered(w)
                w.commit()
        else:
            try:
                province.do(numbers[which], STEPS[step])
            except MeetupError:
                continue
    is_right(province)
    with province.work() as w:
        tallies.add_closed(w)
        w.commit()
    is_right(province)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(("assigned", "accepted", "answered", "verified", "closed", "closed", "closed")),
            st.integers(0, 400 * 24),
            st.none() | st.integers(0, 90 * 24 * 3600),
            st.none() | st.integers(1, 5),
            st.integers(0, 3),
            st.sampled_from(("STC", "SXD")),
        ),
        min_size=1,
        max_size=25,
    ),
    steps=st.lists(st.integers(1, 9), max_size=4),
)
def test_so_many_at_a_time_they_are_the_same(province: Province, rows: Any, steps: list[int]) -> None:
    with province.work() as w:
        for model in (FollowUp, Tally, Duration):
            w.db.execute(delete(model))
        issue = province.issue(w)
        today = w.now.astimezone(w.zone).date()
        for at, (state, ago, took, mark, moved, lead) in enumerate(rows):
            assigned = w.now - timedelta(hours=ago)
            done = assigned + timedelta(seconds=took or 0)
            w.db.add(
                FollowUp(
                    number=200_000 + at, issue_id=issue.id, enterprise_id=issue.enterprise_id, task="Việc", state=state,
                    lead_department_id=province.departments[lead], assigned_at=assigned, due_on=today,
                    first_due_on=today - timedelta(days=ago // 48), first_response_at=None if took is None else done,
                    answered_at=done if state in {"answered", "verified", "closed"} else None,
                    closed_at=done + timedelta(hours=moved) if state == "closed" else None,
                    closing=("confirmed" if mark else "no_response") if state == "closed" else "",
                    satisfaction=mark if state == "closed" else None, transfers=moved, extensions=moved % 2,
                    reopenings=moved // 2, created_at=w.now, changed_at=w.now,
                )
            )  # fmt: skip
        w.commit()
    for step in steps:
        with province.work() as w:
            tallies.add_closed(w, limit=step)
            w.commit()
        is_right(province)


def test_the_worker_adds_what_is_closed_once(province: Province, site: Any) -> None:
    province.order("Còn mở")
    for at in range(3):
        province.order(f"Việc {at}", to="closed")
    before = province.as_("leader").soup("/leader/").get_text(), province.as_("nobody").soup("/results/").get_text()
    assert worker(site)["tallied"] == 3
    assert run_worker(site)["tallied"] == 0
    assert kept(province) == 3
    is_right(province)
    assert (
        province.as_("leader").soup("/leader/").get_text(),
        province.as_("nobody").soup("/results/").get_text(),
    ) == before


def test_two_workers_at_once_add_each_once(province: Province) -> None:
    for at in range(6):
        province.order(f"Việc {at}", to="closed")

    def turn() -> int:
        with province.work() as w:
            done = tallies.add_closed(w, limit=4)
            w.commit()
        return done

    assert sum(done for done in at_once(*[turn] * 4) if isinstance(done, int)) == 6
    assert kept(province) == 6
    is_right(province)


def test_cut_off_in_the_middle_nothing_is_added(province: Province) -> None:
    for at in range(2):
        province.order(f"Việc {at}", to="closed")
    with pytest.raises(KeyboardInterrupt), province.work() as w:
        tallies.add_closed(w)
        raise KeyboardInterrupt
    assert kept(province) == 0
    is_right(province)


#: What somebody does to the database by hand, and what is said of it.
BY_HAND = {
    "a sum": (update(Tally).where(Tally.by == "department").values(on_time=7), "department STC: on_time is kept as 7"),
    "a length": (update(Duration).where(Duration.by == "field").values(times=9), "is kept as 9"),
    "a row that is gone": (delete(Tally).where(Tally.by == "month"), "month 2026-11: assigned is kept as 0"),
    "a follow-up": (update(FollowUp).values(closing="no_response"), "department STC: confirmed is kept as 2"),
    "a mark": (update(FollowUp).values(tallied=False), "department STC: assigned is kept as 2, a recount gives 0"),
    "an issue's sum": (update(Settled).values(times=5), "programme ca-phe: confirmed after 0 is kept as 5"),
    "an issue's mark": (update(Issue).values(tallied=False), "confirmed after 0 is kept as 2, a recount gives 0"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_what_was_changed_by_hand_is_found_and_mended(province: Province, site: Any, what: str) -> None:
    statement, said = BY_HAND[what]
    for at in range(2):
        province.order(f"Việc {at}", to="closed")
    worker(site)
    runner = site.test_cli_runner()
    good = runner.invoke(args=["meetup", "scorecards", "verify"])
    assert (good.exit_code, good.stdout) == (0, "2 closed follow-ups and 2 issues, every sum is what a recount gives\n")
    with province.work() as w:
        w.db.execute(statement)
        w.commit()
    bad = runner.invoke(args=["meetup", "scorecards", "verify"])
    assert bad.exit_code == 1
    assert said in bad.stderr
    assert bad.stderr.splitlines()[-1].endswith("mend them with --mend")
    assert runner.invoke(args=["meetup", "scorecards", "verify", "--mend"]).exit_code == 0
    assert runner.invoke(args=["meetup", "scorecards", "verify"]).exit_code == 0
    is_right(province)


def test_an_older_process_that_knows_no_sums_does_no_harm(province: Province, site: Any) -> None:
    """What it closes is marked by nobody, so the next worker finds it."""
    province.order("Việc", to="closed")
    worker(site)
    with province.work() as w:
        row = province.row(province.order("Việc của bản cũ", to="verified"))
        values = {"state": "closed", "closing": "confirmed", "closed_at": w.now, "satisfaction": 4}
        w.db.execute(update(FollowUp).where(FollowUp.id == row.id).values(**values))
        w.commit()
    is_right(province)
    assert worker(site)["tallied"] == 1
    is_right(province)


def test_history_is_not_counted_again(province: Province, site: Any, mount: Any) -> None:
    """The rows that are read are those that are not tallied, by their index."""
    for at in range(3):
        province.order(f"Việc {at}", to="closed")
    worker(site)
    with province.work(write=False) as w:
        fresh = live(w).fresh(func.count())
        assert w.db.scalar(fresh) == 0
        if w.db.get_bind().dialect.name == "sqlite":
            text = str(fresh.compile(w.db.get_bind(), compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row) for row in w.db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
            assert "ix_meetup_follow_up_untallied" in plan, plan
        assert w.db.scalar(select(func.count()).select_from(Issue)) > 0


def test_days_that_are_no_whole_history_are_counted_from_their_rows(province: Province, site: Any) -> None:
    province.order("Việc", to="closed")
    worker(site)
    with province.work(write=False) as w:
        today = w.now.astimezone(w.zone).date()
        assert counted(w, live(w, today, today))[""]["closed"] == 1
        assert counted(w, live(w, today + timedelta(days=1))) == {}
    assert kept(province) == 1
