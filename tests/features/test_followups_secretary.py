"""What the secretary takes down: conclusions, answers on the spot, the minutes."""

from __future__ import annotations

from typing import Any

import pytest

from meetup.followups import service
from meetup.issues import service as issues
from meetup.sessions.models import Session
from tests.features.following import Province, build, worker


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def agenda(province: Province, *titles: str) -> list[int]:
    """Issues on the session's agenda; their numbers."""
    with province.work(province.actor("organizer")) as w:
        made = [province.issue(w, title) for title in titles]
        issues.set_agenda(w, w.get(Session, province.session), [(one, 10) for one in made])
        w.commit()
        return [one.number for one in made]


LIVE = "/organize/sessions/ky-1/live"


def test_the_secretary_takes_a_conclusion_down(province: Province, site: Any, smtp: Any) -> None:
    first, second = agenda(province, "Hoàn thuế chậm", "Thuê đất")
    secretary = province.as_("organizer")
    page = secretary.soup(LIVE)
    assert page.find(string=lambda text: text and "Hoàn thuế chậm" in text)
    secretary.fill(LIVE, form=f"{LIVE}/stage")
    assert "data-live-since" in secretary.get(LIVE).text
    done = secretary.fill(
        LIVE,
        {
            "text": "Giao các sở trả lời.",
            "lines": "STC SXD 10 ngày làm việc: trả lời về hồ sơ hoàn thuế\nthue đến ngày 30/11: rà soát",
            "follow_ups-0-lead_department": "SXD",
            "follow_ups-0-working_days": "5",
            "follow_ups-0-task": "Cấp phép",
        },
        form=f"{LIVE}/{first}",
    )
    assert done.status_code == 200
    worker(site)
    with province.work(write=False) as w:
        from sqlalchemy import select

        from meetup.followups.models import FollowUp

        rows = w.db.scalars(select(FollowUp).order_by(FollowUp.id)).all()
        by = {key: code for code, key in province.departments.items()}
        assert [(by[f.lead_department_id], f"{f.due_on:%d/%m}", f.task) for f in rows] == [
            ("SXD", "09/11", "Cấp phép"),
            ("STC", "16/11", "trả lời về hồ sơ hoàn thuế"),
            ("THUE", "30/11", "rà soát"),
        ]
        assert [by[key] for key in rows[1].coordinating_ids] == ["SXD"]
    on_spot = secretary.fill(
        f"{LIVE}?issue={second}",
        {
            "text": "Chủ tịch trả lời ngay.",
            "outcome": "explained",
            "answer": "Thời hạn thuê đất là 50 năm theo Luật Đất đai.",
        },
        form=f"{LIVE}/{second}",
    )
    assert on_spot.status_code == 200
    smtp.clear()
    worker(site)
    assert "50 năm" in smtp.last("an@mot.example").text
    own = province.as_("nobody").get(f"/r/{province.token}/issues/{second}")
    assert "50 năm" in own.text


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({}, "conclusion-text-error"),
        ({"text": "Giao.", "lines": "STC 10 ngày làm việc"}, "conclusion-lines-error"),
        ({"text": "Giao.", "lines": "KHONGCO 10: làm"}, "conclusion-lines-error"),
        ({"text": "Giao.", "lines": "STC 31/02: làm"}, "conclusion-lines-error"),
        ({"text": "Giao.", "lines": "STC 999: làm"}, "conclusion-lines-error"),
        ({"text": "Giao.", "follow_ups-1-task": "Làm"}, "follow_ups-1-lead_department-error"),
        ({"text": "Giao.", "follow_ups-0-lead_department": "STC"}, "follow_ups-0-task-error"),
        (
            {
                "text": "Giao.",
                "follow_ups-0-lead_department": "STC",
                "follow_ups-0-task": "x",
                "follow_ups-0-due_on": "qq",
            },
            "follow_ups-0-due_on-error",
        ),
        (
            {
                "text": "Giao.",
                "follow_ups-0-lead_department": "STC",
                "follow_ups-0-task": "x",
                "follow_ups-0-working_days": "0",
            },
            "follow_ups-0-working_days-error",
        ),
        (
            {
                "text": "Giao.",
                "follow_ups-0-lead_department": "STC",
                "follow_ups-0-task": "x",
                "follow_ups-0-coordinating": "ABC",
            },
            "follow_ups-0-coordinating-error",
        ),
        ({"text": "Giao.", "outcome": "resolved"}, "conclusion-answer-error"),
        ({"text": "Giao.", "answer": "Ghi nhận.", "outcome": "resolved"}, "conclusion-answer-error"),
        ({"text": "x" * 10_001}, "conclusion-text-error"),
    ],
)
def test_a_conclusion_that_cannot_be_taken(province: Province, typed: dict[str, str], where: str) -> None:
    (number,) = agenda(province, "Hoàn thuế chậm")
    page = f"{LIVE}?issue={number}"
    response = province.as_("organizer").fill(page, typed, form=f"{LIVE}/{number}")
    assert response.status_code == 422
    assert f'id="{where}"' in response.text
    for value in typed.values():
        assert value[:60] in response.text
    with province.work(write=False) as w:
        from sqlalchemy import func, select

        from meetup.followups.models import FollowUp

        assert w.db.scalar(select(func.count()).select_from(FollowUp)) == 0


