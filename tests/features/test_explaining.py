"""An agency explains, once, why it is late: the words stand beside the breach and no figure moves (R20)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from meetup.errors import InvalidInput
from meetup.followups import service
from tests.features.following import Province, build

WHY = "Hồ sơ gốc bị thất lạc khi sáp nhập, phải lập lại từ đầu."


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def counted(province: Province) -> dict[str, str]:
    page = province.as_("nobody").soup("/results/")
    return {one.find("span").get_text(): one.b.get_text() for one in page.select(".mu-stat")}


def test_an_explanation_stands_beside_the_breach_and_changes_no_count(province: Province, clock: Any) -> None:
    number = province.order("Quá hạn", to="accepted", days=2)
    page = province.page(number)
    officer = province.as_("STC")
    assert f"{page}/explain" not in officer.get(page).text, "nothing is late yet"
    with pytest.raises(InvalidInput, match="Nothing is late here"):
        province.do(number, lambda w, f: service.explain(w, f, text=WHY))
    clock.travel(days=7)
    before = counted(province)
    assert before["Overdue now"] == "1"
    # Only the lead agency (and the organiser for it) explains; a word of its own is needed.
    assert f"{page}/explain" not in province.as_("leader").get(page).text
    assert officer.fill(page, {"text": " "}, form=f"{page}/explain").status_code == 422
    seen = officer.soup(page)
    done = officer.send(seen, page, {"text": WHY}, form=f"{page}/explain")
    assert done.status_code == 200
    assert "The agency explained why it is late" in done.text
    # It is given once and stays.
    assert f"{page}/explain" not in officer.get(page).text
    again = officer.send(seen, page, {"text": "Một lý do khác."}, form=f"{page}/explain")
    assert again.status_code == 422
    assert WHY in officer.get(page).text
    # Beside the figure: on the leader's page, in the rows behind it, in the workbook; and the figure is what it was.
    leader = province.as_("leader")
    for address in ("/leader/", "/results/rows?figure=overdue_now", page):
        assert WHY in leader.get(address).text, address
    book = load_workbook(io.BytesIO(leader.get("/results/export.xlsx").data))
    assert WHY in {cell.value for row in book["Rows"].iter_rows() for cell in row}
    assert WHY not in province.as_("nobody").get("/results/").text
    assert counted(province) == before


def test_what_was_answered_late_is_explained_too(province: Province, clock: Any) -> None:
    late, punctual = province.order("Trả lời trễ", to="accepted", days=2), province.order("Đúng", to="closed", days=2)
    clock.travel(days=7)
    province.do(late, lambda w, f: service.answer(w, f, text="Đã trả lời đủ nội dung, kèm quyết định số 5."))
    officer = province.as_("STC")
    assert f"{province.page(punctual)}/explain" not in officer.get(province.page(punctual)).text
    done = officer.fill(province.page(late), {"text": WHY}, form=f"{province.page(late)}/explain")
    assert done.status_code == 200
    assert WHY in province.as_("leader").get("/results/rows?figure=late").text
