"""Every distribution that an installation brings is there for a reason that is written down."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in (ROOT / "docs/dependencies.md").read_text("utf-8").splitlines()
    if line.startswith("| `") and (cells := [cell.strip() for cell in line.strip().strip("|").split("|")])
}
#: Extras that a site installs; the others are for whoever works on this.
EXTRAS = ("postgresql", "celery", "docx")


def required() -> set[str]:
    """The distributions of the installation and of its extras."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lists = [setup["options"]["install_requires"], *(setup["options.extras_require"][name] for name in EXTRAS)]
    return {
        re.split(r"[\[<>=!~;\s]", line.strip())[0].lower()
        for text in lists
        for line in text.split("\n")
        if line.strip()
    }


def test_each_has_its_row_and_no_row_is_left() -> None:
    assert set(ROWS) == required()


def test_each_row_says_all_of_it() -> None:
    for name, (tested, released, why, instead) in ROWS.items():
        assert re.fullmatch(r"\d[\w.]*", tested), name
        assert re.fullmatch(r"\d[\w.]*, 20\d\d-\d\d", released), name
        assert len(why) > 9 and len(instead) > 5, name


def test_the_version_is_the_one_that_is_tested() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.M))
    assert {name: row[0] for name, row in ROWS.items()} == {name: pinned[name] for name in ROWS}
