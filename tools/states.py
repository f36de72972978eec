"""Writes docs/states.md out of the state machines' own tables, or checks that it is current."""

from __future__ import annotations

import sys
from pathlib import Path

from meetup.domain import FOLLOW_UP, ISSUE, REGISTRATION, SERIES, SESSION, START, Machine

PAGE = Path(__file__).parent.parent / "docs" / "states.md"
MACHINES = (SESSION, SERIES, REGISTRATION, ISSUE, FOLLOW_UP)
HEAD = """# States

Written by `python tools/states.py` out of the tables in `meetup/domain/`, which the services move things by: what is
not in a table does not happen. Each row is also an [event](plugins.md#events) for plugins, such as `issue.accept`.
"""


def section(machine: Machine) -> str:
    """One machine: its final states and its arrows in the table's order."""
    rows = [
        f"| {before if before != START else '(new)'} | `{action}` | {after} |"
        for before, action, after in machine.as_rows()
    ]
    final = ", ".join(state for state in machine.states if state in machine.final) or "none"
    return "\n".join(
        (f"\n## {machine.name}\n", f"Final: {final}.\n", "| from | action | to |", "|---|---|---|", *rows, "")
    )


def page() -> str:
    """The whole page."""
    return HEAD + "".join(section(machine) for machine in MACHINES)


if __name__ == "__main__":
    if "--check" in sys.argv:
        if PAGE.read_text("utf-8") != page():
            sys.exit("docs/states.md is not what the code says; run: python tools/states.py")
    else:
        PAGE.write_text(page(), "utf-8")
