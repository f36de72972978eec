"""Passing on and putting off: exactly one lead at every moment, and a clock that never restarts."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from meetup.errors import InvalidInput, MeetupError, NotAllowed, Stale
from meetup.followups import service
from tests.features.following import ANSWER, Province, build, worker
from tests.rig.racing import at_once


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def lead(province: Province, number: int) -> str:
    key = province.row(number).lead_department_id
    return next(code for code, one in province.departments.items() if one == key)


def ask(province: Province, number: int, to: str = "SXD", who: str = "STC") -> Any:
    page = province.page(number)
    return province.as_(who).fill(
        page,
        {"to": to, "reason": "Thuộc nhiệm vụ của sở bạn.", "ground": "Quyết định 12/2025/QĐ-UBND"},
        form=f"{page}/transfer",
    )


def test_asked_and_taken_over(province: Province, site: Any, smtp: Any) -> None:
    number = province.order(to="accepted")
    due = province.row(number).due_on
    ask(province, number)
    f = province.row(number)
    assert (f.state, lead(province, number), f.due_on) == ("transfer_requested", "STC", due)
    (asked,) = province.transfers(number)
    assert (asked.answer_by, asked.decision) == (date(2026, 11, 3), "")
    worker(site)
    letter = smtp.last("sxd@province.example")
    assert "Thuộc nhiệm vụ của sở bạn." in letter.text
    assert "Quyết định 12/2025" in letter.text
    receiver, page = province.as_("SXD"), province.page(number)
    assert "Hoàn thuế" in receiver.get("/department/").text
    smtp.clear()
    receiver.fill(page, form=f"{page}/accept-transfer")
    f = province.row(number)
    assert (f.state, lead(province, number), f.due_on, f.transfers) == ("assigned", "SXD", due, 1)
    assert f.transfer_to_id is None
    assert province.transfers(number)[0].decision == "accepted"
    worker(site)
    assert smtp.to("stc@province.example")
    assert [mail for mail in smtp.to("sxd@province.example") if f"{due:%d/%m/%Y}" in mail.text]
    assert province.as_("STC").get(page).status_code == 404, "who passed it on still reads it"


def test_refused_it_goes_back_to_where_it_was(province: Province, site: Any, smtp: Any) -> None:
    for state in ("assigned", "accepted"):
        number = province.order(to="" if state == "assigned" else state)
        ask(province, number)
        page = province.page(number)
        province.as_("SXD").fill(page, {"reason": "Không thuộc chúng tôi."}, form=f"{page}/refuse-transfer")
        assert (province.state(number), lead(province, number)) == (state, "STC")
        assert province.row(number).transfers == 0
    worker(site)
    assert "Không thuộc chúng tôi." in smtp.last("stc@province.example").text


def test_from_the_second_time_on_only_chair_or_organiser(province: Province, site: Any, smtp: Any) -> None:
    number = province.order()
    ask(province, number)
    province.do(number, lambda w, f: service.accept_transfer(w, f), who="SXD")
    smtp.clear()
    ask(province, number, to="THUE", who="SXD")
    worker(site)
    assert smtp.to("to-chuc@province.example")
    assert not smtp.to("thue@province.example")
    for step in (
        lambda w, f: service.accept_transfer(w, f),
        lambda w, f: service.refuse_transfer(w, f, reason="Không."),
        lambda w, f: service.decide_transfer(w, f, to=province.department(w, "SXD"), reason="Vậy."),
    ):
        with pytest.raises(NotAllowed) as refused:
            province.do(number, step, who="THUE")
        assert "chair or the organiser" in refused.value.say()
    page = province.page(number)
    assert "Hoàn thuế" in province.as_("leader").get("/leader/").text
    response = province.as_("leader").fill(
        page, {"to": "STC", "reason": "Sở Tài chính làm đến cùng."}, form=f"{page}/decide-transfer"
    )
    assert response.status_code == 200
    f = province.row(number)
    assert (f.state, lead(province, number), f.transfers, f.due_on) == ("assigned", "STC", 2, f.first_due_on)
    assert [one.decision for one in province.transfers(number)] == ["accepted", "decided"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"to": ""}, "to"),
        ({"reason": " "}, "reason"),
        ({"ground": ""}, "ground"),
        ({"to": "NOBODY"}, "to"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
def test_a_transfer_needs_receiver_reason_and_ground(province: Province, typed: Any, field: str) -> None:
    number = province.order()
    page = province.page(number)
    values = {"to": "SXD", "reason": "Lý do.", "ground": "Căn cứ.", **typed}
    response = province.as_("STC").fill(page, values, form=f"{page}/transfer")
    assert response.status_code == 422
    assert f'id="transfer-{field}-error"' in response.text
    assert province.state(number) == "assigned"


def test_to_oneself_is_no_transfer(province: Province) -> None:
    number = province.order()
    with pytest.raises(InvalidInput):
        province.do(
            number,
            lambda w, f: service.request_transfer(w, f, to=province.department(w, "STC"), reason="a", ground="b"),
        )


def test_without_an_answer_the_organiser_hears_of_it(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    number = province.order()
    ask(province, number)
    worker(site)
    smtp.clear()
    clock.travel(to="2026-11-03T16:00")
    worker(site)
    assert not smtp.to("to-chuc@province.example")
    clock.travel(to="2026-11-04T08:05")
    worker(site)
    assert [mail for mail in smtp.to("to-chuc@province.example") if str(number) in mail["Subject"]]


def test_more_time(province: Province, site: Any, smtp: Any) -> None:
    number = province.order(to="accepted")
    page, organizer = province.page(number), province.as_("organizer")
    province.as_("STC").fill(page, {"due_on": "23/11/2026", "reason": "Chờ xác minh."}, form=f"{page}/extend")
    f = province.row(number)
    assert (f.due_on, f.extensions) == (date(2026, 11, 16), 0)
    worker(site)
    assert "Chờ xác minh." in smtp.last("to-chuc@province.example").text
    assert str(number) in organizer.get("/organize/follow-ups/").text
    organizer.fill(page, {"reason": "Lần này thôi."}, form=f"{page}/grant-extension")
    f = province.row(number)
    assert (f.due_on, f.first_due_on, f.extensions) == (date(2026, 11, 23), date(2026, 11, 16), 1)
    worker(site)
    assert "23/11/2026" in smtp.last("an@mot.example").text
    assert "Lần này thôi." in smtp.last("stc@province.example").text
    with pytest.raises(InvalidInput):
        province.do(
            number, lambda w, f: service.request_extension(w, f, due_on=date(2026, 12, 1), reason="Nữa."), who="STC"
        )


def test_more_time_is_refused_with_a_reason(province: Province, site: Any, smtp: Any) -> None:
    number = province.order(to="accepted")
    page, organizer = province.page(number), province.as_("organizer")
    province.as_("STC").fill(page, {"due_on": "2026-11-23", "reason": "Chờ."}, form=f"{page}/extend")
    missing = organizer.fill(page, {"reason": ""}, form=f"{page}/refuse-extension")
    assert missing.status_code == 422
    organizer.fill(page, {"reason": "Đủ thời gian rồi."}, form=f"{page}/refuse-extension")
    assert province.row(number).due_on == date(2026, 11, 16)
    assert province.extensions(number)[0].decision == "refused"
    worker(site)
    assert "Đủ thời gian rồi." in smtp.last("stc@province.example").text
    (row,) = province.extensions(number)
    with pytest.raises(Stale):
        province.do(number, lambda w, f: service.grant_extension(w, w.get(type(row), row.id)))


@pytest.mark.parametrize(
    ("typed", "on"),
    [
        ({"due_on": "16/11/2026"}, "2026-11-03T09:00"),
        ({"due_on": "20/11/2026"}, "2026-11-16T09:00"),
        ({"due_on": "31/02/2027"}, "2026-11-03T09:00"),
        ({"due_on": "01/01/2029"}, "2026-11-03T09:00"),
        ({"due_on": "20/11/2026", "reason": ""}, "2026-11-03T09:00"),
    ],
)
def test_what_is_no_extension(province: Province, clock: Any, typed: Any, on: str) -> None:
    number = province.order(to="accepted")
    page, officer = province.page(number), province.as_("STC")
    opened = officer.soup(page)
    clock.travel(to=on)
    response = officer.send(opened, page, {"reason": "Chờ xác minh.", **typed}, form=f"{page}/extend")
    assert response.status_code == 422
    assert typed["due_on"] in response.text
    assert not province.extensions(number)


def test_two_officers_take_it_on_at_once(province: Province) -> None:
    number = province.order()
    ends = at_once(
        *[lambda: province.do(number, lambda w, f: service.accept(w, f), who="STC")] * 2, forgive=(MeetupError,)
    )
    assert sum(isinstance(end, MeetupError) for end in ends) == 1
    row = province.row(number)
    assert (row.state, row.version) == ("accepted", 2)


def test_confirmed_and_lapsed_at_once(province: Province, site: Any, clock: Any) -> None:
    number = province.order(to="verified")
    clock.travel(to="2026-11-17T08:00")

    def lapse() -> None:
        with province.work() as w:
            service.lapse_unanswered(w)
            w.commit()

    ends = at_once(
        lambda: province.do(number, lambda w, f: service.confirm(w, f, satisfaction=5)), lapse, forgive=(MeetupError,)
    )
    row = province.row(number)
    assert row.state == "closed"
    assert (row.closing, row.satisfaction) in {("confirmed", 5), ("no_response", None)}
    assert isinstance(ends[0], MeetupError) == (row.closing == "no_response")
    assert len(province.mails("follow_up_closed", "an@mot.example")) == 1


def test_two_verified_at_once_make_one_answer(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        issue = province.issue(w)
        orders = [service.FollowUpOrder(province.department(w, code), "Việc", (), None, 5) for code in ("STC", "SXD")]
        rows = service.conclude(w, issue, text="Hai sở.", orders=orders)
        for f in rows:
            service.accept(w, f)
            service.answer(w, f, text=ANSWER)
        numbers = [f.number for f in rows]
        w.commit()
    at_once(*[partial(province.do, n, lambda w, f: service.verify(w, f)) for n in numbers])
    assert province.issue_state(numbers[0]) == "answered"


def test_passed_on_and_answered_at_once_has_one_lead(province: Province) -> None:
    number = province.order(to="accepted")
    at_once(
        lambda: province.do(
            number,
            lambda w, f: service.request_transfer(
                w, f, to=province.department(w, "SXD"), reason="Lý do.", ground="Căn cứ."
            ),
        ),
        lambda: province.do(number, lambda w, f: service.answer(w, f, text=ANSWER)),
        forgive=(MeetupError,),
    )
    row = province.row(number)
    assert row.state in {"answered", "transfer_requested"}
    assert lead(province, number) == "STC"
    assert len(province.transfers(number)) == (row.state == "transfer_requested")
