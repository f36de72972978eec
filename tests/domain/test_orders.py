"""Orders typed in one line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.orders import OrderLine, parse_orders
from meetup.errors import InvalidInput

CODES = ["STC", "SXD", "SNNMT", "UBND-ĐM"]
TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("STC 10 ngày làm việc: hướng dẫn hồ sơ", OrderLine("STC", "hướng dẫn hồ sơ", (), 10)),
        ("stc 10 ngay lam viec: hướng dẫn", OrderLine("STC", "hướng dẫn", (), 10)),
        ("STC 7: làm", OrderLine("STC", "làm", (), 7)),
        ("STC 7 working days: do it", OrderLine("STC", "do it", (), 7)),
        ("STC: làm: việc này", OrderLine("STC", "làm: việc này")),
        ("STC, SXD; SNNMT 5 ngày: làm", OrderLine("STC", "làm", ("SXD", "SNNMT"), 5)),
        ("STC STC SXD: làm", OrderLine("STC", "làm", ("SXD",))),
        ("SXD 30/11/2026: làm", OrderLine("SXD", "làm", (), None, date(2026, 11, 30))),
        ("SXD đến ngày 30/11: làm", OrderLine("SXD", "làm", (), None, date(2026, 11, 30))),
        ("SXD trước 1/3: làm", OrderLine("SXD", "làm", (), None, date(2027, 3, 1))),
        ("ubnd-dm 5 ngày: làm", OrderLine("UBND-ĐM", "làm", (), 5)),
    ],
)
def test_read(line: str, order: OrderLine) -> None:
    assert parse_orders(line, CODES, TODAY) == [order]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("STC 10 ngày làm việc", "colon"),
        ("STC 10:   ", "colon"),
        ("ABC 10: làm", "“ABC”"),
        (": làm", "colon"),
        ("10 ngày: làm", "“10”"),
        ("STC mai: làm", "“mai”"),
        ("STC 31/02/2027: làm", "31/02/2027"),
    ],
)
def test_refused_with_the_line(line: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_orders(f"STC 5: được\n\n{line}\nSXD: được", CODES, TODAY)
    (message,) = refused.value.by_field()["lines"]
    assert message.startswith("Line 3")
    assert said in message


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        orders = parse_orders(text, CODES, TODAY)
    except InvalidInput as refused:
        assert set(refused.by_field()) == {"lines"}
    else:
        assert all(order.lead in CODES and order.task for order in orders)
