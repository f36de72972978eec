"""The words of Meetup: collect them, translate them, check them.

    python tools/words.py set FILE.json     put translations into the catalogue ("-": standard input)
    python tools/words.py extract           bring the catalogue up to what the source says
    python tools/words.py missing           what has no translation yet, as JSON to fill in for "set"
    python tools/words.py check             exit 1 if anything is untranslated, mismatched or not compiled

msgids are English. FILE.json holds ``{"English msgid": "tiếng Việt"}``, and for a
plural ``{"singular msgid": {"plural": "plural msgid", "vi": ["tiếng Việt"]}}`` or
just ``{"singular msgid": ["tiếng Việt"]}`` once the source says ``ngettext``.
Several people may call ``set`` at once; each waits for the other. A plugin names
its package: ``--package plugins/x/src/meetup_x``.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
#: The msgids are in this language: its catalogue carries the plural rule and no entries.
SOURCE_LOCALE = "en"
TARGET_LOCALE = "vi"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "lazy": None,
    "lazy_gettext": None,
    "N_": None,
    "ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?([a-zA-Z])")


class WordsError(Exception):
    """Something about the words is wrong; the message is for the person who called."""


class Words:
    """The catalogues of one package.

    Args:
        package: the folder that holds the source and ``translations/``.
    """

    def __init__(self, package: Path) -> None:
        self.package = package
        self.domain = package.name
        self.folder = package / "translations"

    def po(self, locale: str) -> Path:
        """Where the catalogue of `locale` is; the compiled one is beside it."""
        return self.folder / locale / "LC_MESSAGES" / f"{self.domain}.po"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write the catalogues meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".words.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def read(self, locale: str) -> Catalog:
        """The catalogue of `locale`, or a new one."""
        path = self.po(locale)
        if path.is_file():
            with path.open("rb") as file:
                return read_po(file, locale=locale, domain=self.domain, abort_invalid=True)
        return Catalog(
            locale=locale,
            domain=self.domain,
            project="Meetup",
            version=" ",
            msgid_bugs_address=" ",
            copyright_holder="The Meetup founders",
            language_team=locale,
            last_translator="The Meetup founders",
            revision_date=datetime.now(UTC),
            fuzzy=False,
            header_comment=f"# Meetup's words in “{locale}”. Written by tools/words.py.",
        )

    def write(self, locale: str, catalog: Catalog) -> None:
        """Write the catalogue of `locale` and compile it, each in one step that no reader sees half done."""
        path = self.po(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Sorted and without line numbers: two people's changes then rarely touch the same lines.
        text = io.BytesIO()
        write_po(text, catalog, sort_output=True, no_location=True, omit_header=False, width=100)
        _replace(path, text.getvalue())
        binary = io.BytesIO()
        write_mo(binary, self.read(locale))
        _replace(path.with_suffix(".mo"), binary.getvalue())

    def is_compiled(self, locale: str) -> bool:
        """Whether the ``.mo`` of `locale` says what its ``.po`` says."""
        path = self.po(locale).with_suffix(".mo")
        if not path.is_file():
            return False
        with path.open("rb") as file:
            have = read_mo(file)
        # By content, not by bytes: the header names the version of Babel that wrote it.
        return _texts(have) == _texts(self.read(locale))

    def source(self) -> Catalog:
        """Everything that the source marks for translation."""
        found = Catalog(domain=self.domain, project="Meetup", fuzzy=False)
        methods = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
        options = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}
        for name, line, message, comments, context in extract_from_dir(
            self.package,
            methods,
            options,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            # Left to itself, Babel passes over what begins with "_", and the parts of our pages do.
            directory_filter=_has_words,
        ):
            if message and message != "":
                found.add(message, None, [(name, line)], auto_comments=comments, context=context)
        return found


def _has_words(folder: str) -> bool:
    name = Path(folder).name
    return name != "__pycache__" and not name.startswith(".")


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def _texts(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {forms(message.id): forms(message.string) for message in catalog if message.id and translated(message)}


def forms(value: Any) -> tuple[str, ...]:
    """A msgid or a translation as the tuple of its forms."""
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def translated(message: Message | None) -> bool:
    """Whether every form of `message` has a text."""
    return message is not None and bool(forms(message.string)) and all(forms(message.string))


def placeholders(text: str) -> set[tuple[str, str]]:
    """The ``%(name)s`` of `text`, with their conversions."""
    return {(name, kind) for name, kind in PLACEHOLDER.findall(text)}


def placeholder_fault(message: Message) -> str | None:
    """What is wrong with the placeholders of a translation, if anything is."""
    wanted = [placeholders(form) for form in forms(message.id)]
    # A singular may leave the number out ("one seat"), and so may its translation; nothing may be invented.
    allowed, needed = set.union(*wanted), set.intersection(*wanted)
    for text in forms(message.string):
        have = placeholders(text)
        if have - allowed or needed - have:
            return f"{key_of(message)!r}: placeholders {_names(allowed)} became {_names(have)} in {text!r}"
    return None


def _names(found: set[tuple[str, str]]) -> str:
    return ", ".join(f"%({name}){kind}" for name, kind in sorted(found)) or "none"


def key_of(message: Message) -> str:
    """The msgid, of a plural the singular."""
    return forms(message.id)[0]


def entry(words: Words, catalog: Catalog, locale: str, msgid: str, value: Any) -> Message:
    """One entry of a ``set`` file as a message.

    Raises:
        WordsError: if the entry cannot be understood or its placeholders differ.
    """
    plural = ""
    if isinstance(value, Mapping):
        plural, value = value.get("plural", ""), value.get(locale)
    known = catalog.get(msgid)
    if not plural and known is not None and known.pluralizable:
        plural = known.id[1]
    if not plural and isinstance(value, list):
        marked = words.source().get(msgid)
        if marked is None or not marked.pluralizable:
            raise WordsError(f'{msgid!r}: name the plural: {{"plural": "…", "{locale}": ["…"]}}')
        plural = marked.id[1]
    texts = forms(value)
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise WordsError(f"{msgid!r}: has no text for {locale}")
    if plural and len(texts) != catalog.num_plurals:
        raise WordsError(f"{msgid!r}: needs {catalog.num_plurals} form(s) in {locale}, not {len(texts)}")
    if not plural and len(texts) != 1:
        raise WordsError(f"{msgid!r}: is no plural and has {len(texts)} texts")
    message = Message((msgid, plural), texts) if plural else Message(msgid, texts[0])
    fault = placeholder_fault(message)
    if fault:
        raise WordsError(fault)
    return message


def do_set(words: Words, locale: str, file: str) -> str:
    """Merge FILE.json into the catalogue: all of it, or nothing when one entry is wrong."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        given = json.loads(text)
    except (OSError, ValueError) as error:
        raise WordsError(f"{file}: cannot be read: {error}") from None
    if not isinstance(given, dict):
        raise WordsError(f'{file}: must be one JSON object {{"English msgid": "translation"}}')
    with words.locked():
        catalog = words.read(locale)
        messages, faults = [], []
        for msgid, value in given.items():
            try:
                messages.append(entry(words, catalog, locale, msgid, value))
            except WordsError as error:
                faults.append(str(error))
        if faults:
            raise WordsError("\n".join(faults))
        for message in messages:
            catalog.delete(key_of(message))
            catalog.add(message.id, message.string)
        words.write(locale, catalog)
    return f"{len(messages)} set, {len(catalog)} in {words.po(locale).relative_to(words.package.parent)}"


