"""Writes docs/access.md from the code that decides; with ``--check``, only says whether it is current."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from meetup import create_app
from meetup.access import RELATIONS, RULES
from meetup.staff.signin import WHO_MAY
from meetup.web.rights import COLUMNS, Right, relation, rights

PAGE = Path(__file__).parent.parent / "docs" / "access.md"
HEAD = """# Who may do what

Written by `python tools/access_table.py` from the code that decides: `RULES` and `RELATIONS` in `meetup/access.py`,
and what each view says of itself by `@allow` and each call of the API by `@call`. A test fails when this page is not
current, and `tests/features/test_access.py` comes to every address as everyone there is, with things that are theirs
and others', and compares. **What is in no table is denied.** Whoever may not even know of a thing is answered 404.

The command line is for whoever has the machine, and asks for no further right.

## Relations
How somebody stands to a thing, where a right hangs on it.

| relation | when it holds |
|---|---|
"""
PAGES = """
## Pages
“who” comes to the address; “of the thing” is asked about what the address names (`published`: its published text, for
whoever comes); “by link” is the secret link in the address, all that its holder needs. Every POST carries a token
against forgery. `staff` is whoever is signed in; `signing in`, whoever gave the right password and owes the code.

"""


def _rows() -> Iterator[str]:
    yield HEAD
    for name, holds in RELATIONS.items():
        yield f"| {name} | {' '.join((holds.__doc__ or '').split())} |\n"
    yield "\n## Actions\nBy role: the relation that is needed, or nothing where it is denied.\n\n"
    yield f"| action | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}\n"
    for action in sorted(RULES):
        yield f"| `{action}` | {' | '.join(relation(action, who) for who in COLUMNS)} |\n"
    found = _rights()
    yield PAGES
    yield "| method | address | who | of the thing | by link |\n|---|---|---|---|---|\n"
    for one in found:
        if not one.token:
            yield _row(one, f"`{one.by}`" if one.by else "")
    yield "\n## The API\nEvery call needs a bearer token, which has a role; an officer's has its department.\n\n"
    yield "| method | address | who | of the thing |\n|---|---|---|---|\n"
    for one in found:
        if one.token:
            yield _row(one)


def _row(one: Right, *more: str) -> str:
    path = re.sub(r"<(?:any\([^)]*\):)?action>", one.step, one.path) if one.step else one.path
    of = ", ".join(f"`{action}`" for action in one.of)
    return f"| {' '.join(one.methods)} | `{path}` | `{one.action}` | {' | '.join((of, *more))} |\n"


def _rights() -> list[Right]:
    """The rights of the stand-alone site with the core alone."""
    with tempfile.TemporaryDirectory() as folder:
        secret = "for this table alone, which signs nothing"
        app = create_app(
            {
                "MEETUP_DATABASE_URL": f"sqlite:///{folder}/none.sqlite3",
                "SECRET_KEY": secret,
                "MEETUP_SECRET_KEY": secret,
                "MEETUP_PLUGINS": "",
            },
            instance=folder,
        )
        mount = app.extensions["meetup"]["meetup"]
        return list(rights(app, mount, WHO_MAY))


def main() -> int:
    """Write the page."""
    text = "".join(_rows())
    if "--check" in sys.argv:
        if not PAGE.is_file() or PAGE.read_text("utf-8") != text:
            print("docs/access.md is not current; run python tools/access_table.py")
            return 1
        return 0
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
