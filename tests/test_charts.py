"""The scale beside a plot."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from meetup.web import charts

SVG = "{http://www.w3.org/2000/svg}"


def scale(*values: float, **how: Any) -> list[float]:
    """The numbers that stand along the axis."""
    drawn = charts.bars("Điểm", [str(n) for n in range(len(values))], [("Năm nay", values)], **how)
    parts = ElementTree.fromstring(drawn).iter(f"{SVG}g")
    axis = next(part for part in parts if part.get("class", "").startswith("axis y"))
    return sorted(float(one.text or "") for one in axis.iter(f"{SVG}text"))


def test_what_is_out_of_a_hundred_has_a_scale_to_a_hundred() -> None:
    assert scale(88.4, 100, 97.3) == [0, 20, 40, 60, 80, 100]


#: Counts, and results in tenths as they are shown.
VALUES = st.integers(0, 50_000).map(lambda tenths: tenths / 10)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_it_holds_every_value_and_little_more(values: list[float]) -> None:
    found = scale(*values)
    step = found[1]
    assert 2 <= len(found) <= 8
    assert found[-1] >= max(values)
    assert found[-1] - step < max(1, *values)
