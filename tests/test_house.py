"""The house's own rules that no linter knows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for folder in ("meetup", "migrations", "tools", *(str(p.relative_to(ROOT)) for p in ROOT.glob("plugins/*/src")))
    for path in (ROOT / folder).rglob("*.py")
)
MODULES = [path for path in SOURCES if "versions" not in path.parts]
#: What the domain may use besides the standard library and itself.
PURE = {"icalendar", "holidays", "dateutil"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """The absolute names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}: write imports in full"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_fits_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400, "over 400 lines: the layer is wrong, split it"


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"util", "utils", "helper", "helpers", "misc", "common"}
    assert [name_of(path) for path in SOURCES if drawers & {path.stem, path.parent.name}] == []


@pytest.mark.parametrize("path", sorted((ROOT / "meetup/domain").glob("*.py")), ids=name_of)
def test_the_domain_is_pure(path: Path) -> None:
    foreign = {
        name
        for name in imports(path)
        if name.partition(".")[0] not in PURE | sys.stdlib_module_names | {"__future__"}
        and not name.startswith(("meetup.domain", "meetup.errors"))
    }
    assert not foreign


@pytest.mark.parametrize("path", sorted((ROOT / "meetup/domain").glob("*.py")), ids=name_of)
def test_the_domain_has_no_clock_of_its_own(path: Path) -> None:
    asked = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today", "time", "monotonic"}
        and ast.unparse(node.func.value) in {"datetime", "date", "datetime.datetime", "datetime.date", "time"}
    ]
    assert not asked, "the instant comes as an argument"


@pytest.mark.parametrize("path", sorted((ROOT / "meetup").rglob("*.py")), ids=name_of)
def test_only_the_clock_asks_what_time_it_is(path: Path) -> None:
    if path.name == "clock.py":
        return
    text = ast.parse(path.read_text("utf-8"))
    asked = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(text)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.today"}
    ]
    assert not asked, "take work.now, or the mount's clock"


@pytest.mark.parametrize("path", sorted(ROOT.glob("plugins/*/src/**/*.py")), ids=name_of)
def test_a_plugin_uses_the_documented_surface_alone(path: Path) -> None:
    inner = {name for name in imports(path) if name.startswith("meetup.") and name != "meetup.api"}
    assert not inner, "a plugin imports meetup and meetup.api alone"


#: What marks words for translation.
MARKS = {"_", "N_", "gettext", "lazy", "ngettext"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_words_are_marked_inside_an_f_string(path: Path) -> None:
    """Before Python 3.12 an f-string is one token, and whoever collects the words looks into none."""
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for node in ast.walk(string)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKS
        and any(isinstance(one, ast.Constant) for one in node.args)
    ]
    assert inside == []


def test_templates_have_nothing_inline() -> None:
    """The strict policy forbids it: no script, no style, no handler in the page itself."""
    import re

    wrong = re.compile(
        r"<style\b|\sstyle\s*=|<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
    )
    found = [
        f"{name_of(path)}: {match.group(0)}"
        for path in sorted(ROOT.glob("**/templates/**/*.html"))
        # Mails have no policy, and no client reads their style sheets.
        if "mail" not in path.parts and not {".venv", "node_modules"} & set(path.parts)
        for match in wrong.finditer(path.read_text("utf-8"))
    ]
    assert not found
