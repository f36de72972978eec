"""Results: counted right, late as prominent as solved, and the same numbers everywhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete, select

from meetup.domain.scoring import Row as DomainRow
from meetup.domain.scoring import tally
from meetup.followups import service
from meetup.followups.models import FollowUp
from meetup.scorecards import periods
from meetup.scorecards import service as scoring
from meetup.scorecards.queries import scorecards, total
from tests.features.following import Province, build


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def cards(province: Province, **asked: Any) -> dict[str, Any]:
    with province.work(write=False) as w:
        return {row.code: row for row in scorecards(w, **asked)}


def test_counted_from_the_first_due_date(province: Province, clock: Any) -> None:
    province.order("Đúng hạn", to="closed", days=5)
    extended = province.order("Gia hạn", to="accepted", days=5)
    province.do(
        extended,
        lambda w, f: service.grant_extension(
            w, service.request_extension(w, f, due_on=date(2026, 11, 20), reason="Chờ.")
        ),
    )
    province.order("Quá hạn", days=5)
    late = province.order("Trễ", to="accepted", days=5)
    province.order("Của xã", lead="NAMCAN", days=5)
    clock.travel(to="2026-11-12T10:00")
    for number in (extended, late):
        province.do(number, lambda w, f: province.bring(w, f, "answered") if f.state == "assigned" else None)
        province.do(number, lambda w, f: service.answer(w, f, text="Đã trả lời đủ nội dung, kèm quyết định số 5."))
    row = cards(province)["STC"]
    assert (row.assigned, row.on_time, row.late, row.overdue_now) == (4, 1, 2, 1)
    assert (row.closed, row.closed_on_time, row.confirmed, row.no_response) == (1, 1, 1, 0)
    assert (row.extensions, row.transfers, row.reopened) == (1, 0, 0)
    assert row.satisfaction is None, "a mean of one"
    assert row.median_days_to_closing == Decimal("0.0")
    assert cards(province)["NAMCAN"].place == 1
    assert cards(province, kind="locality").keys() == {"NAMCAN"}
    assert cards(province, by="field").keys() == {"thue"}
    assert cards(province, by="field")["thue"].assigned == 5
    assert set(cards(province, by="criterion")) == {"on_time", "confirmed", "satisfaction", "no_pass_around"}


def test_the_period_is_the_day_of_the_order(province: Province, clock: Any) -> None:
    province.order("Tháng mười một")
    clock.travel(to="2026-12-01T00:30")
    province.order("Tháng mười hai")
    assert cards(province, since=date(2026, 12, 1))["STC"].assigned == 1
    assert cards(province, until=date(2026, 11, 30))["STC"].assigned == 1
    assert cards(province, since=date(2026, 11, 2), until=date(2026, 12, 1))["STC"].assigned == 2
    assert cards(province, since=date(2027, 1, 1)) == {}


def test_five_answers_make_a_mean(province: Province) -> None:
    for at in range(4):
        province.order(f"Việc {at}", to="closed")
    assert cards(province)["STC"].satisfaction is None
    province.order("Việc 5", to="closed")
    row = cards(province)["STC"]
    assert (row.satisfaction, row.satisfaction_count) == (Decimal("4.00"), 5)
    page = province.as_("nobody").soup("/results/")
    assert "4.00" in page.get_text()


_STATES = ("assigned", "accepted", "transfer_requested", "answered", "verified", "closed", "reopened")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(_STATES),
            st.integers(-30, 30),
            st.integers(0, 60),
            st.none() | st.integers(1, 5),
            st.integers(0, 3),
            st.integers(0, 2),
            st.sampled_from(["confirmed", "no_response"]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_the_database_counts_as_the_domain_does(province: Province, rows: Any) -> None:
    with province.work() as w:
        w.db.execute(delete(FollowUp))
        issue = province.issue(w, f"Việc {len(rows)}") if "key" not in w.memo else None
        assert issue is not None
        today = w.now.astimezone(w.zone).date()
        for at, (state, due, after, mark, transfers, reopened, closing) in enumerate(rows):
            assigned = w.now - timedelta(days=60)
            spoke = state in {"answered", "verified", "closed"}
            w.db.add(
                FollowUp(
                    number=100_000 + at,
                    issue_id=issue.id,
                    enterprise_id=issue.enterprise_id,
                    lead_department_id=province.departments["STC"],
                    task="Việc",
                    state=state,
                    assigned_at=assigned,
                    due_on=today + timedelta(days=due),
                    first_due_on=today + timedelta(days=due),
                    first_response_at=assigned + timedelta(hours=7 * after) if spoke else None,
                    answered_at=assigned + timedelta(days=after) if spoke else None,
                    closed_at=assigned + timedelta(days=after + 1) if state == "closed" else None,
                    closing=closing if state == "closed" else "",
                    satisfaction=mark if state == "closed" and closing == "confirmed" else None,
                    transfers=transfers,
                    reopenings=reopened,
                    extensions=transfers % 2,
                    created_at=w.now,
                    changed_at=w.now,
                )
            )
        w.commit()
    with province.work(write=False) as w:
        domain = tally(
            [
                DomainRow(**{name: getattr(f, name) for name in DomainRow.__dataclass_fields__})
                for f in w.db.scalars(select(FollowUp))
            ],
            today=today,
            zone=w.zone,
        )
        for counted in (scorecards(w)[0], total(w)):
            for name in domain.__dataclass_fields__:
                if hasattr(counted, name):
                    assert getattr(counted, name) == getattr(domain, name), name


def test_the_page_shows_what_is_late_beside_what_is_solved(province: Province, clock: Any) -> None:
    province.order("Xong", to="closed", days=5)
    province.order("Trễ", days=2)
    province.order("Ở xã", lead="NAMCAN", days=2)
    clock.travel(to="2026-11-10T09:00")
    visitor = province.as_("nobody")
    page = visitor.soup("/results/")
    stats = {one.span.get_text(): one.b.get_text() for one in page.select("main .mu-stat")}
    assert stats["Overdue now"] == "2"
    assert stats["Answered on time"] == "1"
    tables = {one.caption.get_text(): one.get_text() for one in page.find_all("table") if one.caption}
    assert "Năm Căn" in tables["Scorecards of localities"]
    assert "Năm Căn" not in tables["Scorecards of departments and branches"]
    for picture in page.select("figure img"):
        drawn = visitor.get(picture["src"])
        assert drawn.status_code == 200
        assert drawn.content_type.startswith("image/svg+xml")
        assert b"<script" not in drawn.data
        assert picture["alt"]
        assert visitor.get(picture["src"], headers={"If-None-Match": drawn.headers["ETag"]}).status_code == 304
    assert visitor.get("/results/nonsense.svg").status_code == 404
    for url in [a["href"] for a in page.select("main table a[href]")]:
        assert visitor.get(url).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("quarter=2026Q4", 200),
        ("from=01/11/2026&to=30/11/2026", 200),
        ("from=2026-11-01", 200),
        ("quarter=nonsense", 200),
        ("quarter=0000Q9", 200),
        ("from=31/02/2026", 422),
        ("from=<script>", 422),
        ("from=01/12/2026&to=01/11/2026", 422),
        ("from=" + "9" * 5000, 422),
    ],
)
def test_any_period_is_answered(province: Province, query: str, status: int) -> None:
    province.order()
    answer: Callable[[str], Any] = province.as_("nobody").get
    response = answer(f"/results/?{query}")
    assert response.status_code == status
    assert "<script>" not in response.text.replace("<script src", "")
    assert answer(f"/results/departments.svg?{query}").status_code == 200


def test_without_anything_the_page_says_so(province: Province) -> None:
    assert "No results yet" in province.as_("nobody").get("/results/").text


def test_who_led_once_reads_no_title_in_a_frozen_period(province: Province, clock: Any) -> None:
    kept = province.order("Hoàn thuế chậm")
    number = province.order("Bí mật cũ của công ty", visibility="confidential")
    with province.work(province.actor("organizer")) as w:
        key = scoring.open_period(w, starts_on=date(2026, 10, 1), ends_on=date(2026, 11, 30)).id
        w.commit()
    clock.travel(to="2026-12-02T08:00")
    with province.work(province.actor("organizer")) as w:
        scoring.close_period(w, periods.by_key(w.db, key))
        w.commit()
    rows = f"/results/rows?quarter=p{key}&by=department&code=STC&figure=assigned"
    assert "Bí mật cũ của công ty" in province.as_("STC").get(rows).text
    province.do(number, lambda w, f: service.accept(w, f))
    with province.work(province.actor("organizer")) as w:
        f = w.get(FollowUp, province.row(number).id)
        to = province.department(w, "SXD")
        service.request_transfer(w, f, to=to, reason="Không thuộc thẩm quyền.", ground="Nghị định 1/2025")
        service.decide_transfer(w, f, to=to, reason="Chuyển.")
        w.commit()
    once = province.as_("STC")
    assert once.get(province.page(number)).status_code == 404
    page = once.get(rows)
    assert page.status_code == 200
    assert "Bí mật cũ của công ty" not in page.text
    book = load_workbook(io.BytesIO(once.get(f"/results/export.xlsx?quarter=p{key}").data))
    titles = {row[0]: row[1] for row in book["Rows"].iter_rows(min_row=2, values_only=True)}
    assert titles[number] is None
    assert titles[kept] == "Hoàn thuế chậm"
    assert str(number) in page.text, "it still counts"
    assert "Hoàn thuế chậm" in page.text
    assert str(kept) in page.text
    assert "Bí mật cũ của công ty" in province.as_("organizer").get(rows).text
