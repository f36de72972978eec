"""Builds the documentation as a site: the pages of docs/ and of plugins, and the reference out of the code.

    python tools/site.py [FOLDER]      into docs/_build/html, or FOLDER

Pages are copied into a folder of their own with their links turned, the reference is written beside them, and
Sphinx draws all of it. Its warnings are errors: a link to nowhere, a page in no table of contents, a
picture that is missing. Exit status 1 then.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reference import pages as reference_pages

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
TARGET = DOCS / "_build" / "html"
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^)\s]+)((?:\s+\"[^\"]*\")?\))")
#: Blocks and spans of code, which are not looked into.
CODE = re.compile(r"(^(?P<fence>```+|~~~+).*?^(?P=fence)[ ]*$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)


def moved() -> dict[Path, str]:
    """Every page of the repository that the site has → its place in the site."""
    found = {path: str(path.relative_to(DOCS)) for path in sorted(DOCS.rglob("*.md")) if "_build" not in path.parts}
    for readme in sorted(ROOT.glob("plugins/*/README.md")):
        found[readme] = f"plugins/{readme.parent.name}.md"
    found[ROOT / "examples/host/README.md"] = "host-example.md"
    found[ROOT / "CHANGELOG.md"] = "changelog.md"
    # What the front page of the repository says, the site's own says too.
    found[ROOT / "README.md"] = "index.md"
    return found


def copy_pages(folder: Path) -> None:
    """The pages with their links turned, and the pictures."""
    places = moved()
    for page, place in places.items():
        if page == ROOT / "README.md":
            continue
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(turned(page, place, places), "utf-8")
    shutil.copytree(DOCS / "pictures", folder / "pictures")
    shutil.copy(DOCS / "conf.py", folder)


def turned(page: Path, place: str, places: dict[Path, str]) -> str:
    """The page's text with every link as it has to be in the site."""

    def turn(found: re.Match[str]) -> str:
        before, link, after = found.groups()
        path, mark, anchor = link.partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:", link):
            return found[0]
        target = (page.parent / path).resolve()
        if target.is_relative_to(DOCS / "pictures"):
            there = str(target.relative_to(DOCS))
        elif target in places:
            there = places[target]
        elif target.exists():
            # Something of the repository that is no page: its name is all that the site has of it.
            return f"`{target.relative_to(ROOT)}`"
        else:
            there = path
        return f"{before}{os.path.relpath(there, Path(place).parent)}{mark}{anchor}{after}"

    return "".join(part if code else LINK.sub(turn, part) for part, code in split(page.read_text("utf-8")))


def split(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is code."""
    at = 0
    for found in CODE.finditer(text):
        yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    yield text[at:], False


def build(target: Path) -> int:
    """Draw the site into `target`; Sphinx's exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_pages(folder)
        for place, text in reference_pages():
            path = folder / "reference" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", name, str(target)]
        status = subprocess.run([*command, "-d", f"{name}/.doctrees"], check=False).returncode
    if status == 0:
        print(f"{len(list(target.rglob('*.html')))} pages in {target}")
    return status


if __name__ == "__main__":
    raise SystemExit(build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else TARGET))
