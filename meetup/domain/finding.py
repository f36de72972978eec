"""The words that issues are found by, and in which order: title before text, with the diacritics before without.

An issue's search key holds its folded words and, of what is published, also those that
are spelled otherwise, as they are spelled: `Thủ tục` is kept as ``thu tuc thủ tục``. So one
index answers both questions, and a key answers them without one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from meetup.domain.text import fold

#: In a search key, what the public reads stands before this mark, everything else behind it.
MARK = "\x1f"
#: In either half, the title stands before this mark, the text behind it.
TITLE = "\x1e"
#: So many characters of a word are kept: no index takes words of any length.
LONGEST = 100
#: So many words of what was typed are looked for.
MOST = 12

#: Where a word may stand: in what is public, its title or all of it; for the staff in either title, or anywhere.
PARTS = ("title", "shown", "titles", "whole")


def _apart(text: str) -> list[str]:
    return [word[:LONGEST] for word in "".join(char if char.isalnum() else " " for char in text).split()]


def words(typed: str) -> list[str]:
    """The folded words of a text, as they stand in a search key: letters and digits alone."""
    return _apart(fold(typed))


def spelled(typed: str) -> list[str]:
    """The words of a text with their diacritics, but without their case."""
    return _apart(unicodedata.normalize("NFC", unicodedata.normalize("NFC", typed).casefold()))


def key_of(number: int, shown: tuple[str, str] | None, own: tuple[str, str]) -> str:
    """A search key.

    Args:
        number: the issue's.
        shown: published title and text; None: nothing of it is public.
        own: title and text as they were sent.
    """
    public = [_both(part) for part in (f"{number} {shown[0]}", shown[1])] if shown else [[], []]
    sent = [words(part) for part in (f"{number} {own[0]}", own[1])]
    return MARK.join(TITLE.join(" ".join(part) for part in half) for half in (public, sent))


def task_key(number: int, task: str) -> str:
    """The search key of a follow-up: its number and the words of its task."""
    return " ".join(words(f"{number} {task}"))


def _both(text: str) -> list[str]:
    folded = words(text)
    known = set(folded)
    return folded + [word for word in dict.fromkeys(spelled(text)) if word not in known]


@dataclass(frozen=True)
class Wanted:
    """Words of which each must begin one in a part of the key; a single letter stands for itself alone."""

    part: str
    words: tuple[str, ...]

    def is_in(self, key: str) -> bool:
        """Whether an issue with this search key has them."""
        text = f" {_part(key, self.part)} "
        return all(f" {word}" in text if len(word) > 1 else f" {word} " in text for word in self.words)


def sharing(key: str, part: str, words: Iterable[str]) -> int:
    """How many of `words` begin a word in a part of a search key."""
    text = f" {_part(key, part)}"
    return sum(f" {word}" in text for word in words)


def _part(key: str, part: str) -> str:
    if part == "whole":
        return key.replace(MARK, " ").replace(TITLE, " ")
    public, _mark, own = key.partition(MARK)
    if part == "titles":
        return f"{public.partition(TITLE)[0]} {own.partition(TITLE)[0]}"
    return public.partition(TITLE)[0] if part == "title" else public.replace(TITLE, " ")


@dataclass(frozen=True)
class Tier:
    """A rank among what is found: no issue is in two.

    Args:
        rank: from 0, the best.
        wanted: what its issues have.
        but: what they do not have, for then they are of a better one.
    """

    rank: int
    wanted: Wanted
    but: tuple[Wanted, ...] = ()

    def has(self, key: str) -> bool:
        """Whether an issue with this search key is of this rank."""
        return self.wanted.is_in(key) and not any(one.is_in(key) for one in self.but)


def public_tiers(typed: str) -> list[Tier]:
    """The ranks of what the public finds by `typed`, the best first; none if it has no word."""
    folded, exact = tuple(words(typed)[:MOST]), tuple(spelled(typed)[:MOST])
    if not folded:
        return []
    title, shown = Wanted("title", folded), Wanted("shown", folded)
    if exact == folded:
        return [Tier(1, title), Tier(3, shown, (title,))]
    exact_title, exact_shown = Wanted("title", exact), Wanted("shown", exact)
    return [
        Tier(0, exact_title, ()),
        Tier(1, title, (exact_title,)),
        Tier(2, exact_shown, (title, exact_title)),
        Tier(3, shown, (title, exact_title, exact_shown)),
    ]


def staff_tiers(typed: str) -> list[Tier]:
    """What the staff finds by `typed`: anywhere, in one rank, since they read it as a queue."""
    folded = tuple(words(typed)[:MOST])
    return [Tier(0, Wanted("whole", folded))] if folded else []


def staff_ranks(typed: str) -> list[Tier]:
    """The ranks of what the staff finds by `typed`: in a title first, then anywhere."""
    folded = tuple(words(typed)[:MOST])
    titles, whole = Wanted("titles", folded), Wanted("whole", folded)
    return [Tier(0, titles), Tier(1, whole, (titles,))] if folded else []
