"""Periods: weighed, closed, frozen, corrected by versions; every number leads to its rows, for whoever may see them."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from meetup.activity.models import Activity
from meetup.domain.criteria import STANDARD
from meetup.errors import InvalidInput, Stale, WrongState
from meetup.followups import service as followups
from meetup.followups.models import FollowUp
from meetup.scorecards import periods as reading
from meetup.scorecards import service
from meetup.scorecards.counting import conditions, frozen
from meetup.scorecards.models import Fact, Period, Snapshot
from tests.features.following import Province, build

NOVEMBER = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 30)}
ALL_ON_TIME = {**dict.fromkeys(STANDARD, 0), "on_time": 100}


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.fixture
def busy(province: Province, clock: Any) -> Province:
    """Some on time, one overdue, one passed around, one of a commune; then it is December."""
    province.order("Xong", to="closed", days=5)
    province.order("Xong nữa", to="answered", days=5)
    province.order("Trễ", days=2)
    province.order("Ở xã", lead="NAMCAN", to="accepted", days=2)
    clock.travel(to="2026-12-02T09:00")
    return province


def opened(province: Province, **more: Any) -> int:
    with province.work(province.actor("organizer")) as w:
        period = service.open_period(w, **{**NOVEMBER, **more})
        w.commit()
        return period.id


def closed(province: Province, key: int) -> None:
    with province.work(province.actor("organizer")) as w:
        service.close_period(w, reading.by_key(w.db, key))
        w.commit()


def says(province: Province, key: int, version: int | None = None) -> Any:
    with province.work(write=False) as w:
        return reading.results(w, reading.span_of(w.db, reading.by_key(w.db, key), version))


def test_what_is_closed_stays_whatever_happens_after(busy: Province) -> None:
    key = opened(busy)
    before = says(busy, key)
    closed(busy, key)
    assert says(busy, key) == before
    # Everything moves on: answered late, passed on, reopened, renamed, new ones.
    with busy.work(busy.actor("organizer")) as w:
        for f in w.db.scalars(select(FollowUp).where(FollowUp.state == "assigned")):
            busy.bring(w, f, "closed")
        w.db.execute(update(FollowUp).values(transfers=5, first_due_on=date(2026, 1, 1), satisfaction=1))
        busy.department(w, "STC").name = "Sở khác"
        w.commit()
    with busy.work(write=False) as w:
        period = reading.by_key(w.db, key)
        assert reading.results(w, reading.span_between(w.db, period.starts_on, period.ends_on)) != before
        span = reading.span_of(w.db, period)
        assert reading.results(w, span) == before
        # The frozen rows count to the frozen figures still.
        again = reading.count(w, frozen(span.snapshot), span)
        assert [(one.counts, one.row.score) for one in again.departments] == [
            (one.counts, one.row.score) for one in before.departments
        ]
        assert service.is_untouched(span.snapshot)
    page = busy.as_("nobody").soup(f"/results/?quarter=p{key}")
    assert "Department of Finance" in page.get_text()
    assert "no longer change" in page.get_text()


def test_a_figure_that_somebody_changes_is_found_out(busy: Province) -> None:
    key = opened(busy)
    closed(busy, key)
    with busy.work() as w:
        snapshot = w.db.scalars(select(Snapshot)).one()
        entry = w.db.scalars(select(Activity).where(Activity.action == "scorecard_period.freeze")).one()
        assert entry.details["digest"] == snapshot.digest
        snapshot.content = {**snapshot.content, "departments": []}
        w.commit()
    assert "changed since" in busy.as_("organizer").get(f"/organize/periods/{key}").text


def test_a_correction_is_a_new_version_with_a_reason(busy: Province) -> None:
    key = opened(busy)
    closed(busy, key)
    first = says(busy, key)
    organizer = busy.as_("organizer")
    here = f"/organize/periods/{key}"
    refused = organizer.fill(here, {"reason": " ", "on_time": "41", "no_pass_around": "14"})
    assert refused.status_code == 422
    assert "Please fill it in." in refused.text
    assert 'value="41"' in refused.text
    done = organizer.fill(
        here, {**{name: str(value) for name, value in ALL_ON_TIME.items()}, "reason": "Trọng số ghi nhầm."}
    )
    assert "Trọng số ghi nhầm." in done.text
    with busy.work(write=False) as w:
        assert [one.number for one in reading.snapshots(w.db, reading.by_key(w.db, key))] == [2, 1]
    assert says(busy, key, 1) == first
    assert says(busy, key).whole.row.score != first.whole.row.score
    public = busy.as_("nobody")
    assert "Trọng số ghi nhầm." in public.get(f"/results/?quarter=p{key}").text
    assert "Trọng số ghi nhầm." not in public.get(f"/results/?quarter=p{key}v1").text
    assert public.get(f"/results/?quarter=p{key}v3").status_code == 404


def test_the_way_of_a_period(busy: Province, clock: Any) -> None:
    early = opened(busy, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31), weights=ALL_ON_TIME)
    with busy.work(busy.actor("organizer")) as w:
        period = reading.by_key(w.db, early)
        with pytest.raises(InvalidInput, match="31/12/2026"):
            service.close_period(w, period)
        with pytest.raises(WrongState):
            service.correct_period(w, period, reason="Sớm.")
        with pytest.raises(InvalidInput, match="these days already"):
            service.open_period(w, starts_on=period.starts_on, ends_on=period.ends_on)
        with pytest.raises(Stale):
            service.weigh(w, period, weights=STANDARD, name="", name_en="", version=9)
        with pytest.raises(InvalidInput, match="sum to 99"):
            service.weigh(w, period, weights={"on_time": 99}, name="", name_en="", version=1)
        service.weigh(w, period, weights={"on_time": 50, "confirmed": 50}, name="Cuối năm", name_en="", version=1)
        w.commit()
    key = opened(busy)
    closed(busy, key)
    with busy.work(busy.actor("organizer")) as w:
        period = reading.by_key(w.db, key)
        with pytest.raises(WrongState):
            service.close_period(w, period)
        with pytest.raises(WrongState):
            service.weigh(w, period, weights=STANDARD, name="", name_en="", version=period.version)
        assert w.db.scalar(select(func.count()).select_from(Snapshot)) == 1
        assert w.db.scalar(select(func.count()).select_from(Fact)) == 4


def test_on_the_page_from_opening_to_closing(busy: Province) -> None:
    organizer = busy.as_("organizer")
    new = "/organize/periods/new"
    bad = organizer.fill(new, {"starts_on": "1/11/2026", "ends_on": "30/10/2026", "on_time": "41"})
    assert bad.status_code == 422
    assert "The end is before the beginning." in bad.text
    assert "The weights sum to 101" in bad.text
    assert 'value="41"' in bad.text
    made = organizer.fill(new, {"starts_on": "1/11/2026", "ends_on": "30/11/2026"}, follow=False)
    where = made.headers["Location"]
    assert "01/11/2026 – 30/11/2026" in organizer.get("/organize/periods/").text
    assert "The weights are kept." in organizer.fill(where, {"name": "Tháng 11"}, form=f"{where}/weigh").text
    assert "Frozen at" in organizer.fill(where, form=f"{where}/close").text
    # The same days, asked for as days: what is closed is shown as it was frozen.
    assert "no longer change" in busy.as_("nobody").get("/results/?from=01/11/2026&to=30/11/2026").text
    for who in ("STC", "leader"):
        assert busy.as_(who).get("/organize/periods/").status_code == 403
        assert busy.as_(who).post(f"{where}/correct", data={"reason": "x"}).status_code == 403


def test_every_number_leads_to_as_many_rows(busy: Province) -> None:
    key = opened(busy)
    closed(busy, key)
    leader = busy.as_("leader")
    found = says(busy, key)
    for spec in (f"quarter=p{key}", "from=2026-11-01&to=2026-12-31"):
        for by, code in (("whole", ""), ("department", "STC"), ("field", "thue")):
            page = leader.soup(f"/results/card?{spec}&by={by}&code={code}")
            links = {a["href"]: a.get_text() for a in page.select("main table a[href]")}
            assert links
            for url, number in links.items():
                rows = leader.soup(url)
                assert len(rows.select("main tbody tr")) == int(number), url
    counts = found.card("department", "STC").counts
    assert (counts["assigned"], counts["on_time"], counts["overdue_now"]) == (3, 2, 1)


def test_who_sees_the_rows(busy: Province) -> None:
    everything = "/results/rows?figure=assigned"
    of_stc = f"{everything}&by=department&code=STC"
    assert busy.as_("nobody").get(everything).status_code == 302
    assert len(busy.as_("leader").soup(everything).select("main tbody tr")) == 4
    assert len(busy.as_("STC").soup(everything).select("main tbody tr")) == 3, "an officer sees the own agency's alone"
    assert len(busy.as_("STC").soup(of_stc).select("main tbody tr")) == 3
    assert busy.as_("SXD").get(of_stc).status_code == 404
    for wrong in ("figure=beauty", "figure=assigned&by=field&code=none", "figure=assigned&by=x", "from=31/31/2026"):
        assert busy.as_("leader").get(f"/results/rows?{wrong}").status_code == 404
    # The public sees the arithmetic and no way to the rows; an officer's own card has them.
    card = "/results/card?by=department&code=STC"
    assert not busy.as_("nobody").soup(card).select("main table a[href]")
    assert not busy.as_("SXD").soup(card).select("main table a[href]")
    assert busy.as_("STC").soup(card).select("main table a[href]")


def test_about_conduct_stays_with_those_who_may_read_it(busy: Province) -> None:
    with busy.work() as w:
        issue = w.db.scalars(select(FollowUp).where(FollowUp.state == "closed")).one().issue_id
        from meetup.issues.models import Issue

        w.db.execute(update(Issue).where(Issue.id == issue).values(kind="conduct"))
        w.commit()
    rows = "/results/rows?figure=assigned&by=department&code=STC"
    assert len(busy.as_("STC").soup(rows).select("main tbody tr")) == 2
    assert len(busy.as_("head").soup(rows).select("main tbody tr")) == 3
    assert len(busy.as_("leader").soup(rows).select("main tbody tr")) == 3


def test_the_arithmetic_stands_on_the_page(busy: Province) -> None:
    text = busy.as_("nobody").soup("/results/card?by=department&code=STC").get_text(" ", strip=True)
    # Two of three in time, the one closed is confirmed, nothing was passed around; no mean of one mark.
    assert "(40 × 66.67 + 25 × 100.00 + 15 × 100.00) ÷ 80 = 83.33" in text
    assert "2 ÷ 3" in text
    assert "fewer than 5" in text


def test_two_periods_side_by_side(busy: Province) -> None:
    november = opened(busy)
    closed(busy, november)
    busy.order("Tháng mười hai", to="closed", days=5)
    december = opened(busy, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31))
    page = busy.as_("nobody").soup(f"/results/compare?from=p{november}&with=p{december}")
    tables = {one.caption.get_text(): one for one in page.find_all("table")}
    rows = {tr.th.get_text(strip=True): [td.get_text(" ", strip=True) for td in tr.find_all("td")]
            for tr in tables["All agencies together"].select("tbody tr")}  # fmt: skip
    assert rows["Assigned"] == ["4", "1", "−3"]
    assert rows["Overdue now"] == ["2", "0", "−2 better"]
    stc = next(tr for tr in tables["By agency, both periods"].select("tbody tr") if "Finance" in tr.th.get_text())
    assert [td.get_text(" ", strip=True) for td in stc.find_all("td")][:3] == ["83.33", "100.00", "+16.67 better"]
    for a in page.select("main table a[href]"):
        assert busy.as_("nobody").get(a["href"]).status_code == 200
    for query in ("", "from=2025&with=2026", "from=2026Q3&with=2026Q4", "from=x&with=y"):
        assert busy.as_("nobody").get(f"/results/compare?{query}").status_code == 200
    assert busy.as_("nobody").get("/results/compare?from=p99").status_code == 404


def test_the_workbook_has_numbers_and_no_formulas(busy: Province) -> None:
    with busy.work() as w:
        busy.department(w, "STC").name_en = "=HYPERLINK(1)"
        w.commit()
    key = opened(busy, name="=1+1", name_en="@x")
    closed(busy, key)

    def sheets(who: str) -> Any:
        answer = busy.as_(who).get(f"/results/export.xlsx?quarter=p{key}")
        assert answer.status_code == 200
        return load_workbook(io.BytesIO(answer.data))

    book = sheets("nobody")
    assert book.sheetnames == ["About", "Agencies", "Fields", "Components"]
    agencies = list(book["Agencies"].values)
    assert agencies[0][:4] == ("Code", "Agency", "Place", "Score")
    by_code = {row[0]: row for row in agencies[1:]}
    assert by_code["STC"][1] == "'=HYPERLINK(1)"
    assert Decimal(str(by_code["STC"][3])) == Decimal("83.33")
    about = dict(book["About"].values)
    assert about["Period"] == "'@x"
    for sheet in book:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(list(sheets("leader")["Rows"].values)) == 1 + 4
    assert len(list(sheets("STC")["Rows"].values)) == 1 + 3


def test_figures_and_conditions_are_the_same_names(busy: Province) -> None:
    from meetup.scorecards import words

    key = opened(busy)
    closed(busy, key)
    with busy.work(write=False) as w:
        span = reading.span_of(w.db, w.db.scalars(select(Period)).one())
        assert conditions(w, span.source(w)).keys() == words.FIGURES.keys()


def test_who_came_for_the_first_time(busy: Province) -> None:
    from meetup.registrations.models import Registration
    from meetup.sessions.models import Session

    with busy.work() as w:
        w.db.execute(update(Session).values(state="held"))
        w.db.execute(update(Registration).values(state="attended"))
        w.commit()
    key = opened(busy)
    people = says(busy, key).people
    assert (people.sessions, people.came, people.first_time, people.investors) == (1, 1, 1, 0)
    assert people.share_first_time == Decimal("100.00")
    assert "for the first time (100.00 per cent)" in busy.as_("nobody").get(f"/results/?quarter=p{key}").text


def test_the_follow_up_service_still_counts(busy: Province) -> None:
    """A closed period keeps nobody from working on."""
    key = opened(busy)
    closed(busy, key)
    with busy.work(busy.actor("organizer")) as w:
        f = w.db.scalars(select(FollowUp).where(FollowUp.state == "answered")).one()
        followups.verify(w, f)
        w.commit()
        assert f.state == "verified"
