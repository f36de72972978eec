"""The organiser's month, and badges to print."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import ENDS, OFFICER, ORGANIZER, STARTS, make_registration, make_session, sign_in

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


@pytest.fixture(autouse=True)
def signed_in(mount: Mount) -> None:
    sign_in(mount, ORGANIZER)


def test_a_month_as_calendar_and_as_list(client: Visitor, work: Unit, query_counter: Any) -> None:
    week = timedelta(days=7)
    with work() as w:
        make_session(w, title="Kỳ tháng mười một")
        make_session(w, title="Bản nháp", published=False, starts_at=STARTS + week, ends_at=ENDS + week)
        w.commit()
    page = client.soup("/organize/calendar?lang=en")
    # Saturday 28 November, 00:00 in UTC, is 07:00 of the same day here.
    (cell,) = [td for td in page.select(".mu-month td") if td.a and "Kỳ tháng mười một" in td.get_text()]
    assert cell.time["datetime"] == "2026-11-28"
    assert "07:00" in cell.get_text()
    assert page.select_one(".mu-month [aria-current=date] time")["datetime"] == "2026-11-02"
    assert [h.get_text(strip=True).partition(":")[0] for h in page.select("article h3")] == ["Kỳ tháng mười một"]
    # The draft of the fifth of December stands in the last week's row, not in the list of November.
    assert "Bản nháp" in page.select_one(".mu-month").get_text()
    after = client.soup(page.select_one("a[rel=next]")["href"])
    assert "Bản nháp" in after.select_one("article h3").get_text()
    assert client.soup("/organize/calendar?month=2027-02&lang=en").select(".mu-month .is-off"), "Tết"
    for odd in ("2026-13", "9999-01", "x", ""):
        assert client.get(f"/organize/calendar?month={odd}").status_code == 200
    assert client.soup("/organize/calendar?month=2000-01").select_one("a[rel=prev]") is None
    assert client.soup("/organize/calendar?month=2199-12").select_one("a[rel=next]") is None
    with query_counter() as few:
        client.get("/organize/calendar?month=2026-11")
    with work() as w:
        for n in range(6):
            at = timedelta(days=-n, hours=1)
            make_session(w, title=f"Kỳ thêm {n}", starts_at=STARTS + at, ends_at=ENDS + at)
        w.commit()
    with query_counter() as many:
        client.get("/organize/calendar?month=2026-11")
    assert len(many) == len(few)


def test_badges_for_everyone_who_is_expected(client: Visitor, work: Unit, mount: Mount) -> None:
    with work() as w:
        session = make_session(w)
        make_registration(w, session, 1, seats=2)
        make_registration(w, session, 2, response="declined")
        make_registration(w, session, 3)
        w.commit()
        path = f"/organize/sessions/{session.slug}/badges"
    page = client.soup(path)
    assert [b.get_text() for b in page.select(".badge b")] == ["Người 1.1", "Người 1.2", "Người 3.1"]
    assert len(page.select(".badge svg")) == 3
    assert page.find(style=True) is None
    assert client.soup(path.replace("badges", "check-in")).find("a", href=path)
    sign_in(mount, OFFICER)
    assert client.get(path).status_code == 403
    assert client.get("/organize/calendar").status_code == 403


def test_a_draft_says_what_it_lacks(client: Visitor, work: Unit, clock: Any) -> None:
    with work() as w:
        closes = STARTS - timedelta(days=1)
        session = make_session(w, published=False, chair="", registration_closes_at=closes)
        path = f"/organize/sessions/{session.slug}/"
        w.commit()

    def missing() -> set[str]:
        points = client.soup(f"{path}?lang=en").select(".mu-check li")
        return {one.a.get_text() for one in points if one.a and "still missing" in one.get_text()}

    lacking = {"Chair", "Secretary", "What it is about", "Published"}
    assert missing() == lacking
    clock.travel(to="2026-11-27T20:00")
    assert missing() == lacking | {"A registration that has not closed already"}
    clock.travel(to="2026-11-29T07:00")
    assert missing() == lacking | {"A start that is yet to come"}
