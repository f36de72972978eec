"""The guides name what stands on the pages: every **word in bold** is one of theirs, every address leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from werkzeug.routing import RequestRedirect

from meetup import create_app

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
PAGES = [*GUIDES, ROOT / "docs" / "tour.md"]
CATALOGUES = [
    *ROOT.glob("meetup/translations/vi/LC_MESSAGES/*.po"),
    *ROOT.glob("plugins/*/src/*/translations/vi/LC_MESSAGES/*.po"),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The stand-alone site with every first-party plugin; nobody asks its database."""
    folder = tmp_path_factory.mktemp("site")
    return create_app({"MEETUP_SECRET_KEY": "known to all", "SECRET_KEY": "known to all"}, instance=folder)


def words(vietnamese: bool) -> set[str]:
    """What pages say, in one of the languages."""
    found: set[str] = set()
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file):
                said = message.string if vietnamese else message.id
                found.update(said if isinstance(said, (tuple, list)) else (said,))
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_a_guide_says_to_press_stands_on_a_page(path: Path) -> None:
    named = re.findall(r"\*\*(.+?)\*\*", path.read_text("utf-8").replace("\n", " "))
    named = [" ".join(one.split()) for one in named]
    known = words(vietnamese=path.stem.endswith("-vi"))
    assert [one for one in named if one not in known] == []


def test_the_guides_for_those_who_click_name_plenty() -> None:
    for name in ("business", "business-vi", "organiser", "department", "leader"):
        assert len(re.findall(r"\*\*.+?\*\*", (ROOT / "docs/guides" / f"{name}.md").read_text("utf-8"))) > 5


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_address_in_a_guide_leads_to_a_page(path: Path, app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    for address in re.findall(r"`(/[^`\s…]*)`", path.read_text("utf-8")):
        # Files of a machine, a mount of the example, and what the demo alone has.
        if address.startswith(("/etc/", "/coffee/", "/mailbox/")):
            continue
        example = re.sub(r"<number>|<year>", "2026", re.sub(r"<(slug|token)>", "one", address))
        try:
            adapter.match(example, method="GET")
        except RequestRedirect as elsewhere:
            pytest.fail(f"{path.name}: {address} is rather {elsewhere.new_url}")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_command_in_a_guide_is_one(path: Path, app: Flask) -> None:
    text = path.read_text("utf-8")
    called = set(re.findall(r"(?<![\w-])meetup ((?:[a-z]+)(?: [a-z]+)?)", "; ".join(re.findall(r"`([^`]+)`", text))))
    for command in called:
        first, _, second = command.partition(" ")
        for said in ([first, second, "--help"], [first, "--help"]):
            result = app.test_cli_runner().invoke(args=["meetup", *filter(None, said)])
            if result.exit_code == 0:
                break
        assert result.exit_code == 0, (path.name, command, result.output)
