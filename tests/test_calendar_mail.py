"""Each rule about calendars and mail has its row, and what the row names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/calendar-mail.md").read_text("utf-8")
#: How many rules each series has.
SERIES = {"A": 16, "B": 7, "C": 11, "D": 12, "E": 6, "F": 10, "G": 7}
_ROW = re.compile(r"^\| ([A-G]\d+) \|")
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if _ROW.match(line) and (cells := [cell.strip() for cell in line.strip().strip("|").split("|")])
}


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def in_file(file: Path) -> frozenset[str]:
    """The test functions of a file."""
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_rule_has_one_row() -> None:
    wanted = [f"{letter}{number}" for letter, count in SERIES.items() for number in range(1, count + 1)]
    assert [match[1] for line in PAGE.splitlines() if (match := _ROW.match(line))] == wanted
    assert {len(cells) for cells in ROWS.values()} == {4}


@pytest.mark.parametrize("name", ROWS)
def test_what_a_row_names_is_there(name: str) -> None:
    asked, kept, shown, coming = ROWS[name]
    assert asked
    for path in code(kept):
        assert (ROOT / path).exists(), f"there is no {path}"
    for node in code(shown):
        file, _, test = node.partition("::")
        assert (ROOT / file).is_file() and test in in_file(ROOT / file), f"there is no test {node}"
    if not (code(kept) and code(shown)):
        assert coming, "neither a place and a test, nor the issue that brings them"
    if coming:
        assert "issue 4" in coming, "no issue is named"
