"""Writes docs/states.md and its pictures out of the state machines' own tables, or checks that they are current."""

from __future__ import annotations

import sys
from pathlib import Path

from state_pictures import draw

from meetup.domain import FOLLOW_UP, ISSUE, PHOTO, REGISTRATION, SERIES, SESSION, START, Machine

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "states.md"
MACHINES = (SESSION, SERIES, REGISTRATION, ISSUE, FOLLOW_UP, PHOTO)
HEAD = """# States

Written by `python tools/states.py` out of the tables in `meetup/domain/`, which the services move things by: what is
not in a table does not happen. Each row is also an [event](plugins.md#events) for plugins, such as `issue.accept`.

The pictures are drawn from the same tables: an arrow leaves its state on the line of its name and comes in at the head
of the state that it leads to; states in a darker box are final.
"""


def picture(machine: Machine) -> Path:
    """Where a machine's picture lies."""
    return DOCS / "pictures" / f"states-{machine.name.replace('_', '-')}.svg"


def section(machine: Machine) -> str:
    """One machine: its final states, its picture, and its arrows in the table's order."""
    rows = [
        f"| {before if before != START else '(new)'} | `{action}` | {after} |"
        for before, action, after in machine.as_rows()
    ]
    final = ", ".join(state for state in machine.states if state in machine.final) or "none"
    drawn = f"![The states of {machine.name}](pictures/{picture(machine).name})\n"
    return "\n".join(
        (f"\n## {machine.name}\n", f"Final: {final}.\n", drawn, "| from | action | to |", "|---|---|---|", *rows, "")
    )


def files() -> dict[Path, str]:
    """The page and the pictures, as they have to be."""
    page = HEAD + "".join(section(machine) for machine in MACHINES)
    return {PAGE: page, **{picture(machine): draw(machine) for machine in MACHINES}}


if __name__ == "__main__":
    wanted = files()
    if "--check" in sys.argv:
        old = [path.name for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
        if old:
            sys.exit(f"docs: not what the code says: {', '.join(old)}; run: python tools/states.py")
    else:
        for path, text in wanted.items():
            path.write_text(text, "utf-8")
