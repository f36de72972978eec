"""The yearly review and the leader's page: every number has its rows, every picture its table."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from meetup.programmes.models import Programme
from meetup.scorecards import periods as reading
from meetup.scorecards import service, words
from meetup.scorecards.goals import MEASURES
from tests.features.following import Province, build, staff


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.fixture
def busy(province: Province, clock: Any) -> Province:
    """Two years: one on time, one late, one overdue, one that was passed on."""
    province.order("Đúng hạn", to="closed", days=5)
    late = province.order("Trả lời trễ", to="accepted", days=2)
    clock.travel(to="2026-12-02T09:00")
    province.do(late, lambda w, f: province.bring(w, f, "answered") if f.state == "assigned" else None)
    from meetup.followups import service as followups

    province.do(late, lambda w, f: followups.answer(w, f, text="Đã trả lời đủ nội dung, kèm quyết định số 5."))
    clock.travel(to="2027-01-05T09:00")
    province.order("Quá hạn", days=2, visibility="confidential")
    moved = province.order("Đã chuyển", days=60)
    province.do(
        moved,
        lambda w, f: followups.request_transfer(
            w, f, to=province.department(w, "SXD"), reason="Không thuộc thẩm quyền.", ground="NĐ 12"
        ),
    )
    province.do(moved, lambda w, f: followups.accept_transfer(w, f), who="SXD")
    clock.travel(to="2027-02-01T09:00")
    return province


def test_the_report_has_both_years_and_every_part(busy: Province) -> None:
    leader = busy.as_("leader")
    page = leader.soup("/leader/review/2027")
    tables = {one.caption.get_text(): one for one in page.find_all("table")}
    rows = {
        tr.th.get_text(strip=True): [td.get_text(" ", strip=True) for td in tr.find_all("td")]
        for tr in tables["Figures of both years"].select("tbody tr")
    }
    assert rows["Assigned"] == ["2", "2", "±0"]
    assert rows["Answered late"] == ["1", "0", "−1 (better)"]
    assert rows["Overdue now"] == ["0", "1", "+1 (worse)"]
    assert {"Follow-ups by quarter", "Departments and branches", "By field"} <= tables.keys()
    assert "By criterion and component criterion" in tables
    assert "A confidential issue" in page.get_text()
    assert "Quá hạn" not in page.get_text(), "a paper that is printed names nothing confidential"
    # Each picture has its table, and each number that is a link its rows.
    for picture in page.select("figure img"):
        drawn = leader.get(picture["src"])
        assert drawn.status_code == 200
        assert drawn.content_type.startswith("image/svg+xml")
        assert picture["alt"]
    links = {a["href"]: a.get_text() for a in page.select("main a[href*='/results/rows']")}
    assert links
    for url, number in links.items():
        found = leader.soup(url)
        if number.isdigit():
            assert len(found.select("main tbody tr")) == int(number), url
    for tool in page.select("header a[href]"):
        assert leader.get(tool["href"]).status_code == 200


def test_a_closed_year_is_reviewed_as_it_was_frozen(busy: Province) -> None:
    with busy.work(busy.actor("organizer")) as w:
        period = service.open_period(w, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
        service.close_period(w, period)
        w.commit()
        assert reading.span_of(w.db, period).snapshot is not None
    busy.order("Mới", to="closed", days=5)
    text = busy.as_("leader").soup("/leader/review/2026").get_text()
    assert "Figures frozen on 01/02/2027, version 1." in text


def test_goals_are_reached_or_not(busy: Province) -> None:
    with busy.work() as w:
        goals = [
            {"name": "Đúng hạn", "target": 90, "unit": "%", "measure": "on_time"},
            {"name": "Nhanh", "target": "30,5", "unit": "ngày", "measure": "days_to_closing"},
            {"name": "Đông", "target": 10, "measure": "came"},
            {"name": "Tốt"},
        ]
        w.db.execute(update(Programme).values(goals=goals))
        w.commit()
    page = busy.as_("leader").soup("/leader/review/2026")
    table = next(one for one in page.find_all("table") if one.caption.get_text() == "Goals of the programmes")
    found = {
        tr.th.get_text(" ", strip=True).split(" ")[0]: tr.find_all("td")[-1].get_text(strip=True)
        for tr in table.select("tbody tr")
    }
    assert found == {"Đúng": "not reached", "Nhanh": "reached", "Đông": "not reached", "Tốt": "not measured"}
    assert "50.00" in table.get_text()


def test_who_reads_it_and_which_years_there_are(busy: Province) -> None:
    for who, status in (("leader", 200), ("organizer", 200), ("STC", 403), ("nobody", 302)):
        assert busy.as_(who).get("/leader/review/2026").status_code == status
    for year in ("1000", "9999", "99999999999"):
        assert busy.as_("leader").get(f"/leader/review/{year}").status_code == 404
        assert busy.as_("leader").get(f"/leader/review/{year}/quarters.svg").status_code == 404
    assert busy.as_("leader").get("/leader/review/2026/beauty.svg").status_code == 404
    assert busy.as_("leader").get("/leader/review/2020").status_code == 200, "a year without anything"
    assert busy.as_("leader").get("/leader/review/2020/agencies.svg").status_code == 200


def test_from_any_number_of_the_leaders_page_to_its_rows(busy: Province) -> None:
    leader = busy.as_("leader")
    page = leader.soup("/leader/")
    table = next(one for one in page.find_all("table") if one.caption.get_text() == "Follow-ups by month")
    months = {tr.th.get_text(strip=True): tr.find_all("td") for tr in table.select("tbody tr")}
    assert [td.get_text(strip=True) for td in months["11/2026"]] == ["2", "1", "1"]
    assert [td.get_text(strip=True) for td in months["01/2027"]] == ["2", "0", "1"]
    for a in table.select("a[href]"):
        assert len(leader.soup(a["href"]).select("main tbody tr")) == int(a.get_text()), a["href"]
    whose = next(one for one in page.find_all("table") if one.caption.get_text() == "Open follow-ups by agency")
    for cell in whose.select("tbody td"):
        number = cell.get_text(strip=True)
        assert cell.find("a") is not None or number in {"0", "–"}, cell
    passed = whose.find("a", href=re.compile("moved=1"))
    assert "passed on at least once" in leader.get(passed["href"]).text
    assert len(leader.soup(passed["href"]).select("main article")) == 1
    for a in page.select("main .mu-stats a[href]"):
        assert leader.get(a["href"]).status_code == 200
    assert page.select("a[href$='/leader/review/2027']")


def test_goals_are_set_on_the_programmes_page(busy: Province) -> None:
    busy.door.people["admin"] = staff("admin")
    with busy.work() as w:
        kept = [{"name": "Đông", "target": 10, "note": "của API"}]
        w.db.execute(update(Programme).values(goals=kept))
        w.commit()
    where = "/organize/programmes/ca-phe"
    admin = busy.as_("admin")
    done = admin.fill(
        where,
        {
            "goals-0-measure": "came",
            "goals-1-name": "Đúng hạn",
            "goals-1-target": "90",
            "goals-1-unit": "%",
            "goals-1-measure": "on_time",
            "goals-2-target": "5",
        },
    )
    assert done.status_code == 200, done.text
    with busy.work(write=False) as w:
        goals = w.db.scalars(select(Programme.goals)).one()
    assert goals == [
        {"name": "Đông", "target": "10", "unit": "", "measure": "came", "note": "của API"},
        {"name": "Đúng hạn", "target": "90", "unit": "%", "measure": "on_time"},
    ]
    text = busy.as_("leader").soup("/leader/review/2026").get_text(" ", strip=True)
    assert "not reached" in text


def test_every_measure_has_words() -> None:
    assert set(words.MEASURES) == set(MEASURES)
