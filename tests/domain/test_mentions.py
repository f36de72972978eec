"""Who is called by name in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.mentions import MOST, handle_of, handles

NAMES = st.from_regex(r"[a-z][a-z0-9.]{0,10}[a-z0-9]", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nhờ @canbo.stc xem giúp, cảm ơn.", ["canbo.stc"]),
        ("(@STC) và @SXD.", ["stc", "sxd"]),
        ("@a @A @a", ["a"]),
        ("Gửi an@mot.example và @b@c.example", []),
        ("@ một mình, @@hai, x@y", []),
        ("@đức, @Đức", ["đức"]),
        ("", []),
    ],
)
def test_handles(text: str, found: list[str]) -> None:
    assert handles(text) == found


@given(st.lists(NAMES, max_size=30))
def test_every_name_is_found_once_and_not_too_many(names: list[str]) -> None:
    found = handles(" ".join(f"@{name}," for name in names))
    assert found == list(dict.fromkeys(names))[:MOST]


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert len(handles(text)) <= MOST


@given(NAMES)
def test_an_address_calls_nobody_and_has_a_handle(name: str) -> None:
    assert handles(f"write to {name}@province.example") == []
    assert handle_of(f"{name.upper()}@province.example") == name
