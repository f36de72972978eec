"""docs/plugins.md names every hook, argument, event, slot, setting and name of the API, and quotes tested code."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import meetup.builtin  # noqa: F401  # so that every model of the core is known
from meetup import api, config
from meetup.db import Stateful
from meetup.domain.machine import Machine
from meetup.plugins import hookspecs
from meetup.plugins.manager import GROUP
from meetup.plugins.slots import SLOTS
from meetup.web import settings as web
from tests.plugins.wheels import ROOT, SAMPLE

PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
TEMPLATES = ROOT / "meetup" / "templates"
FIRST_PARTY = {path.parent.name.removeprefix("meetup-") for path in ROOT.glob("plugins/*/setup.cfg")}
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("meetup_"))
QUOTES = re.findall(r"```\w+\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_with_its_arguments_and_an_example(hook: str) -> None:
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    heading = f"### `{hook}({arguments})`"
    assert heading in PAGE, f"docs/plugins.md lacks {heading}"
    section = PAGE.partition(heading)[2].partition("\n##")[0]
    assert "- **called** " in section
    assert "- **transaction** " in section
    assert f"def {hook}(" in section
    assert inspect.getdoc(getattr(hookspecs, hook))


def test_the_page_names_no_hook_that_is_not_there() -> None:
    assert re.findall(r"^### `(meetup_\w+)", PAGE, re.MULTILINE) == [
        name for name in vars(hookspecs) if name.startswith("meetup_")
    ]


@pytest.mark.parametrize("slot", sorted(SLOTS))
def test_a_slot_is_documented_and_drawn(slot: str) -> None:
    assert f"| `{slot}` | {SLOTS[slot]} |" in PAGE
    templates = (ROOT / "meetup" / "templates").rglob("*.html")
    assert any(re.search(rf"""slot\(["']{re.escape(slot)}["']""", path.read_text("utf-8")) for path in templates)


def test_every_slot_that_is_drawn_is_known() -> None:
    drawn = {
        name
        for path in (ROOT / "meetup" / "templates").rglob("*.html")
        for name in re.findall(r"""\bslot\(["']([\w.]+)["']""", path.read_text("utf-8"))
    }
    assert drawn == set(SLOTS)


@pytest.mark.parametrize("base", ["base", "desk", "live", "print", "errors/error"])
def test_every_block_of_a_base_template_is_documented(base: str) -> None:
    bases = (ROOT / "docs" / "look.md").read_text("utf-8").partition("## Bases")[2].partition("\n## ")[0]
    assert f"`meetup/{base}.html`" in bases
    source = (ROOT / "meetup" / "templates" / "meetup" / f"{base}.html").read_text("utf-8")
    assert [name for name in re.findall(r"{%-? *block (\w+)", source) if f"`{name}`" not in bases] == []


def opened(path: Path) -> set[str]:
    """The blocks that a template has, its own and those of the ones that it extends."""
    source = re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)
    names = set(re.findall(r"{%-? *block (\w+)", source))
    parent = re.search(r"""{%-? *extends ["'](?:core:)?([\w./]+)["']""", source)
    return names | (opened(TEMPLATES / parent[1]) if parent else set())


def test_every_block_that_a_template_opens_is_documented() -> None:
    """Not those of the bases alone: a block that some page adds can be filled by whoever replaces that page."""
    bases = (ROOT / "docs" / "look.md").read_text("utf-8").partition("## Bases")[2].partition("\n## ")[0]
    known = set(re.findall(r"`(\w+)`", bases))
    missing = {
        f"{path.relative_to(TEMPLATES)}: {name}"
        for path in TEMPLATES.rglob("*")
        if path.is_file()
        for name in opened(path) - known
    }
    assert missing == set(), "docs/look.md lacks blocks"


def machines(root: type[Stateful] = Stateful) -> Iterator[Machine]:
    """Of everything in the core that has states."""
    for model in root.__subclasses__():
        if model.__module__.startswith("meetup.") and getattr(model, "MACHINE", None) is not None:
            yield model.MACHINE
        yield from machines(model)


@pytest.mark.parametrize("machine", list(machines()), ids=lambda machine: machine.name)
def test_every_event_is_documented(machine: Machine) -> None:
    wanted = {f"`{machine.name}.{action}`" for action in machine.actions}
    line = next((line for line in PAGE.splitlines() if line.startswith(f"| `{machine.name}` |")), "")
    assert set(re.findall(r"`\w+\.\w+`", line)) == wanted


def test_the_page_names_no_event_of_nothing() -> None:
    table = PAGE.partition("## Events")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {machine.name for machine in machines()}


def brought_settings() -> list[config.Setting]:
    """What the first-party plugins bring, by their own hook."""
    plugins = [point.load() for point in entry_points(group=GROUP) if point.name in FIRST_PARTY]
    return [one for plugin in plugins if hasattr(plugin, "meetup_settings") for one in plugin.meetup_settings()]


def test_every_setting_is_documented() -> None:
    core = [setting.name for setting in (*config.SETTINGS, *web.SETTINGS)]
    assert [name for name in core if f"`MEETUP_{name}`" not in OPERATING] == []
    for setting in brought_settings():
        default = "none" if setting.default == "" else f"`{setting.default}`"
        assert f"| `MEETUP_{setting.name}` | {default} | {setting.sentence} |" in PAGE


def test_the_page_names_no_setting_that_is_not_there() -> None:
    table = PAGE.partition("## Settings of the first-party")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `MEETUP_(\w+)`", table, re.MULTILINE)) == {one.name for one in brought_settings()}


def test_every_name_of_the_api_is_documented() -> None:
    assert [name for name in api.__all__ if f"| `{name}` | " not in PAGE] == []
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


@pytest.mark.parametrize(("file", "text"), QUOTES, ids=[f"{n}-{file}" for n, (file, _) in enumerate(QUOTES)])
def test_an_example_is_quoted_from_the_tested_plugin(file: str, text: str) -> None:
    source = SAMPLE / file if file == "setup.cfg" else SAMPLE / "src" / "meetup_thanks" / file
    whole = source.read_text("utf-8")
    for part in text.strip("\n").split("\n\n\n"):
        assert part in whole, f"docs/plugins.md quotes {file} wrongly:\n{part}"


def test_the_sample_stands_on_every_hook() -> None:
    text = Path(SAMPLE / "src/meetup_thanks/plugin.py").read_text("utf-8")
    assert [hook for hook in HOOKS if f"def {hook}(" not in text] == []
