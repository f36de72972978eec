"""Draws a state machine as SVG from its own table: a box for each state, a lane beside them for each way into one.

States stand below each other in the table's order. Every arrow leaves its state on a line of its own, which
carries its name, runs along the lane of the state that it leads to, and comes in at that state's head. So no name
lies on another, however many arrows there are.
"""

from __future__ import annotations

from html import escape

from meetup.domain import START, Machine

LINE = 19
GAP = 14
BOX = 150
LETTER = 6.7
LANE = 13
LEFT = 12
#: Of lanes, in turn: dark enough on white, light enough on black.
COLOURS = ("#0e7a70", "#b0641c", "#3d6fb5", "#8a5aa8", "#a8475b", "#5c7f2a", "#7a6a5d", "#b58a00")


def name_of(state: str) -> str:
    """A state as the pages print it."""
    return "(new)" if state == START else state.replace("_", " ")


def draw(machine: Machine) -> str:
    """The machine as an SVG document; the same table gives the same bytes."""
    arrows = machine.as_rows()
    states = [START, *machine.states]
    leaving = {state: [(action, after) for before, action, after in arrows if before == state] for state in states}
    heads: dict[str, int] = {}
    parts: list[str] = []
    y = LEFT
    rows: dict[tuple[str, int], int] = {}
    for state in states:
        heads[state] = y + LINE // 2 + 3
        height = LINE * (len(leaving[state]) + 1) + 6
        parts.append(_box(state, y, height, final=state in machine.final))
        for number in range(len(leaving[state])):
            rows[state, number] = y + LINE * (number + 1) + LINE // 2 + 3
        y += height + GAP
    # The longest way has the lane farthest out, so that lanes cross as little as may be.
    targets = [state for state in machine.states if any(after == state for _, _, after in arrows)]
    reach = {
        target: max(
            abs(rows[state, number] - heads[target])
            for state in states
            for number, (_, after) in enumerate(leaving[state])
            if after == target
        )
        for target in targets
    }
    lanes = {target: number for number, target in enumerate(sorted(targets, key=lambda one: (reach[one], one)))}
    longest = max(len(action) for _, action, _ in arrows)
    first = LEFT + BOX + int(longest * LETTER) + 26
    for target in targets:
        parts.append(_way_in(target, heads[target], first + lanes[target] * LANE, leaving, rows, lanes[target]))
    width = first + len(lanes) * LANE + LEFT
    title = f"The states of a {escape(machine.name.replace('_', ' '))}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" height="{y}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="{width}" height="{y}" rx="8" fill="#fffdf9"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _box(state: str, y: int, height: int, *, final: bool) -> str:
    stroke = ' stroke-dasharray="4 3"' if state == START else ""
    fill = "#e6ded2" if final else "#f6eee2"
    return (
        f'<rect x="{LEFT}" y="{y}" width="{BOX}" height="{height}" rx="6" fill="{fill}" stroke="#8c7a66"{stroke}/>'
        f'<text x="{LEFT + 10}" y="{y + 16}" font-weight="bold" fill="#2a211b">{escape(name_of(state))}</text>'
    )


def _way_in(
    target: str,
    head: int,
    lane: int,
    leaving: dict[str, list[tuple[str, str]]],
    rows: dict[tuple[str, int], int],
    number: int,
) -> str:
    """Everything that leads to `target`: the lines out, the lane, the tip at its head."""
    colour = COLOURS[number % len(COLOURS)]
    edge = LEFT + BOX
    parts, ends = [], [head]
    for state, arrows in leaving.items():
        for at, (action, after) in enumerate(arrows):
            if after != target:
                continue
            y = rows[state, at]
            ends.append(y)
            words = escape(action)
            parts.append(f'<path d="M{edge} {y}H{lane}"/>')
            parts.append(
                f'<text x="{edge + 8}" y="{y - 3}" fill="{colour}" stroke="#fffdf9" stroke-width="3" '
                f'paint-order="stroke">{words}</text>'
            )
    parts.append(f'<path d="M{lane} {min(ends)}V{max(ends)}M{lane} {head}H{edge + 7}"/>')
    parts.append(f'<path d="M{edge} {head}l9 -4v8z" fill="{colour}" stroke="none"/>')
    return f'<g fill="none" stroke="{colour}" stroke-width="1.4">' + "".join(parts) + "</g>"
