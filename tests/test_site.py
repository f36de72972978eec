"""The documentation is a site that one command builds, and a broken link or a page that nobody leads to stops it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meetup import api, domain
from meetup.commands import MODULES
from meetup.plugins import hookspecs

ROOT = Path(__file__).resolve().parent.parent
TOOL = "tools/site.py"


def build(target: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, TOOL, str(target)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "html"
    built = build(folder)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def text_of(site: Path, page: str) -> str:
    return (site / page).read_text("utf-8")


def test_every_page_of_the_documentation_is_in_it(site: Path) -> None:
    pages = [path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts]
    assert len(pages) > 20
    for path in pages:
        assert (site / path.relative_to(ROOT / "docs").with_suffix(".html")).is_file(), path
    for path in ROOT.glob("plugins/*/README.md"):
        assert (site / "plugins" / f"{path.parent.name}.html").is_file(), path


def test_every_picture_that_a_page_shows_is_there(site: Path) -> None:
    shown = {
        (page.parent / found).resolve()
        for page in site.rglob("*.html")
        for found in re.findall(r'<img [^>]*src="([^":]+)"', page.read_text("utf-8"))
    }
    assert len(shown) > 5
    assert [str(path) for path in shown if not path.is_file()] == []


def test_the_reference_has_what_the_code_has(site: Path) -> None:
    text = text_of(site, "reference/api.html")
    assert [name for name in api.__all__ if f">{name}</span>" not in text] == []
    text = text_of(site, "reference/domain.html")
    assert [name for name in domain.__all__ if f">{name}</span>" not in text] == []
    text = text_of(site, "reference/hooks.html")
    assert [name for name in vars(hookspecs) if name.startswith("meetup_") and f"{name}(" not in text] == []
    text = text_of(site, "reference/commands.html")
    assert [name for name in MODULES if f"Usage: meetup {name} " not in text] == []
    assert "MEETUP_DATABASE_URL" in text_of(site, "reference/settings.html")
    calls = re.sub(r"</?span[^>]*>", "", text_of(site, "reference/rest.html"))
    assert "POST /api/v1/sessions/{session_id}/publish" in calls


def test_nothing_is_asked_of_another_machine(site: Path) -> None:
    """A ministry's network may not lead anywhere: scripts, styles and fonts lie in the folder."""
    for page in site.rglob("*.html"):
        foreign = re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="(?:https?:)?//[^"]*"', page.read_text("utf-8"))
        assert not foreign, (page, foreign)


def test_a_link_to_nowhere_and_a_page_that_nobody_leads_to_stop_it(tmp_path: Path) -> None:
    _copy(tmp_path)
    page = tmp_path / "docs" / "speed.md"
    faults = ("[gone](nowhere.md)", "[gone](plugins.md#no-such-heading)", "![gone](pictures/nothing.png)")
    page.write_text("\n\n".join((page.read_text("utf-8"), *faults, "")), "utf-8")
    (tmp_path / "docs" / "lonely.md").write_text("# Lonely\n", "utf-8")
    built = build(tmp_path / "html", tmp_path)
    assert built.returncode != 0
    for said in ("nowhere.md", "no-such-heading", "nothing.png", "lonely.md"):
        assert said in built.stderr


def _copy(folder: Path) -> None:
    """What the tool reads, in a folder where it may be spoiled."""
    left = shutil.ignore_patterns("_build", "__pycache__")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=left)
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=left)
    for path in (*ROOT.glob("plugins/*/README.md"), ROOT / "examples/host/README.md", ROOT / "CHANGELOG.md"):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(ROOT / "README.md", folder)
