"""Several issues decided on at once: all or none, each with its own mail; for a minute it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.departments.models import Department, Field
from meetup.errors import Refused
from meetup.issues import service
from meetup.issues.queries import by_number
from meetup.outbox.models import Outgoing
from meetup.outbox.worker import due_work
from meetup.plugins.hookspecs import hookimpl
from tests.features.following import run_worker
from tests.features.issuing import ORGANIZER, Province, build, officer
from tests.rig.racing import at_once
from tests.rig.visitor import Visitor, parse

QUEUE = "/organize/issues/"
SEVERAL = "/organize/issues/several"
TAKE_BACK = f"{SEVERAL}/take-back"


@pytest.fixture
def province(mount: Any, work: Any) -> Province:
    return build(mount, work)


@pytest.fixture
def desk(client: Visitor, province: Province) -> Visitor:
    province.sign_in(ORGANIZER)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def path(*numbers: int) -> str:
    return f"{SEVERAL}?{'&'.join(f'number={number}' for number in numbers)}"


def kinds(province: Province) -> list[str]:
    with province.work(write=False) as w:
        return list(w.db.scalars(select(Outgoing.kind).order_by(Outgoing.id)))


@pytest.fixture
def minute(site: Any, clock: Any) -> Callable[[], dict[str, Any]]:
    """A minute goes by, and the worker comes; its counts."""

    def goes_by() -> dict[str, Any]:
        clock.travel(seconds=61)
        return run_worker(site)

    return goes_by


def decide(desk: Visitor, *numbers: int, reason: str = "") -> Any:
    """Take them on, or decline them; the list that comes after it."""
    if reason:
        return desk.fill(path(*numbers), {"reason": reason}, form=f"{SEVERAL}/decline")
    return desk.fill(path(*numbers), {"field": "land", "lead_department": "SNNMT"}, form=f"{SEVERAL}/accept")


def states(province: Province, *numbers: int) -> list[str]:
    return [province.issue(one).state for one in numbers]


def test_ticked_in_the_list_and_taken_on(desk: Visitor, province: Province, minute: Any) -> None:
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(3)]
    left = province.raise_issue("Điện ba pha")
    page = desk.fill(QUEUE, {"number": [str(one) for one in numbers]}, form="form[data-issue-several]")
    assert page.status_code == 200
    listed = [h.get_text() for h in parse(page).select(".mu-work h2")]
    assert listed == ["Thuê đất số 0", "Thuê đất số 1", "Thuê đất số 2"]
    before = len(kinds(province))
    done = desk.send(parse(page), SEVERAL, {"field": "land", "lead_department": "SNNMT"}, form=f"{SEVERAL}/accept")
    assert "3 issues are taken on at 09:0" in done.text
    assert states(province, *numbers) == ["submitted"] * 3, "nothing has happened yet"
    assert kinds(province)[before:] == []
    assert minute()["bulk_decisions"] == 3
    assert states(province, *numbers, left) == ["accepted"] * 3 + ["submitted"]
    assert kinds(province)[before:] == ["issue_accepted", "issue_assigned"] * 3
    again = desk.soup(path(*numbers))
    assert "decided on already" in again.get_text()
    assert again.select_one(f'form[action="{SEVERAL}/accept"]') is None


def test_declined_with_one_reason(desk: Visitor, province: Province, minute: Any) -> None:
    numbers = [province.raise_issue(f"Khiếu nại {n}") for n in range(2)]
    empty = desk.fill(path(*numbers), {"reason": ""}, form=f"{SEVERAL}/decline")
    assert empty.status_code == 422
    assert parse(empty).select_one("#reason-error") is not None
    assert len(parse(empty).select(f'form[action="{SEVERAL}/decline"] [name=number]')) == 2
    done = desk.send(parse(empty), SEVERAL, {"reason": "Gửi Thanh tra tỉnh."}, form=f"{SEVERAL}/decline")
    assert "2 issues are declined at 09:0" in done.text
    minute()
    assert {province.issue(one).decline_reason for one in numbers} == {"Gửi Thanh tra tỉnh."}


def test_what_each_of_them_says_is_enough(desk: Visitor, province: Province, work: Any, minute: Any) -> None:
    with work(write=False) as w:
        field, lead = w.db.scalars(select(Field)).first(), w.get(Department, province.land)
    told = province.raise_issue("Có gợi ý", field=field, suggested_department=lead)
    vague = province.raise_issue("Không gợi ý")
    refused = desk.fill(path(told, vague), form=f"{SEVERAL}/accept")
    assert refused.status_code == 422
    assert f"Issue {vague} suggests no agency." in refused.text
    assert f"Issue {told}" not in refused.text
    assert province.issue(told).state == "submitted", "all, or none"
    assert desk.fill(path(told), form=f"{SEVERAL}/accept").status_code == 200
    minute()
    assert province.issue(told).lead_department_id == province.land


def test_one_that_somebody_was_quicker_with_keeps_all_back(
    desk: Visitor, province: Province, work: Any, minute: Any
) -> None:
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(2)]
    page = desk.soup(path(*numbers))
    with work() as w:
        service.decline(w, by_number(w.db, numbers[1]), reason="Trùng")
        w.commit()
    late = desk.send(page, SEVERAL, {"field": "land", "lead_department": "SNNMT"}, form=f"{SEVERAL}/accept")
    assert late.status_code == 422
    minute()
    assert province.issue(numbers[0]).state == "submitted"
    assert "decided on already" in late.text


def test_undone_within_the_minute(desk: Visitor, province: Province, minute: Any, clock: Any) -> None:
    numbers = [province.raise_issue(f"Khiếu nại {n}") for n in range(2)]
    before = kinds(province)
    page = parse(decide(desk, *numbers, reason="Gửi Thanh tra tỉnh."))
    assert [tag.get_text(strip=True) for tag in page.select("[data-issue-row] .mu-badge--info")] == ["Decided on"] * 2
    assert page.select("[data-issue-tick]") == [], "nobody decides on them twice"
    clock.travel(seconds=59)
    back = desk.send(page, QUEUE, form=TAKE_BACK)
    assert "too late" not in back.text
    assert parse(back).select(f'form[action="{TAKE_BACK}"]') == []
    assert len(parse(back).select("[data-issue-tick]")) == 2
    minute()
    assert states(province, *numbers) == ["submitted"] * 2
    assert kinds(province) == before, "nobody was told anything"
    # And decided on again, otherwise.
    decide(desk, *numbers)
    minute()
    assert states(province, *numbers) == ["accepted"] * 2


def test_too_late_to_undo(desk: Visitor, province: Province, minute: Any) -> None:
    number = province.raise_issue()
    page = parse(decide(desk, number))
    minute()
    late = desk.send(page, QUEUE, form=TAKE_BACK)
    assert "It is too late: it was done already." in late.text
    assert states(province, number) == ["accepted"]


@pytest.mark.parametrize("key", ["", "abc", "-1", "0", "9" * 30, "٣"])
def test_undoing_what_is_not_there(desk: Visitor, province: Province, key: str) -> None:
    page = parse(decide(desk, province.raise_issue()))
    after = desk.send(page, QUEUE, {"decision": key}, form=TAKE_BACK)
    assert "too late" in after.text
    assert len(parse(after).select(f'form[action="{TAKE_BACK}"]')) == 1, "the other one waits on"


def test_nobody_undoes_what_another_decided(desk: Visitor, province: Province, minute: Any) -> None:
    number = province.raise_issue()
    open_before = desk.soup(path(number))
    page = parse(decide(desk, number))
    province.sign_in(replace(ORGANIZER, id="8", name="Người khác"))
    assert parse(desk.get(QUEUE)).select(f'form[action="{TAKE_BACK}"]') == []
    assert "too late" in desk.send(page, QUEUE, form=TAKE_BACK).text
    assert "decided on already" in desk.get(path(number)).text
    # Who had the page open before is told the same.
    refused = desk.send(open_before, SEVERAL, {"reason": "Trùng"}, form=f"{SEVERAL}/decline")
    assert refused.status_code == 422
    assert "decided on already" in refused.text
    minute()
    assert states(province, number) == ["accepted"]


def test_it_is_the_step_of_whoever_decided(desk: Visitor, province: Province, minute: Any) -> None:
    number = province.raise_issue()
    decide(desk, number)
    minute()
    with province.work(write=False) as w:
        issue = by_number(w.db, number)
        entries = w.db.scalars(
            select(Activity).where(Activity.subject == f"issue:{issue.id}", Activity.action.endswith("accept"))
        ).all()
    assert [one.actor_name for one in entries] == [ORGANIZER.name]


def test_somebody_was_quicker_within_the_minute(desk: Visitor, province: Province, work: Any, minute: Any) -> None:
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(3)]
    decide(desk, *numbers)
    with work() as w:
        service.decline(w, by_number(w.db, numbers[1]), reason="Trùng")
        w.commit()
    before = kinds(province)
    minute()
    assert states(province, *numbers) == ["submitted", "declined", "submitted"], "all, or none"
    assert kinds(province) == before
    told = desk.soup(QUEUE)
    note = told.select_one("#decisions")
    assert note is not None
    assert "3 issues could not be decided on; all are as they were." in note.get_text()
    # It is said in the language that was read when it was decided, and put away.
    assert "declined" in note.get_text().lower()
    after = desk.send(told, QUEUE, form=TAKE_BACK)
    assert parse(after).select(f'form[action="{TAKE_BACK}"]') == []
    assert len(parse(after).select("[data-issue-tick]")) == 2


def test_what_could_not_be_done_is_forgotten_after_a_day(
    desk: Visitor, province: Province, work: Any, site: Any, minute: Any, clock: Any
) -> None:
    number = province.raise_issue()
    decide(desk, number)
    with work() as w:
        service.decline(w, by_number(w.db, number), reason="Trùng")
        w.commit()
    minute()
    assert "could not be decided on" in desk.get(QUEUE).text
    clock.travel(days=1)
    run_worker(site)
    assert "could not be decided on" not in desk.get(QUEUE).text


class Failing:
    """A plugin that forbids one change, or breaks at it, once it is told to."""

    error: Exception | None = None

    @hookimpl
    def meetup_before_change(self, work: Any, change: Any) -> None:
        if self.error and change.machine == "issue" and change.thing.title.endswith("số 1"):
            raise self.error


@pytest.mark.parametrize("error", [Refused("Chưa đủ hồ sơ."), ZeroDivisionError("x")], ids=["refuses", "breaks"])
def test_a_plugin_that_fails_at_one_keeps_all_back(
    desk: Visitor, province: Province, mount: Any, minute: Any, error: Exception
) -> None:
    plugin = Failing()
    mount.plugins.register(plugin, "failing")
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(2)]
    other = province.raise_issue("Điện ba pha")
    decide(desk, *numbers)
    decide(desk, other)
    plugin.error = error
    before = len(kinds(province))
    assert minute().get("faults", 0) == 0
    assert states(province, *numbers, other) == ["submitted", "submitted", "accepted"], "the others go on"
    assert kinds(province)[before:] == ["issue_accepted", "issue_assigned"]
    page = desk.get(QUEUE).text
    assert "2 issues could not be decided on" in page
    assert ("Chưa đủ hồ sơ." if isinstance(error, Refused) else "a fault of ours") in page


def test_two_workers_at_once(desk: Visitor, province: Province, mount: Any, clock: Any) -> None:
    numbers = [province.raise_issue(f"Số {n}") for n in range(6)]
    decide(desk, *numbers[:3])
    decide(desk, *numbers[3:])
    before = len(kinds(province))
    clock.travel(seconds=61)
    at_once(*[partial(due_work, mount)] * 4)
    assert states(province, *numbers) == ["accepted"] * 6
    assert sorted(kinds(province)[before:]) == ["issue_accepted"] * 6 + ["issue_assigned"] * 6


@pytest.mark.parametrize("query", ["", "number=", "number=abc", "number=99999999999999", "number=-1", "number=7"])
def test_nothing_chosen(desk: Visitor, province: Province, query: str) -> None:
    assert "Tick some in the list" in desk.get(f"{SEVERAL}?{query}").text


def test_who_may(desk: Visitor, province: Province) -> None:
    number = province.raise_issue()
    page = desk.soup(path(number))
    for who in (officer(province.land), None):
        province.sign_in(who)
        assert desk.get(path(number)).status_code in (302, 401, 403)
        answer = desk.send(page, SEVERAL, {"reason": "x"}, form=f"{SEVERAL}/decline", follow=False)
        assert answer.status_code in (302, 400, 401, 403)
    assert province.issue(number).state == "submitted"


def test_the_page_costs_the_same_however_many(desk: Visitor, province: Province, query_counter: Any) -> None:
    one = [province.raise_issue("Một")]
    with query_counter() as few:
        desk.get(path(*one))
    more = [province.raise_issue(f"Số {n}") for n in range(8)]
    with query_counter() as many:
        desk.get(path(*one, *more))
    assert len(many) == len(few)
