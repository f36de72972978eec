"""Plots as SVG, drawn by pygal: the page shows them as pictures, with the numbers as a table beside them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, request

#: Mangrove water, roasted coffee, caramel, rust: good, under way, late, overdue; seen on cream and on black alike.
GOOD, UNDER_WAY, LATE, OVERDUE = "#2f7d6b", "#8a6a4f", "#c28a2c", "#c0463a"
COLOURS = (GOOD, UNDER_WAY, LATE, OVERDUE)

#: An SVG by itself may style itself and do nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

Series = Sequence[tuple[str, Sequence[int | float | None]]]


def bars(
    title: str,
    labels: Sequence[str],
    series: Series,
    *,
    colours: Sequence[str] = COLOURS,
    stacked: bool = False,
    lying: bool = False,
    height: int = 360,
) -> bytes:
    """A bar chart.

    Args:
        title: what it shows; read out by screen readers that open the picture itself.
        labels: one for each group.
        series: (name, values) each.
        colours: one for each of `series`.
        stacked: one bar a group.
        lying: bars that go to the right, for long labels.
    """
    # pygal is large, and most processes never draw.
    import pygal
    from pygal.style import Style

    kind: Any = {
        (False, False): pygal.Bar,
        (True, False): pygal.StackedBar,
        (False, True): pygal.HorizontalBar,
        (True, True): pygal.HorizontalStackedBar,
    }[stacked, lying]
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="#6f6256",
        foreground_strong="#6f6256",
        foreground_subtle="#6f6256",
        colors=tuple(colours),
        guide_stroke_dasharray="1,4",
        major_guide_stroke_dasharray="1,4",
        font_family="system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        value_font_size=12,
        opacity="1",
        transition="none",
    )
    chart = kind(
        style=style,
        js=[],
        title=None,
        width=800,
        height=height,
        explicit_size=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
        show_y_guides=not lying,
        show_x_guides=lying,
        rounded_bars=2,
        margin=8,
        spacing=12,
        no_data_text="–",
        x_label_rotation=0 if lying or len(labels) <= 8 else 35,
        truncate_label=40,
        truncate_legend=-1,
        disable_xml_declaration=False,
        value_formatter=lambda value: "" if value is None else f"{value:g}",
    )
    chart.x_labels = list(labels)
    chart.y_labels = _whole_steps(series, stacked=stacked)
    for name, values in series:
        chart.add(name, list(values))
    chart.uuid = hashlib.sha256(title.encode()).hexdigest()[:12]
    # The picture stands still: what pygal writes for its own script is left out.
    return re.sub(rb"<script.*?</script>", b"", bytes(chart.render()), flags=re.DOTALL)


def _whole_steps(series: Series, *, stacked: bool) -> list[int]:
    """About six whole numbers for the axis: nobody has half a follow-up."""
    columns = list(zip(*(values for _name, values in series), strict=True)) or [()]
    tops = [
        sum(value or 0 for value in column) if stacked else max(map(_number, column), default=0) for column in columns
    ]
    top = max(1, *map(math.ceil, tops)) if tops else 1
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 10**9) if top / size <= 6)
    return list(range(0, top + step, step))


def _number(value: int | float | None) -> int | float:
    return value or 0


def response(svg: bytes) -> Response:
    """`svg` as an answer that a browser may keep as long as it stays the same."""
    answer = make_response(svg)
    answer.content_type = "image/svg+xml; charset=utf-8"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, max-age=60"
    answer.set_etag(hashlib.sha256(svg).hexdigest()[:24])
    answer.make_conditional(request)
    return answer
