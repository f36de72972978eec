"""Each threat has the test that shows how it is kept off, and what the page names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / "docs" / name).read_text("utf-8") for name in ("threats.md", "privacy.md")}
#: The rows of every table with a column of tests: (page, what, where, tests).
ROWS = [
    (name, *[cell.strip() for cell in line.strip().strip("|").split("|")])
    for name, page in PAGES.items()
    for line in page.splitlines()
    if line.startswith("| ") and "::" in line
]
#: What the model has to speak of.
SUBJECTS = (
    "content security policy",
    "HSTS",
    "SameSite",
    "token in every form",
    "planted before the sign-in",
    "Argon2",
    "Guessing passwords",
    "Registering by machine",
    "Trying links and API tokens",
    "content says",
    "number and size",
    "outside of the web root",
    "Formulas",
    "header in a mail",
    "zip bomb",
    "leads elsewhere",
    "in a log",
    "hashed",
)


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def in_file(file: Path) -> frozenset[str]:
    """The test functions of a file, those of its classes too."""
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1][:40]}")
def test_what_a_row_names_is_there(row: tuple[str, ...]) -> None:
    where, tests = row[-2], row[-1]
    assert code(where) and code(tests)
    for path in code(where):
        assert (ROOT / path).exists(), f"there is no {path}"
    for node in code(tests):
        file, _, test = node.partition("::")
        assert (ROOT / file).is_file() and test in in_file(ROOT / file), f"there is no test {node}"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_model_speaks_of(subject: str) -> None:
    assert subject in PAGES["threats.md"]


def test_every_row_has_a_test() -> None:
    rows = [line for line in PAGES["threats.md"].splitlines() if line.startswith("| ") and "Threat |" not in line]
    assert [line for line in rows if "::" not in line] == []
