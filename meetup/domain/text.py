"""Text as people type it: cleaned on the way in, folded for search, ordered as Vietnamese is.

Everything is kept in NFC (Unicode Standard Annex 15). Control characters other
than tab and newline never reach the database, a mail or a calendar file.
"""

from __future__ import annotations

import re
import unicodedata

from meetup.errors import N_, InvalidInput

# U+202A–U+202E change the direction of what follows and can make "gpj.exe" of "exe.jpg".
_OVERRIDES = re.compile("[\u202a-\u202e]")
# Isolates end by themselves at the end of a paragraph, but in one line they are of no use.
_ISOLATES = re.compile("[\u2066-\u2069]")
# C0 and C1 without tab and newline; and what Unicode says is never a character: no workbook can hold U+FFFE.
_NEVER = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_CONTROLS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef{_NEVER}]")
# What is no Char of XML 1.0 (production 2).
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029|\x85|\x0b|\x0c")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Invisible at the ends, and taken for "something was typed".
_INVISIBLE_ENDS = " \t\n\u00a0\u200b\u2060\ufeff\u3000"


def for_xml(text: str) -> str:
    """`text` without what XML 1.0 cannot say, and so no workbook and no document: it may come from elsewhere."""
    return _NO_XML.sub("", text)


def clean(text: str, multiline: bool = False, max_length: int | None = None, field: str = "text") -> str:
    """What was typed, fit to be kept.

    NFC; every kind of line break is a newline; control characters other than tab and
    newline, and what is no character at all (U+FFFE), are dropped; blanks at the ends go.
    Bidirectional overrides and embeddings (U+202A–U+202E) are dropped everywhere: no honest
    name or text needs them, and they can disguise what is read. Isolates (U+2066–U+2069) stay
    in texts of several lines, where they quote Arabic or Hebrew properly, and are dropped from
    single lines, where an unclosed one would turn the words that we print behind it. In a
    single line breaks and tabs are blanks, and blanks are collapsed.

    Args:
        text: as it came.
        multiline: whether line breaks are kept.
        max_length: in characters after cleaning; None: any.
        field: the field's name for the error.

    Raises:
        InvalidInput: on lone surrogates (broken text, no UTF-8 can hold it) and on too long texts.
    """
    if _SURROGATES.search(text):
        raise InvalidInput(field, N_("This text is damaged."), N_("Type it again rather than pasting it."))
    text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    text = _OVERRIDES.sub("", text)
    if not multiline:
        text = re.sub(r"\s+", " ", _ISOLATES.sub("", text))
    # Last, for NFC composes across what was dropped.
    text = unicodedata.normalize("NFC", text).strip(_INVISIBLE_ENDS)
    if max_length is not None and len(text) > max_length:
        raise InvalidInput(
            field,
            N_("This is %(length)s characters long; %(max)s are allowed."),
            N_("Shorten it."),
            length=len(text),
            max=max_length,
        )
    return text


def fold(text: str) -> str:
    """The search key: no diacritics, no case, single blanks; ``Đầm  Dơi`` is ``dam doi``.

    Đ has no decomposition in Unicode, so it is replaced by hand; that is also why the
    databases' own folding (FTS5 ``remove_diacritics``, ``unaccent``) is not relied on.
    """
    bare = (c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    # casefold can leave capitals of compatibility forms behind; a second one settles them.
    folded = "".join(bare).replace("đ", "d").casefold()
    # A folded text folds to itself: casefold may bring marks back (İ → i + dot above).
    again = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return " ".join(again.split())


def slug(text: str, max_length: int = 80) -> str:
    """`text` for an address: folded, letters a–z and digits, hyphens between: ``vuong-mac-dat-dai``.

    Empty if nothing of it can be written so; the caller then takes a number. Cut at a hyphen.
    """
    whole = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if len(whole) <= max_length:
        return whole
    cut = whole[: max_length + 1]
    return (cut.rpartition("-")[0] or cut[:max_length]).strip("-")


# The Vietnamese alphabet; f, j, w, z are foreign and stand where English has them.
_ALPHABET = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=1)}
# ngang, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
# Marks that make another letter, not a tone: breve, circumflex, horn.
_LETTER_MARKS = {"\u0306", "\u0302", "\u031b"}

CollationKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]


def collation_key(text: str) -> CollationKey:
    """A sort key in Vietnamese order: letters first, tones second, small before capital last.

    Letters: a ă â b c d đ e ê … o ô ơ … u ư … y; tones: ngang, huyền, hỏi, ngã, sắc, nặng.
    Digits come before letters, everything else before digits, other scripts after z.
    """
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    for letter, tone in _letters(text):
        if letter.isspace():
            letters.append((0, 0))
        elif letter in _ALPHABET:
            letters.append((3, _ALPHABET[letter]))
        elif letter.isdigit():
            letters.append((2, ord(letter)))
        else:
            letters.append((4 if letter.isalpha() else 1, ord(letter[0])))
        tones.append(tone)
    return tuple(letters), tuple(tones), text.swapcase()


def _letters(text: str) -> list[tuple[str, int]]:
    """`text` as (letter with its breve, circumflex or horn; rank of its tone)."""
    found: list[tuple[str, int]] = []
    for char in unicodedata.normalize("NFD", text.strip().casefold()):
        if not found or not unicodedata.combining(char):
            found.append((char, 0))
            continue
        letter, tone = found[-1]
        if char in _LETTER_MARKS:
            composed = unicodedata.normalize("NFC", letter + char)
            found[-1] = (composed if len(composed) == 1 else letter, tone)
        elif char in _TONES:
            found[-1] = (letter, _TONES[char])
    return found


def given_name_key(name: str) -> tuple[CollationKey, CollationKey]:
    """A sort key for people: by given name, which is the last word, then by the whole name."""
    words = name.split()
    return collation_key(words[-1] if words else ""), collation_key(" ".join(words))
