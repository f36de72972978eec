"""The other pages about follow-ups: secretary, minutes, leader, feed, and what is typed into forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import icalendar
import pytest

from meetup.followups import service
from meetup.issues import service as issues
from meetup.sessions.models import Session
from tests.features.following import ANSWER, Province, build, worker


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


# -- the secretary ----------------------------------------------------------------------------------------------------


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


# -- minutes, leader, feed --------------------------------------------------------------------------------------------


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


def test_the_leader_sees_what_is_late_and_whose(province: Province, clock: Any) -> None:
    late, fine = province.order("Chậm trễ", days=2), province.order("Đúng hạn", days=20)
    around = province.order("Đùn đẩy", days=20)
    for _turn in range(2):
        province.do(
            around,
            lambda w, f: service.request_transfer(
                w, f, to=province.department(w, "SXD" if f.transfers == 0 else "THUE"), reason="a", ground="b"
            ),
        )
        province.do(around, lambda w, f: service.accept_transfer(w, f))
    clock.travel(to="2026-11-10T09:00")
    leader = province.as_("leader")
    page = leader.soup("/leader/")
    stats = {one.span.get_text(): one.b.get_text() for one in page.select(".mu-stat")}
    assert (stats["Overdue"], stats["To answer"], stats["Passed on twice or more"]) == ("1", "3", "1")
    assert "Chậm trễ" in page.get_text()
    links = [a["href"] for a in page.select(".mu-stat[href], table a[href]")]
    assert len(links) >= 8
    for url in links:
        assert leader.get(url).status_code == 200
    overdue = leader.get(next(url for url in links if "view=overdue" in url)).text
    assert str(late) in overdue
    assert str(fine) not in overdue
    picture = leader.get("/leader/trend.svg")
    assert picture.content_type.startswith("image/svg+xml")
    assert b"<script" not in picture.data
    assert province.as_("STC").get("/leader/").status_code == 403


def test_the_department_subscribes_to_its_due_dates(province: Province, clock: Any) -> None:
    number = province.order("Hoàn thuế")
    hidden = province.order("Bí mật kinh doanh", visibility="confidential")
    province.order("Của sở khác", lead="SXD")
    officer, nobody = province.as_("STC"), province.as_("nobody")
    shown = officer.fill("/department/", form="/department/feed")
    url = next(code.get_text() for code in soup(shown).find_all("code")).removeprefix("http://localhost")
    feed = nobody.get(url)
    assert feed.content_type == "text/calendar; charset=utf-8"
    todos = {str(one["SUMMARY"]): one for one in icalendar.Calendar.from_ical(feed.data).walk("VTODO")}
    assert sorted(todos) == sorted([f"{number} · Hoàn thuế", str(hidden)])
    todo = todos[f"{number} · Hoàn thuế"]
    assert (str(todo["STATUS"]), todo["DUE"].dt.isoformat()) == ("NEEDS-ACTION", "2026-11-16T17:00:00+07:00")
    assert str(todo["RELATED-TO"]) == "session-1"
    assert b"Bi mat" not in feed.data
    again = nobody.get(url, headers={"If-None-Match": feed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert nobody.head(url).status_code == 200
    events = icalendar.Calendar.from_ical(nobody.get(f"{url}?as=events").data).walk("VEVENT")
    assert {str(one["TRANSP"]) for one in events} == {"TRANSPARENT"}
    clock.travel(to="2026-11-20T09:00")
    late = icalendar.Calendar.from_ical(nobody.get(url).data).walk("VTODO")
    assert {int(one["PRIORITY"]) for one in late} == {1}
    newer = officer.fill("/department/", form="/department/feed")
    assert nobody.get(url).status_code == 404, "the old link goes on"
    url = next(code.get_text() for code in soup(newer).find_all("code")).removeprefix("http://localhost")
    assert nobody.get(url).status_code == 200
    officer.fill("/department/", form="/department/feed/revoke")
    assert nobody.get(url).status_code == 404
    assert nobody.get("/feeds/" + "x" * 38 + "/follow-ups.ics").status_code == 404


def soup(response: Any) -> Any:
    from tests.rig.visitor import parse

    return parse(response)


# -- forms ------------------------------------------------------------------------------------------------------------

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE meetup_follow_up; --",
    "crlf": "một\r\nBcc: x@evil.example\r\n\r\nhai",
    "emoji": "🦐🇻🇳 nước mắm",
    "combining": "a" + "\u0301" * 200,
    "rtl": "abc\u202egnp.exe",
    "zero": "a\x00b",
    "long": "x" * 100_000,
    "empty": "",
    "blank": " \t ",
    "template": "{{ 7 * 7 }} ${7*7} %(x)s %s",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_is_typed_is_taken_or_refused_at_its_field(province: Province, kind: str, site: Any) -> None:
    number = province.order(to="accepted", along=("SXD",))
    page, officer, organizer = province.page(number), province.as_("STC"), province.as_("organizer")
    text = HOSTILE[kind]
    for who, action, typed in (
        (officer, "progress", {"text": text}),
        (officer, "extend", {"due_on": text, "reason": text}),
        (officer, "transfer", {"to": text, "reason": text, "ground": text}),
        (province.as_("SXD"), "opinion", {"text": text}),
        (
            officer,
            "answer",
            {"outcome": "resolved", "text": text, "legal_references": text, "forwarded_to": text, "how_to_file": text},
        ),
    ):
        response = who.fill(page, typed, form=f"{page}/{action}")
        assert response.status_code in {200, 422}, (action, response.status_code)
        assert "<script>alert(1)</script>" not in response.text
        if response.status_code == 422:
            assert 'class="mu-error"' in response.text
            if kind not in {"empty", "blank", "long", "zero", "crlf"}:
                from markupsafe import escape

                assert str(escape(text)) in response.text, "what was typed is lost"
    if province.state(number) == "accepted":
        province.do(number, lambda w, f: service.answer(w, f, text=ANSWER))
    response = organizer.fill(page, {"reason": text}, form=f"{page}/send-back")
    assert response.status_code in {200, 422}
    worker(site)


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_an_enterprise_types(province: Province, kind: str, site: Any, smtp: Any) -> None:
    number = province.order(to="verified")
    own, nobody = province.own(number), province.as_("nobody")
    text = HOSTILE[kind]
    for action, typed in (
        ("confirm", {"satisfaction": text, "comment": text}),
        ("reopen", {"reason": text}),
    ):
        if province.state(number) != "verified":
            break
        response = nobody.fill(own, typed, form=f"{own}/{action}")
        assert response.status_code in {200, 422}
        assert "<script>alert(1)</script>" not in response.text
    worker(site)
    for mail in smtp.messages:
        assert mail["Bcc"] is None
        assert "evil" not in str(mail["To"])


def test_repeated_and_from_afar(province: Province) -> None:
    number = province.order(to="verified")
    own, nobody = province.own(number), province.as_("nobody")
    opened = nobody.soup(own)
    for _again in range(2):
        nobody.send(opened, own, {"satisfaction": "5"}, form=f"{own}/confirm")
    assert province.row(number).satisfaction == 5
    assert len(province.mails("follow_up_closed", "an@mot.example")) == 1
    assert nobody.post(f"{own}/reopen", data={"reason": "x"}).status_code == 400
    other = f"/r/{'y' * 38}/follow-ups/{number}"
    assert nobody.get(other).status_code == 404
    assert nobody.get(f"/r/{province.token}/follow-ups/999999999999").status_code == 404
    assert province.as_("STC").get("/department/follow-ups/1").status_code == 404
    assert province.as_("STC").get("/department/?after=nonsense").status_code == 422


# -- counting ---------------------------------------------------------------------------------------------------------


def _many(province: Province, count: int) -> None:
    """Rows as they come, without the services, so that 500 are quick."""
    from meetup.followups.models import FollowUp
    from meetup.issues.models import Issue

    with province.work() as w:
        model = province.issue(w, "Gốc")
        base = {c.key: getattr(model, c.key) for c in Issue.__table__.columns if c.key not in {"id", "number"}}
        made = [Issue(**{**base, "number": 9_000_000 + at, "state": "in_follow_up"}) for at in range(count)]
        w.db.add_all(made)
        w.db.flush()
        today = w.now.date()
        states = ("assigned", "accepted", "answered", "verified", "closed", "transfer_requested")
        keys = list(province.departments.values())
        for at, issue in enumerate(made):
            state = states[at % len(states)]
            w.db.add(
                FollowUp(
                    number=200_000 + at,
                    issue_id=issue.id,
                    enterprise_id=issue.enterprise_id,
                    lead_department_id=keys[at % 2] if at % 7 else keys[at % 4],
                    task="Việc",
                    state=state,
                    transfers=at % 4,
                    assigned_at=w.now - timedelta(days=at % 300),
                    due_on=today + timedelta(days=at % 40 - 20),
                    first_due_on=today + timedelta(days=at % 40 - 20),
                    answered_at=w.now if state in {"answered", "verified", "closed"} else None,
                    closed_at=w.now if state == "closed" else None,
                    closing="confirmed" if state == "closed" else "",
                    satisfaction=at % 5 + 1 if state == "closed" else None,
                    created_at=w.now,
                    changed_at=w.now,
                )
            )
        w.commit()


PAGES = (
    ("STC", "/department/"),
    ("organizer", "/department/?department=&view=overdue"),
    ("organizer", "/organize/follow-ups/"),
    ("leader", "/leader/"),
    ("nobody", "/results/"),
    ("nobody", "/results/departments.svg"),
)


def test_no_page_asks_more_for_many_rows(province: Province, query_counter: Any) -> None:
    _many(province, 12)
    few = {}
    for who, path in PAGES:
        client = province.as_(who)
        client.get(path)
        with query_counter() as statements:
            assert client.get(path).status_code == 200
        few[path] = len(statements)
    with province.work() as w:
        from sqlalchemy import text

        w.db.execute(text("DELETE FROM meetup_follow_up"))
        w.db.execute(text("DELETE FROM meetup_issue WHERE number >= 9000000"))
        w.commit()
    _many(province, 500)
    for who, path in PAGES:
        with query_counter() as statements:
            assert province.as_(who).get(path).status_code == 200
        assert len(statements) <= few[path], (path, few[path], len(statements), statements)


def test_pages_go_on_by_key(province: Province) -> None:
    _many(province, 120)
    client, seen, url = province.as_("STC"), [], "/department/"
    while url:
        page = client.soup(url)
        seen += [a["href"] for a in page.select(".mu-work h2 a")]
        following = page.select_one("a[rel=next]")
        url = following["href"] if following else ""
    assert len(seen) == len(set(seen))
    from sqlalchemy import func, select

    from meetup.followups.models import FollowUp
    from meetup.followups.queries import OWED

    with province.work(write=False) as w:
        expected = w.db.scalar(
            select(func.count()).where(
                FollowUp.lead_department_id == province.departments["STC"], FollowUp.state.in_(OWED)
            )
        )
    assert len(seen) == expected