def do_extract(words: Words, locale: str, prune: bool) -> str:
    """Add what the source newly says; with `prune`, drop what it no longer says. Guesses nothing."""
    source = words.source()
    with words.locked():
        with (words.folder / f"{words.domain}.pot").open("wb") as file:
            write_po(file, source, sort_output=True)
        catalog = words.read(locale)
        unused = [key_of(message) for message in catalog if message.id and source.get(key_of(message)) is None]
        for msgid in unused if prune else ():
            catalog.delete(msgid)
        for message in source:
            if not message.id:
                continue
            known = catalog.get(key_of(message))
            if known is None:
                catalog.add(message.id)
            elif message.pluralizable and not known.pluralizable:
                # The source began to count: what was said for one is kept as the first form.
                kept = forms(known.string)[:1] + ("",) * (catalog.num_plurals - 1)
                catalog.delete(key_of(message))
                catalog.add(message.id, kept if translated(known) else "")
        words.write(locale, catalog)
        # The msgids' own language has nothing to say but its plural rule.
        words.write(SOURCE_LOCALE, words.read(SOURCE_LOCALE))
    fate = "dropped" if prune else "kept though no longer in the source"
    return f"{len(source)} in the source; {len(unused)} {fate}"


def untranslated(words: Words, locale: str) -> dict[str, Any]:
    """What the source says and the catalogue does not, as a file for ``set``."""
    catalog, found = words.read(locale), {}
    for message in words.source():
        if not message.id:
            continue
        known = catalog.get(key_of(message))
        if translated(known) and (known.pluralizable or not message.pluralizable):
            continue
        if message.pluralizable:
            found[key_of(message)] = {"plural": message.id[1], locale: [""] * catalog.num_plurals}
        else:
            found[key_of(message)] = ""
    return found


def faults(words: Words, locale: str) -> list[str]:
    """Everything that ``check`` finds wrong, one line each."""
    lines = [f"untranslated: {msgid!r}" for msgid in untranslated(words, locale)]
    for each in (locale, SOURCE_LOCALE):
        if not words.is_compiled(each):
            lines.append(f"not compiled: the catalogue “{each}” (run: tools/words.py extract)")
        lines += [
            f"placeholders: {fault}"
            for message in words.read(each)
            if message.id and translated(message) and (fault := placeholder_fault(message))
        ]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="words", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--package", type=Path, default=ROOT / "meetup", help="the package's folder (default: meetup)")
    parser.add_argument("--locale", default=TARGET_LOCALE, help="the language translated to (default: vi)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("set", help="put translations in").add_argument("file")
    commands.add_parser("extract", help="bring the catalogue up to the source").add_argument(
        "--prune", action="store_true", help="drop what the source no longer says"
    )
    commands.add_parser("missing", help="print what has no translation, as JSON")
    commands.add_parser("check", help="exit 1 if anything is wrong")
    given = parser.parse_args(arguments)
    words = Words(given.package.resolve())
    try:
        if given.command == "set":
            print(do_set(words, given.locale, given.file))
        elif given.command == "extract":
            print(do_extract(words, given.locale, given.prune))
        elif given.command == "missing":
            print(json.dumps(untranslated(words, given.locale), ensure_ascii=False, indent=2))
        else:
            found = faults(words, given.locale)
            print("\n".join(found) or "every word is translated")
            return 1 if found else 0
    except WordsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
