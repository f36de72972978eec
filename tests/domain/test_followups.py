"""One lead at every moment, a clock that never restarts, extensions and answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.followups import (
    OPEN,
    Custody,
    check_extension,
    check_transfer,
    is_overdue,
    may_decide_transfer,
)
from meetup.domain.issues import OUTCOMES, check_outcome, says_something
from meetup.errors import MeetupError, NotAllowed

DUE = date(2026, 10, 12)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "today", "late"),
    [
        ("assigned", DUE, False),
        ("assigned", DUE + DAY, True),
        ("accepted", DUE + DAY, True),
        ("transfer_requested", DUE + DAY, True),
        ("reopened", DUE + DAY, True),
        ("answered", DUE + DAY, False),
        ("verified", DUE + DAY, False),
        ("closed", DUE + DAY, False),
    ],
)
def test_overdue_is_who_owes_an_answer_after_the_last_day(state: str, today: date, late: bool) -> None:
    assert is_overdue(state, DUE, today) is late
    assert (state in OPEN) is (state != "closed")


def test_the_second_transfer_is_the_chairs() -> None:
    assert may_decide_transfer(0, False)
    assert not may_decide_transfer(1, False)
    assert may_decide_transfer(1, True)


def test_the_story_of_session_32() -> None:
    """domain.md §4.3: construction → police → construction is stopped, the chair decides, the date stays."""
    construction, police = 1, 2
    custody = Custody(construction, DUE).request(police).take().request(construction)
    with pytest.raises(NotAllowed):
        custody.take()
    with pytest.raises(NotAllowed):
        custody.refuse()
    decided = custody.decide(police)
    assert (decided.lead, decided.due_on, decided.transfers) == (police, DUE, 1)


def test_a_refused_transfer_goes_back_to_where_it_came_from() -> None:
    assert Custody(1, DUE).accept().request(2).refuse().state == "accepted"
    assert Custody(1, DUE).request(2).refuse().state == "assigned"


STEPS = st.lists(
    st.tuples(st.sampled_from(["accept", "request", "take", "refuse", "decide"]), st.integers(1, 4), st.booleans()),
    max_size=40,
)


@given(STEPS)
def test_exactly_one_lead_at_every_moment_and_the_clock_never_restarts(steps: list[tuple[str, int, bool]]) -> None:
    custody = Custody(1, DUE)
    free = 0
    for step, department, chair in steps:
        before = custody
        try:
            if step == "accept":
                custody = custody.accept()
            elif step == "request":
                custody = custody.request(department)
            elif step == "take":
                custody = custody.take(is_chair_or_organiser=chair)
            elif step == "refuse":
                custody = custody.refuse(is_chair_or_organiser=chair)
            else:
                custody = custody.decide(department)
        except (MeetupError, ValueError):
            assert custody == before
            continue
        assert isinstance(custody.lead, int)
        assert custody.due_on == DUE
        assert (custody.asked is not None) is (custody.state == "transfer_requested")
        if step in ("accept", "request", "refuse"):
            assert custody.lead == before.lead
        if step == "take" and not chair:
            free += 1
    assert free <= 1


def test_a_transfer_needs_receiver_reason_and_ground() -> None:
    assert check_transfer(1, 2, "đất quốc phòng", "QĐ 12/2026") == []
    assert [f.field for f in check_transfer(1, 1, " ", "")] == ["to", "reason", "ground"]
    assert [f.field for f in check_transfer(1, None, "x", "y")] == ["to"]


def test_an_extension_is_asked_for_in_time_and_once() -> None:
    ok = check_extension("accepted", DUE, DUE + DAY, DUE - DAY, reason="khảo sát")
    assert ok == []
    assert [f.field for f in check_extension("answered", DUE, DUE + DAY, DUE - DAY)] == ["due_on"]
    assert "before the due date" in check_extension("accepted", DUE, DUE + DAY, DUE)[0].say()
    assert "12/10/2026" in check_extension("accepted", DUE, DUE, DUE - DAY)[0].say()
    assert "once" in check_extension("accepted", DUE, DUE + DAY, DUE - DAY, granted=1)[0].say()
    assert check_extension("accepted", DUE, DUE + DAY, DUE - DAY, reason=" ")[0].field == "reason"


@pytest.mark.parametrize(
    "text",
    [
        "Noted",
        "ghi nhận",
        "Ghi nhận.",
        "Đã ghi nhận ý kiến của Quý Doanh nghiệp, xin cảm ơn!",
        "Sở xin tiếp thu.",
        "Noted, thank you for your feedback.",
        "OK",
        "---",
        "ghi nhận",
    ],
)
def test_noted_is_no_answer(text: str) -> None:
    assert not says_something(text)
    assert [f.field for f in check_outcome("explained", text)] == ["text"]


@pytest.mark.parametrize(
    "text",
    [
        "Đã cấp giấy phép ngày 21/09/2026.",
        "The permit was issued on Monday.",
        "Ghi nhận kiến nghị; cầu sẽ được gia cố xong trước 01/12/2026.",
        "已于九月二十一日发放许可证",
    ],
)
def test_an_answer_of_substance_passes(text: str) -> None:
    assert check_outcome("resolved", text) == []


def test_an_outcome_asks_for_what_belongs_to_it() -> None:
    text = "Nội dung thuộc thẩm quyền của Bộ Công Thương."
    assert [f.field for f in check_outcome("noted", text)] == ["outcome"]
    assert [f.field for f in check_outcome("explained", " ")] == ["text"]
    assert [f.field for f in check_outcome("beyond_authority", text)] == ["forwarded_to"]
    assert [f.field for f in check_outcome("referred_out", text)] == ["how_to_file"]
    assert check_outcome("beyond_authority", text, forwarded_to="Bộ Công Thương") == []
    assert check_outcome("referred_out", text, how_to_file="Gửi Ban Tiếp công dân") == []
    assert len(OUTCOMES) == 6
