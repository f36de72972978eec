"""Writes the table of the core's settings into docs/operating.md, or checks that it is current."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from meetup import config
from meetup.web import settings as web

SETTINGS = (*config.SETTINGS, *web.SETTINGS)

PAGE = Path(__file__).parent.parent / "docs" / "operating.md"
BETWEEN = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.S)


def table() -> str:
    """The settings as a Markdown table."""
    lines = ["| setting | default | what for |", "|---|---|---|"]
    for one in SETTINGS:
        default = ",".join(one.default) if isinstance(one.default, tuple) else str(one.default)
        lines.append(f"| `MEETUP_{one.name}` | {f'`{default}`' if default else 'none'} | {one.sentence} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table; with ``--check``, only say whether it is current."""
    text = PAGE.read_text("utf-8")
    wanted = BETWEEN.sub(lambda found: found[1] + table() + found[2], text)
    if "--check" in sys.argv:
        if text != wanted:
            print("docs/operating.md: the table of settings is not current; run python tools/settings_table.py")
            return 1
        return 0
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
