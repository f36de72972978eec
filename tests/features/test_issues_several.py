"""Several issues decided on at once: all or none, each with its own mail, nothing taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from meetup.departments.models import Department, Field
from meetup.issues import service
from meetup.issues.queries import by_number
from meetup.outbox.models import Outgoing
from tests.features.issuing import ORGANIZER, Province, build, officer
from tests.rig.visitor import Visitor, parse

QUEUE = "/organize/issues/"
SEVERAL = "/organize/issues/several"


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


def test_ticked_in_the_list_and_taken_on(desk: Visitor, province: Province) -> None:
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(3)]
    left = province.raise_issue("Điện ba pha")
    page = desk.fill(QUEUE, {"number": [str(one) for one in numbers]}, form="form[data-issue-several]")
    assert page.status_code == 200
    listed = [h.get_text() for h in parse(page).select(".mu-work h2")]
    assert listed == ["Thuê đất số 0", "Thuê đất số 1", "Thuê đất số 2"]
    before = len(kinds(province))
    done = desk.send(parse(page), SEVERAL, {"field": "land", "lead_department": "SNNMT"}, form=f"{SEVERAL}/accept")
    assert "3 issues are taken on." in done.text
    assert [province.issue(one).state for one in (*numbers, left)] == ["accepted"] * 3 + ["submitted"]
    assert kinds(province)[before:] == ["issue_accepted", "issue_assigned"] * 3
    again = desk.soup(path(*numbers))
    assert "decided on already" in again.get_text()
    assert again.select_one(f'form[action="{SEVERAL}/accept"]') is None


def test_declined_with_one_reason(desk: Visitor, province: Province) -> None:
    numbers = [province.raise_issue(f"Khiếu nại {n}") for n in range(2)]
    empty = desk.fill(path(*numbers), {"reason": ""}, form=f"{SEVERAL}/decline")
    assert empty.status_code == 422
    assert parse(empty).select_one("#reason-error") is not None
    assert len(parse(empty).select(f'form[action="{SEVERAL}/decline"] [name=number]')) == 2
    done = desk.send(parse(empty), SEVERAL, {"reason": "Gửi Thanh tra tỉnh."}, form=f"{SEVERAL}/decline")
    assert "2 issues are not taken on" in done.text
    assert {province.issue(one).decline_reason for one in numbers} == {"Gửi Thanh tra tỉnh."}


def test_what_each_of_them_says_is_enough(desk: Visitor, province: Province, work: Any) -> None:
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
    assert province.issue(told).lead_department_id == province.land


def test_one_that_somebody_was_quicker_with_keeps_all_back(desk: Visitor, province: Province, work: Any) -> None:
    numbers = [province.raise_issue(f"Thuê đất số {n}") for n in range(2)]
    page = desk.soup(path(*numbers))
    with work() as w:
        service.decline(w, by_number(w.db, numbers[1]), reason="Trùng")
        w.commit()
    late = desk.send(page, SEVERAL, {"field": "land", "lead_department": "SNNMT"}, form=f"{SEVERAL}/accept")
    assert late.status_code == 422
    assert province.issue(numbers[0]).state == "submitted"
    assert "decided on already" in late.text


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
