"""Each requirement of the article has its row, and what the row names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest

from meetup import create_app
from meetup.commands import Commands

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/requirements.md").read_text("utf-8")
ISSUES = {
    "4": "Calendars and mail that the real world's clients accept",
    "5": "Desks that people like to work at",
    "6": "Fast, hard to break, and open to inspection",
    "7": "A package that others build on",
}
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if re.match(r"\| R\d+ \|", line) and (cells := [cell.strip() for cell in line.strip().strip("|").split("|")])
}


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def paths() -> frozenset[str]:
    """Every address of ours, parameters without their converters; those of first-party plugins out of their source."""
    settings = {"MEETUP_DATABASE_URL": "sqlite://", "MEETUP_SECRET_KEY": "x" * 40, "MEETUP_PLUGINS": ""}
    with TemporaryDirectory() as folder:
        app = create_app(settings, instance=folder)
    found = {rule.rule for rule in app.url_map.iter_rules()}
    for file in ROOT.glob("plugins/*/src/**/*.py"):
        found.update(re.findall(r"""(?:get|post|route|add_url_rule)\(\s*["'](/[^"']*)""", file.read_text("utf-8")))
    return frozenset(re.sub(r"<(?:[^:<>]+(?:\([^)]*\))?:)?(\w+)>", r"<\1>", path) for path in found)


@cache
def in_file(file: Path) -> frozenset[str]:
    """The test functions of a file."""
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_requirement_has_one_row() -> None:
    assert list(ROWS) == [f"R{number}" for number in range(1, 48)]
    assert {len(cells) for cells in ROWS.values()} == {4}
    assert len(re.findall(r"^\| R\d+ \|", PAGE, re.MULTILINE)) == 47


@pytest.mark.parametrize("name", ROWS)
def test_what_a_row_names_is_there(name: str) -> None:
    asked, seen, shown, coming = ROWS[name]
    assert asked
    named = code(seen)
    for one in named:
        if one.startswith("/"):
            assert one in paths(), f"{one} is none of our addresses"
        elif one.startswith("meetup "):
            command: click.Command | None = Commands("meetup")
            for word in one.split()[1:]:
                assert isinstance(command, click.Group), f"there is no “{one}”"
                command = command.get_command(click.Context(command), word)
                assert command is not None, f"there is no “{one}”"
        else:
            templates = ROOT / "meetup/templates/meetup/mail" / one
            for part in ("subject.txt", "body.txt", "body.html"):
                assert (templates / part).is_file(), f"the mail {one} has no {part}"
    for node in code(shown):
        file, _, test = node.partition("::")
        assert (ROOT / file).is_file() and test in in_file(ROOT / file), f"there is no test {node}"
    if not (named and code(shown)):
        assert coming, "neither a page and a test, nor the issue that brings them"
    if coming:
        assert re.search(r"issue [4-7]", coming), "no issue is named"


def test_the_open_issues_are_named_by_their_titles() -> None:
    words = " ".join(PAGE.split())
    for number in set(re.findall(r"issue (\d)", PAGE)):
        assert f"issue {number} “{ISSUES[number]}”" in words
