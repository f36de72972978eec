"""The other pages about follow-ups: the leader's, the feed; and what many rows cost them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import icalendar
import pytest

from meetup.followups import service
from tests.features.following import Province, build


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


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