def test_an_answer_on_the_spot_can_be_refused_by_the_enterprise(province: Province, clock: Any, site: Any) -> None:
    first, second, third = agenda(province, "Một", "Hai", "Ba")
    with province.work(province.actor("organizer")) as w:
        from meetup.issues.queries import by_number

        for number in (first, second, third):
            service.conclude(
                w,
                by_number(w.db, number),
                text="Trả lời.",
                outcome="explained",
                answer="Mức phí theo nghị quyết 12 của tỉnh.",
            )
        w.commit()
    nobody = province.as_("nobody")
    own = f"/r/{province.token}/issues/{first}"
    nobody.fill(own, form=f"{own}/agree")
    other = f"/r/{province.token}/issues/{second}"
    assert nobody.post(f"{other}/disagree", data={"reason": "x"}).status_code == 400, "without a token"
    nobody.fill(other, {"reason": "Sở vẫn thu mức cũ."}, form=f"{other}/disagree")
    clock.travel(to="2026-11-17T09:00")
    worker(site)
    with province.work(write=False) as w:
        from meetup.issues.queries import by_number

        assert [by_number(w.db, number).state for number in (first, second, third)] == [
            "resolved",
            "in_follow_up",
            "resolved",
        ]


def test_the_minutes_are_written_from_what_was_recorded(province: Province) -> None:
    (number, secret) = agenda(province, "Hoàn thuế chậm", "Chuyện kín")
    with province.work(province.actor("organizer")) as w:
        from meetup.issues.queries import by_number

        issue, hidden = by_number(w.db, number), by_number(w.db, secret)
        hidden.visibility = "confidential"
        orders = [service.FollowUpOrder(province.department(w, "STC"), "Trả lời doanh nghiệp.", (), None, 10)]
        service.conclude(w, issue, text="Giao Sở Tài chính.", orders=orders)
        service.conclude(w, hidden, text="Lời kín của chủ tọa.", orders=orders)
        w.commit()
    secretary = province.as_("organizer")
    page = "/organize/sessions/ky-1/minutes"
    vietnamese = secretary.get(f"{page}?lang=vi").text
    for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "THÔNG BÁO", "Sở Tài chính", "16/11/2026", "Nơi nhận"):
        assert words in vietnamese
    assert "Lời kín" not in vietnamese
    assert "Chuyện kín" not in vietnamese
    edit = f"{page}/edit"
    secretary.fill(edit, {"conclusion_number": "12/TB-UBND", "summary": "Hai kiến nghị."}, form=edit)
    assert "12/TB-UBND" in secretary.get(page).text
    assert secretary.fill(edit, {"conclusion_number": "x" * 61}, form=edit).status_code == 422
    assert province.as_("STC").get(page).status_code == 403
