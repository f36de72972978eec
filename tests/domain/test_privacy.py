"""What looks like personal data, and masks."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.privacy import find_personal_data, mask_email, mask_personal_id


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("gọi 0912 345 678 nhé", "phone", "0912 345 678"),
        ("ĐT:0912345678.", "phone", "0912345678"),
        ("+84 912.345.678", "phone", "+84 912.345.678"),
        ("84912345678", "phone", "84912345678"),
        ("(0290) 000 0012", "phone", "(0290) 000 0012"),
        ("0290-000-0012", "phone", "0290-000-0012"),
        ("+49 30 1234567", "phone", "+49 30 1234567"),
        ("CCCD 096123456789", "personal_id", "096123456789"),
        ("CCCD 096 123 456 789,", "personal_id", "096 123 456 789"),
        ("thư: an.nguyen+x@mail.example.com.", "email", "an.nguyen+x@mail.example.com"),
        ("0912345678@example.com", "email", "0912345678@example.com"),
    ],
)
def test_what_is_found(text: str, kind: str, found: str) -> None:
    hits = find_personal_data(text)
    assert [(one.kind, one.text) for one in hits] == [(kind, found)]
    assert text[hits[0].start : hits[0].end] == found


@pytest.mark.parametrize(
    "text",
    [
        "Hạn 28/09/2026, 1.500.000.000 đồng",
        "MST 9999900013",
        "MST 9999900052-001",
        "Số: 123/TB-UBND",
        "xe 40 km, 120 lao động",
        "a@b",
        "12729/VPCP-KGVX",
        "0123456789012345",
    ],
)
def test_what_is_none(text: str) -> None:
    assert find_personal_data(text) == []


def test_several_in_order() -> None:
    found = find_personal_data("a@example.com, 0912345678, 096123456789")
    assert [one.kind for one in found] == ["email", "phone", "personal_id"]


@given(st.text())
def test_findings_do_not_overlap(text: str) -> None:
    found = find_personal_data(text)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("part", ["a", "a.", "a@", "0", "0 ", "+84(", "1-", "a.a@a."])
def test_no_text_takes_long(part: str) -> None:
    before = perf_counter()
    find_personal_data(part * 20_000)
    assert perf_counter() - before < 5


def test_masks() -> None:
    assert mask_personal_id("096123456123") == "*********123"
    assert mask_personal_id("096 123 456 123") == "*********123"
    assert mask_personal_id("12") == "**"
    assert mask_email("nguyen@example.com") == "n***@example.com"
    assert mask_email("none") == "***"
    assert mask_email("@example.com") == "***@example.com"
