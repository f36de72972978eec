"""A new plugin's distribution, written from the skeleton: it works before its author has changed a line."""

from __future__ import annotations

import re
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from meetup import __version__
from meetup.errors import N_, InvalidInput

#: File of the skeleton → where it goes in the distribution.
TARGETS = {
    "setup.cfg": "setup.cfg",
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "init.py": "src/@package@/__init__.py",
    "models.py": "src/@package@/models.py",
    "plugin.py": "src/@package@/plugin.py",
    "migration.py": "src/@package@/migrations/versions/@word@_0001.py",
    "page.html": "src/@package@/templates/meetup/@name@/index.html",
    "test.py": "tests/test_plugin.py",
}

#: Revisions are called ``<name>_0001`` in a column of 32 characters.
_NAME = re.compile(r"(?=.{2,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_plugin(name: str, into: Path) -> Path:
    """The folder of a new distribution ``meetup-<name>`` with a table, page, menu entry, hook, translation and test.

    Args:
        name: the plugin's name: lower case, digits and single hyphens, 2 to 24 characters.
        into: the folder that it goes into.

    Raises:
        InvalidInput: if the name will not do, or the folder is there already.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "name",
            N_("“%(name)s” is no name for a plugin."),
            N_("Use 2 to 24 lower-case letters, digits and single hyphens, beginning with a letter."),
            name=name,
        )
    folder = into / f"meetup-{name}"
    if folder.exists():
        raise InvalidInput(
            "name", N_("“%(folder)s” is there already."), N_("Take another name or folder."), folder=str(folder)
        )
    word = name.replace("-", "_")
    values = {
        "name": name,
        "word": word,
        "package": f"meetup_{word}",
        "title": name.replace("-", " ").capitalize(),
        "model": name.title().replace("-", ""),
        "version": __version__,
    }
    skeleton = files("meetup.plugins") / "skeleton"
    for source, target in TARGETS.items():
        path = folder / _filled(target, values)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled((skeleton / f"{source}.tmpl").read_text("utf-8"), values), "utf-8")
    _write_words(folder / "src" / values["package"], values)
    return folder


def _filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"@(name|word|package|title|model|version)@", lambda found: values[found[1]], text)


def _write_words(package: Path, values: dict[str, str]) -> None:
    catalog = Catalog(locale="vi", domain=values["package"], fuzzy=False)
    catalog.add(f"{values['title']} notes", f"Ghi chép {values['title']}")
    folder = package / "translations" / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for suffix, write in ((".po", write_po), (".mo", write_mo)):
        content = BytesIO()
        write(content, catalog)
        (folder / f"{values['package']}{suffix}").write_bytes(content.getvalue())
