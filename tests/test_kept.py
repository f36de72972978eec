"""What is kept in a process: by key, within its room, made once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetup.kept import Kept


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5)), max_size=60), st.integers(1, 20))
def test_a_value_is_its_keys_own_and_the_room_is_kept_to(asked: list[tuple[int, int]], room: int) -> None:
    kept: Kept[bytes] = Kept(room, len)
    for number, length in asked:
        key = (number, length)
        assert kept.get(key, lambda key=key: bytes([key[0]]) * key[1]) == bytes([number]) * length  # type: ignore[misc]
        held = list(kept._values.values())
        assert sum(map(len, held)) <= room or len(held) == 1
        assert kept._used == sum(map(len, held))


def test_what_was_asked_for_last_stays() -> None:
    kept: Kept[bytes] = Kept(2, len)
    made: list[str] = []

    def make(name: str) -> bytes:
        made.append(name)
        return b"x"

    for name in ("a", "b", "a", "c", "a", "b"):
        kept.get(name, lambda name=name: make(name))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
    kept.forget()
    kept.get("a", lambda: make("a"))
    assert made[-1] == "a"
