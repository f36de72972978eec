"""Check that every relative link in the documentation leads to a file, and every anchor to a heading.

Exit status 1, with one line for each that does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)


def pages() -> list[Path]:
    """The pages that people read."""
    found = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("plugins/*/*.md"),
        *ROOT.glob("examples/*/*.md"),
        ROOT / "instance/README.md",
    ]
    return sorted(page for page in found if page.is_file())


def anchors(page: Path) -> set[str]:
    """The names that a link into `page` may end in, as the usual renderers make them from headings."""
    text = CODE.sub("", page.read_text("utf-8"))
    names: set[str] = set(re.findall(r'<a (?:name|id)="([^"]+)"', text))
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        while name in names:
            name += "-1"
        names.add(name)
    return names


def broken(page: Path) -> Iterator[str]:
    """The links of `page` that lead nowhere."""
    text = re.sub(r"`[^`\n]*`", "", CODE.sub("", page.read_text("utf-8")))
    for link in LINK.findall(text):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{page.relative_to(ROOT)}: {link}: there is no such file"
        elif anchor and target.suffix == ".md" and anchor.lower() not in anchors(target):
            yield f"{page.relative_to(ROOT)}: {link}: there is no such heading"


def main() -> int:
    """Print what is broken."""
    faults = [fault for page in pages() for fault in broken(page)]
    print("\n".join(faults) or f"{len(pages())} pages, every link leads somewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
