"""The chair's page about who is heard: replies, receipt, the most shared, investors, spread, whom nobody has met."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from meetup.departments.models import Field
from meetup.enterprises.models import Enterprise
from meetup.issues import service as issues
from meetup.issues.queries import by_number
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import ENDS, STARTS, make_programme, make_registration, make_session
from tests.features.following import Province, build

DAY = timedelta(days=1)


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def rows(page: BeautifulSoup, caption: str) -> dict[str, list[str]]:
    """The table with this caption: the heading of each row → its cells."""
    table = next(one for one in page.find_all("table") if one.caption.get_text() == caption)
    return {
        tr.th.get_text(" ", strip=True): [td.get_text(" ", strip=True) for td in tr.find_all("td")]
        for tr in table.select("tbody tr")
    }


def stats(page: BeautifulSoup) -> dict[str, str]:
    return {one.span.get_text(): one.b.get_text() for one in page.select(".mu-stat")}


def test_replies_and_days_are_counted(province: Province, clock: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        answered = issues.submit(
            w,
            title="Đường vào kho",
            description="Đường vào kho lầy lội suốt mùa mưa.",
            registration=w.get(Registration, province.registration),
        ).number
        w.commit()
    clock.travel(days=3)
    with province.work(province.actor("organizer")) as w:
        issue = by_number(w.db, answered)
        issues.accept(
            w, issue, field=w.get(Field, province.fields["thue"]), lead_department=province.department(w, "STC")
        )
        issues.write(w, issue, body="Kho nằm ở đâu ạ?", side="organizer")
        issues.write(w, issue, body="Việc này dễ.", side="organizer", is_internal=True)
        w.commit()
    clock.travel(days=2)
    with province.work(province.actor("organizer")) as w:
        issues.write(w, by_number(w.db, answered), body="Kho ở phường An Xuyên.", side="enterprise")
        w.commit()
    with province.work(province.actor("organizer")) as w:
        province.issue(w, "Vừa gửi đã nhận")
        w.commit()
    page = province.as_("leader").soup("/leader/heard")
    assert stats(page) == {
        "Issues received": "2",
        "Replies an issue": "1.0",
        "Days from receipt to being taken on": "1.5",
        "Days to the enterprise's first reply": "2.0",
    }
    assert "2 of 2 issues were taken on; in 1 the enterprise replied" in page.get_text()
    # Another year has nothing of it, and a dash says that nothing is known.
    page = province.as_("leader").soup("/leader/heard?from=2025-01-01&to=2025-12-31")
    assert list(stats(page).values()) == ["0", "–", "–", "–"]
    assert "No issue is shared yet" in page.get_text()


def test_the_most_shared_stands_first(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        others = [make_registration(w, session, number) for number in (11, 12, 13)]
        once, twice = province.issue(w, "Một nơi vướng"), province.issue(w, "Nhiều nơi vướng")
        province.issue(w, "Không ai vướng")
        for issue, signers in ((once, others[:1]), (twice, others[:2])):
            issues.publish(w, issue, title=issue.title, question="Câu hỏi", answer="")
            for one in signers:
                issues.co_sign(w, issue, one.enterprise_id)
        w.commit()
    found = rows(province.as_("leader").soup("/leader/heard"), "The most shared first")
    assert [(name.partition("· ")[2], cells[0]) for name, cells in found.items()] == [
        ("Nhiều nơi vướng", "2"),
        ("Một nơi vướng", "1"),
    ]


def test_who_came_is_spread_and_who_never_came_is_named(province: Province, clock: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        other = make_programme(w, name="Chương trình khác")
        first = make_session(w, other, title="Buổi đầu", capacity=40)
        second = make_session(w, other, title="Buổi sau", capacity=40, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
        known = [make_registration(w, first, number) for number in (21, 22)]
        again = make_registration(w, second, 21)
        new = make_registration(w, second, 23)
        absent = make_registration(w, second, 24)
        for made, kind, sector in (
            (known[0], "investor", "Kho bãi"),
            (new, "enterprise", "Tôm"),
            (absent, "citizen", ""),
        ):
            enterprise = w.get(Enterprise, made.enterprise_id)
            enterprise.kind, enterprise.sector = kind, sector
            enterprise.locality_id = province.departments["NAMCAN"] if made is new else None
        w.commit()
        keys = [one.id for one in (*known, again, new)]
        slugs, gone = (first.slug, second.slug), w.get(Enterprise, absent.enterprise_id).name
    for slug, morning, there in ((slugs[0], "28", keys[:2]), (slugs[1], "29", keys[2:])):
        clock.travel(to=f"2026-11-{morning}T07:30")
        with province.work(province.actor("organizer")) as w:
            sessions.hold(w, w.db.scalars(select(Session).where(Session.slug == slug)).one())
            for one in w.db.scalars(whole().where(Registration.id.in_(there))).unique().all():
                registrations.check_in(w, one)
            w.commit()
    page = province.as_("leader").soup("/leader/heard")
    held = rows(page, "Sessions")
    assert held["Buổi đầu"][1:] == ["2", "2", "1"]
    assert held["Buổi sau"][1:] == ["2", "1", "1"]
    assert rows(page, "Who came, by sector") == {"Kho bãi": ["1", "1"], "Tôm": ["1", "1"], "(not known)": ["1", "1"]}
    by_locality = rows(page, "Who came, by locality")
    assert by_locality["(not known)"] == ["2", "2"]
    assert sorted(by_locality.values()) == [["1", "1"], ["2", "2"]]
    never = page.find(id="never").parent
    assert never.get_text().strip().startswith("Whom nobody has met")
    listed = province.as_("organizer").soup(never.a["href"])
    assert gone in listed.get_text()
    assert "Công ty TNHH Mẫu 21" not in listed.get_text()


def test_only_the_chair_and_the_organiser_read_it(province: Province) -> None:
    for address in ("/leader/heard", "/leader/never-met"):
        assert province.as_("organizer").get(address).status_code == 200
        assert province.as_("STC").get(address).status_code == 403
        assert province.as_("nobody").get(address).status_code in (302, 401, 403)
    assert province.as_("leader").get("/leader/heard?quarter=all").status_code == 200
    assert province.as_("leader").get("/leader/heard?quarter=2026Q4").status_code == 200
    assert province.as_("leader").get("/leader/heard?from=never").status_code == 404


def test_a_mark_that_nobody_was_given_is_refused(province: Province) -> None:
    """A lone surrogate is a text in JSON, and none in a database."""
    mark = base64.urlsafe_b64encode(json.dumps(["\ud800", 1]).encode()).decode().rstrip("=")
    answer = province.as_("organizer").get(f"/leader/never-met?after={mark}")
    assert answer.status_code == 422
