"""Sums of issues that came to an end: an issue that is reopened is in none, whoever adds it at that moment."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from meetup.api import achievements
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.scorecards import settled
from tests.features.following import Province, build, worker
from tests.rig.racing import at_once

REASON = "Vướng mắc cũ lại xảy ra ở lô hàng mới."


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def closed(province: Province, many: int) -> list[int]:
    """Issues that came to an end; gives their keys."""
    orders = [province.order(f"Việc {at}", to="closed") for at in range(many)]
    return [province.row(number).issue_id for number in orders]


def reopen(province: Province, key: int) -> None:
    with province.work(province.actor("organizer")) as w:
        issues.reopen(w, w.get(Issue, key), reason=REASON)
        w.commit()


def is_right(province: Province, answered: int) -> None:
    with province.work(write=False) as w:
        assert [str(one) for one in settled.verify(w)] == []
        assert achievements(w).issues_answered == answered
        assert achievements(w, w.db.scalars(select(Programme)).one()) == achievements(w)


def test_what_is_reopened_is_forgotten(province: Province, site: Any) -> None:
    keys = closed(province, 3)
    assert worker(site)["settled"] == 3
    is_right(province, 3)
    reopen(province, keys[0])
    is_right(province, 2)
    with province.work(write=False) as w:
        assert settled.number(w) == 2
        assert not w.get(Issue, keys[0]).tallied
    assert worker(site)["settled"] == 0


def test_a_reopening_that_is_taken_back_leaves_it_in(province: Province, site: Any) -> None:
    (key,) = closed(province, 1)
    worker(site)
    with province.work(province.actor("organizer")) as w:
        issues.reopen(w, w.get(Issue, key), reason=REASON)
        w.db.rollback()
    is_right(province, 1)


def test_what_was_withdrawn_is_marked_and_counted_nowhere(province: Province, site: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        registration = w.get(Registration, province.registration)
        issue = issues.submit(w, title="Rút lại", description="Không còn vướng mắc này.", registration=registration)
        issues.withdraw(w, issue)
        w.commit()
    assert worker(site)["settled"] == 1
    is_right(province, 0)
    with province.work(write=False) as w:
        assert (settled.number(w), achievements(w).issues_raised) == (0, 0)


def test_added_and_reopened_at_once(province: Province) -> None:
    keys = closed(province, 6)

    def add() -> None:
        with province.work() as w:
            settled.add_ended(w)
            w.commit()

    at_once(add, *[partial(reopen, province, key) for key in keys[:3]], add)
    is_right(province, 3)
    add()
    is_right(province, 3)


def test_history_is_not_counted_again(province: Province, site: Any) -> None:
    """The issues that are read are those that are in no sum, by their index."""
    closed(province, 3)
    worker(site)
    with province.work(write=False) as w:
        fresh = settled.came_to(w, ~Issue.tallied)
        assert w.db.execute(fresh).all() == []
        if w.db.get_bind().dialect.name == "sqlite":
            text = str(fresh.compile(w.db.get_bind(), compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row) for row in w.db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
            assert "ix_meetup_issue_untallied" in plan, plan
