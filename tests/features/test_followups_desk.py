"""A follow-up at the desks: every arrow through the pages, who may, and what refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from meetup.errors import InvalidInput, NotAllowed, WrongState
from meetup.followups import queries, service
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.web.formats import format_size
from tests.features.following import ANSWER, Province, build, worker


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def test_the_short_way(province: Province, smtp: Any, site: Any) -> None:
    number = province.order()
    f = province.row(number)
    assert (f.state, f.due_on, f.first_due_on, f.issue.state) == (
        "assigned",
        date(2026, 11, 16),
        date(2026, 11, 16),
        "in_follow_up",
    )
    worker(site)
    (mail,) = smtp.to("stc@province.example")[-1:]
    assert "16/11/2026" in mail["Subject"]
    officer, organizer, nobody = province.as_("STC"), province.as_("organizer"), province.as_("nobody")
    page = province.page(number)
    assert "Hoàn thuế GTGT chậm" in officer.get("/department/").text
    officer.fill(page, {"officer": "Trần B"}, form=f"{page}/accept")
    assert province.state(number) == "accepted"
    officer.fill(page, {"text": "Đã kiểm tra hồ sơ."}, form=f"{page}/progress")
    officer.fill(page, {"text": "Nội bộ thôi.", "is_internal": "y"}, form=f"{page}/progress")
    officer.fill(
        page,
        {"outcome": "resolved", "text": ANSWER, "legal_references": "Luật Quản lý thuế 38/2019/QH14"},
        form=f"{page}/answer",
    )
    assert province.state(number) == "answered"
    own = province.own(number)
    assert ANSWER not in nobody.get(own).text, "an answer that nobody has checked is shown"
    assert "Nội bộ thôi." not in nobody.get(own).text
    assert number_of(organizer.get("/organize/follow-ups/").text, number)
    organizer.fill(page, form=f"{page}/verify")
    assert (province.state(number), province.issue_state(number)) == ("verified", "answered")
    assert province.row(number).confirm_by == date(2026, 11, 16)
    smtp.clear()
    worker(site)
    letter = smtp.last("an@mot.example")
    assert ANSWER in letter.text
    assert own in letter.text
    shown = nobody.get(own)
    assert shown.status_code == 200
    assert ANSWER in shown.text
    assert province.state(number) == "verified", "a GET changed something"
    nobody.fill(own, {"satisfaction": "5", "comment": "Cảm ơn."}, form=f"{own}/confirm")
    f = province.row(number)
    assert (f.state, f.closing, f.satisfaction, f.issue.state) == ("closed", "confirmed", 5, "resolved")


def number_of(text: str, number: int) -> bool:
    return str(number) in text


def test_sent_back_and_reopened(province: Province, smtp: Any, site: Any) -> None:
    number = province.order(to="answered")
    page, own = province.page(number), province.own(number)
    organizer, officer, nobody = province.as_("organizer"), province.as_("STC"), province.as_("nobody")
    organizer.fill(page, {"reason": "Nêu rõ ngày hoàn."}, form=f"{page}/send-back")
    assert (province.state(number), province.row(number).send_backs) == ("accepted", 1)
    worker(site)
    assert "Nêu rõ ngày hoàn." in smtp.last("stc@province.example").text
    assert "Nêu rõ ngày hoàn." in officer.get(page).text
    officer.fill(page, {"outcome": "resolved", "text": ANSWER}, form=f"{page}/answer")
    organizer.fill(page, form=f"{page}/verify")
    nobody.fill(own, {"reason": "Chưa nhận được tiền."}, form=f"{own}/reopen")
    assert (province.state(number), province.issue_state(number)) == ("reopened", "in_follow_up")
    smtp.clear()
    worker(site)
    for address in ("stc@province.example", "to-chuc@province.example"):
        assert "Chưa nhận được tiền." in smtp.last(address).text
    officer.fill(page, form=f"{page}/accept")
    assert province.state(number) == "accepted"
    assert province.row(number).reopenings == 1


def test_silence_closes_and_is_no_satisfaction(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    number = province.order(to="verified")
    clock.travel(to="2026-11-16T23:30")
    assert worker(site).get("closed_by_silence", 0) == 0
    clock.travel(to="2026-11-17T00:30")
    counts = worker(site)
    assert counts["closed_by_silence"] == 1
    f = province.row(number)
    assert (f.state, f.closing, f.satisfaction, f.issue.state) == ("closed", "no_response", None, "resolved")
    assert worker(site).get("closed_by_silence", 0) == 0
    assert smtp.last("an@mot.example")


def test_a_closed_one_is_reopened_as_a_new_one(province: Province) -> None:
    number = province.order(to="closed")
    own, nobody = province.own(number), province.as_("nobody")
    nobody.fill(own, {"reason": "Tiền lại bị thu hồi."}, form=f"{own}/reopen")
    old = province.row(number)
    assert (old.state, old.closing, old.issue.state) == ("closed", "confirmed", "in_follow_up")
    with province.work(write=False) as w:
        from sqlalchemy import select

        from meetup.followups.models import FollowUp

        new = w.db.scalars(select(FollowUp).where(FollowUp.reopens_id == old.id)).one()
        assert (new.state, new.lead_department_id, new.due_on) == (
            "assigned",
            old.lead_department_id,
            date(2026, 11, 23),
        )


def test_two_follow_ups_and_the_issue_waits_for_both(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        issue = province.issue(w)
        orders = [
            service.FollowUpOrder(province.department(w, code), f"Việc của {code}", (), None, 5)
            for code in ("STC", "SXD")
        ]
        one, two = service.conclude(w, issue, text="Hai sở cùng làm.", orders=orders)
        province.bring(w, one, "verified")
        assert issue.state == "in_follow_up"
        service.accept(w, two)
        service.answer(w, two, text=ANSWER, outcome="explained")
        service.verify(w, two)
        assert (issue.state, issue.outcome) == ("answered", "explained")
        assert "Sở Tài chính" in issue.answer
        assert "Sở Xây dựng" in issue.answer
        service.confirm(w, one, satisfaction=5)
        assert issue.state == "answered"
        service.confirm(w, two, satisfaction=3)
        assert issue.state == "resolved"


ARROWS: dict[str, Any] = {
    "accept": lambda w, f: service.accept(w, f),
    "answer": lambda w, f: service.answer(w, f, text=ANSWER),
    "verify": lambda w, f: service.verify(w, f),
    "send_back": lambda w, f: service.send_back(w, f, reason="Chưa đủ."),
    "confirm": lambda w, f: service.confirm(w, f, satisfaction=3),
    "reopen": lambda w, f: service.reopen(w, f, reason="Chưa xong."),
    "accept_transfer": lambda w, f: service.accept_transfer(w, f),
    "refuse_transfer": lambda w, f: service.refuse_transfer(w, f, reason="Không."),
}


@pytest.mark.parametrize("state", ["assigned", "accepted", "answered", "verified", "closed"])
def test_every_arrow_that_is_not_drawn_is_refused(province: Province, state: str) -> None:
    number = province.order(to="" if state == "assigned" else state)
    f = province.row(number)
    for name, step in ARROWS.items():
        if name in f.MACHINE.possible(state):
            continue
        with pytest.raises(WrongState) as refused:
            province.do(number, step)
        assert refused.value.possible == f.MACHINE.possible(state)
    assert province.state(number) == state


def test_noted_is_no_answer(province: Province) -> None:
    number = province.order(to="accepted")
    page, officer = province.page(number), province.as_("STC")
    for typed, field in (
        ({"outcome": "resolved", "text": "Ghi nhận ý kiến của quý doanh nghiệp, xin cảm ơn."}, "answer-text"),
        ({"outcome": "beyond_authority", "text": ANSWER}, "answer-forwarded"),
        ({"outcome": "referred_out", "text": ANSWER}, "answer-file"),
        ({"outcome": "noted", "text": ANSWER}, "answer-outcome"),
    ):
        response = officer.fill(page, typed, form=f"{page}/answer")
        assert response.status_code == 422
        assert f'id="{field}-error"' in response.text
        assert typed["text"] in response.text
    assert province.state(number) == "accepted"


def test_documents_with_an_answer(province: Province) -> None:
    from io import BytesIO

    number = province.order(to="accepted")
    page, officer = province.page(number), province.as_("STC")
    pdf = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
    officer.fill(
        page,
        {"outcome": "resolved", "text": ANSWER, "attachments": (BytesIO(pdf), "quyết định.pdf")},
        form=f"{page}/answer",
    )
    assert province.state(number) == "answered"
    shown = officer.soup(page)
    link = next(a for a in shown.find_all("a") if "quyết định.pdf" in a.get_text())
    assert officer.get(link["href"]).data == pdf
    assert province.as_("SXD").get(link["href"]).status_code == 404
    nobody = province.as_("nobody")
    assert "quyết định.pdf" not in nobody.get(province.own(number)).text
    province.do(number, lambda w, f: service.verify(w, f))
    mine = nobody.soup(province.own(number))
    own_link = next(a for a in mine.find_all("a") if "quyết định.pdf" in a.get_text())
    assert nobody.get(own_link["href"]).data == pdf


def test_a_department_sees_its_own_alone(province: Province) -> None:
    number = province.order("Chuyện kín của công ty", visibility="confidential")
    stranger = province.as_("SXD")
    assert stranger.get(province.page(number)).status_code == 404
    assert stranger.post(f"{province.page(number)}/accept").status_code in {400, 404}
    assert "Chuyện kín" not in stranger.get("/department/").text
    assert stranger.get("/department/?department=STC").status_code == 200
    assert "Chuyện kín" not in stranger.get("/department/?department=STC").text
    assert province.as_("STC").get(province.page(number)).status_code == 200
    for who in ("nobody", ""):
        assert province.as_(who).get(province.page(number)).status_code == 302


def test_about_conduct_the_head_alone(province: Province, site: Any, smtp: Any) -> None:
    smtp.clear()
    number = province.order("Thái độ của cán bộ một cửa", kind="conduct")
    worker(site)
    assert [mail for mail in smtp.to("gd.stc@province.example") if "Thái độ" in mail.text]
    assert not [mail for mail in smtp.to("stc@province.example") if "Thái độ" in mail.text]
    officer, head = province.as_("STC"), province.as_("head")
    assert officer.get(province.page(number)).status_code == 404
    assert "Thái độ" not in officer.get("/department/").text
    assert head.get(province.page(number)).status_code == 200
    assert "Thái độ" in head.get("/department/").text


def test_coordinating_gives_an_opinion_without_owning_it(province: Province, site: Any, smtp: Any) -> None:
    number = province.order(along=("SXD",))
    page, along = province.page(number), province.as_("SXD")
    assert "Hoàn thuế" in along.get("/department/?view=coordinating").text
    assert f'action="{page}/accept"' not in along.get(page).text
    along.fill(page, {"text": "Không vướng quy hoạch."}, form=f"{page}/opinion")
    assert "Không vướng quy hoạch." in province.as_("STC").get(page).text
    worker(site)
    assert "Không vướng quy hoạch." in smtp.last("stc@province.example").text
    with pytest.raises(NotAllowed):
        province.do(number, lambda w, f: service.opinion(w, f, province.department(w, "THUE"), text="Tôi cũng nói."))


def test_due_dates_count_working_days(province: Province, clock: Any) -> None:
    clock.travel(to="2026-11-13T17:01")
    assert province.row(province.order("Sau giờ", days=5)).due_on == date(2026, 11, 23)
    clock.travel(to="2026-11-13T16:59")
    assert province.row(province.order("Trong giờ", days=5)).due_on == date(2026, 11, 20)
    clock.travel(to="2026-11-20T10:00")
    assert province.row(province.order("Qua ngày lễ", days=2)).due_on == date(2026, 11, 25)


def test_an_order_has_to_make_sense(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        issue = province.issue(w)
        stc = province.department(w, "STC")
        bad = [
            service.FollowUpOrder(stc, "", (), None, 5),
            service.FollowUpOrder(stc, "Làm", (), date(2026, 1, 1), None),
            service.FollowUpOrder(stc, "Làm", (), None, 0),
            service.FollowUpOrder(stc, "Làm", (), date(2026, 12, 1), 3),
        ]
        with pytest.raises(InvalidInput) as refused:
            service.conclude(w, issue, text="Giao.", orders=bad)
        assert set(refused.value.by_field()) == {
            "follow_ups.0.task",
            "follow_ups.1.due_on",
            "follow_ups.2.working_days",
            "follow_ups.3.working_days",
        }
        assert issue.state == "accepted"


def test_the_tabs_count_and_what_is_closed_only_so_far(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(3):
        province.order(f"Xong {at}", to="closed")
    province.order("Mở")
    province.order("Phối hợp", lead="SXD", along=("STC",))
    province.order("Của cơ quan khác", lead="SXD", to="closed")

    def tabs() -> list[str]:
        return [tab.get_text(" ", strip=True) for tab in province.as_("STC").soup("/department/").select(".mu-tabs a")]

    assert tabs() == ["To answer 1", "Overdue 0", "Waiting for others 0", "Closed 3", "Coordinating 1"]
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    assert tabs()[3] == "Closed 2+"


def test_what_came_in_by_telephone_goes_to_its_agency_without_a_session(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        issue = province.issue(w, "Đường vào kho bị ngập")
        number = issue.number
        assert issue.state == "accepted"
        w.commit()
    desk = province.as_("organizer")
    page = f"/organize/issues/{number}/conclusion"
    assert desk.soup(f"/organize/issues/{number}").find("a", href=page)
    opened = desk.soup(page)
    bad = desk.fill(page, {"lines": "XYZ 5 ngày làm việc: sửa đường"}, form=page)
    assert bad.status_code == 422
    assert "XYZ 5 ngày làm việc: sửa đường" in bad.text
    good = desk.fill(page, {"text": "Giao Sở Tài chính.", "lines": "STC 5 ngày làm việc: sửa đường"}, form=page)
    assert good.status_code == 200
    with province.work(write=False) as w:
        f = w.db.scalars(select(FollowUp).join(FollowUp.issue).where(Issue.number == number)).one()
        f.issue = w.get(Issue, f.issue_id)
    assert (f.task, f.state, f.issue.state) == ("sửa đường", "assigned", "in_follow_up")
    # It is at work: nothing is left to be concluded, and whoever has an old page open keeps what was typed.
    assert desk.get(page).status_code == 409
    late = desk.send(opened, page, {"lines": "SXD 5 ngày làm việc: sửa đường"}, form=page)
    assert late.status_code == 422
    assert "SXD 5 ngày làm việc: sửa đường" in late.text
    assert not desk.soup(f"/organize/issues/{number}").find("a", href=page)
    assert province.as_("STC").get(page).status_code in {403, 404}


@pytest.mark.parametrize(("language", "large"), [("vi", "1,2 MB"), ("en", "1.2 MB")])
def test_how_large_a_document_is(site: Any, language: str, large: str) -> None:
    with site.test_request_context("/", headers={"Accept-Language": language}):
        assert [format_size(size) for size in (0, 999, 1_234_567)] == ["0 B", "999 B", large]
        assert format_size(999_700)[-2:] == "MB", "nobody reads 1000 kB"
        assert format_size(5 * 10**9)[-2:] == "GB"
