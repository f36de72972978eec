"""docs/plugins.md names every hook, argument, event, slot, setting and name of the API, and quotes tested code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from meetup_chat.plugin import SETTINGS as CHAT
from meetup_coffee_connect.intake import SETTINGS as COFFEE_CONNECT
from meetup_mailbox.settings import SETTINGS as MAILBOX
from meetup_webhooks.plugin import SETTINGS as WEBHOOKS

from meetup import api, config
from meetup.domain.followups import FOLLOW_UP
from meetup.domain.issues import ISSUE
from meetup.domain.registrations import REGISTRATION
from meetup.domain.sessions import SERIES, SESSION
from meetup.plugins import hookspecs
from meetup.plugins.slots import SLOTS
from meetup.web import settings as web
from tests.plugins.wheels import ROOT, SAMPLE

PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
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


@pytest.mark.parametrize("machine", [SESSION, SERIES, REGISTRATION, ISSUE, FOLLOW_UP], ids=lambda machine: machine.name)
def test_every_event_is_documented(machine: object) -> None:
    name = machine.name  # type: ignore[attr-defined]
    wanted = {f"`{name}.{action}`" for _, action in machine.arrows}  # type: ignore[attr-defined]
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    assert set(re.findall(r"`\w+\.\w+`", line)) == wanted


def test_every_setting_is_documented() -> None:
    core = [setting.name for setting in (*config.SETTINGS, *web.SETTINGS)]
    assert [name for name in core if f"`MEETUP_{name}`" not in OPERATING] == []
    for setting in (*CHAT, *COFFEE_CONNECT, *MAILBOX, *WEBHOOKS):
        default = "none" if setting.default == "" else f"`{setting.default}`"
        assert f"| `MEETUP_{setting.name}` | {default} | {setting.sentence} |" in PAGE


def test_every_plugin_with_settings_is_looked_at_here() -> None:
    brought = {
        path.parent.name
        for path in ROOT.glob("plugins/*/src/*/*.py")
        if "def meetup_settings" in path.read_text("utf-8")
    }
    named = {name for name in brought if f"MEETUP_{name.removeprefix('meetup_').upper()}_" in PAGE}
    assert brought == named, "docs/plugins.md lacks the settings of a first-party plugin"


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
