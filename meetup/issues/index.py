"""The words of issues as the database keeps them for searching: by itself, in the transaction that changed an issue.

SQLite has a table of FTS5 beside the issues that triggers fill, PostgreSQL a generated column of ``tsvector``. Both
are made out of :attr:`~meetup.issues.models.Issue.search_key`, so nothing can be found that its key does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, column, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from meetup.domain.finding import Tier, Wanted, key_of
from meetup.issues.models import Issue
from meetup.wordindex import WordIndex

#: The table or the column, and what the names of its triggers and its index begin with.
WORDS = "meetup_issue_words"


def narrowed(statement: Any, dialect: str, tier: Tier) -> tuple[Any, Any]:
    """`statement` of issues, with those of a tier alone.

    Args:
        dialect: ``sqlite`` or ``postgresql``.

    Returns:
        the statement, and the key of issues to order it by: FTS5 gives its rows in that order as it
        finds them, so that a page of what many issues say is read without the others.
    """
    if dialect == "sqlite":
        kept: Any = table(WORDS, column("rowid", Integer), column(WORDS))
        found = kept.c[WORDS].op("MATCH")(_for_fts5(tier))
        return statement.join(kept, kept.c.rowid == Issue.id).where(found), kept.c.rowid
    vector: ColumnElement[Any] = literal_column(f"meetup_issue.{WORDS}")
    wants = vector.op("@@", is_comparison=True)(cast(for_tsquery(tier, _MARKED), TSQUERY))
    # Of its own, for the planner would rather walk the issues by key, and these words are rare among them.
    near = select(Issue.id).where(wants).cte("near").prefix_with("MATERIALIZED", dialect="postgresql")
    return statement.join(near, near.c.id == Issue.id), near.c.id


_FTS5 = {
    "title": "{shown_title} : ",
    "shown": "{shown_title shown_text} : ",
    "titles": "{shown_title own_title} : ",
    "whole": "",
}
#: What a word begins with in a vector, by where it stands: one vector and one index for all of them.
_MARKED = {"title": "t", "shown": "s", "titles": "h", "whole": "w"}


def _for_fts5(tier: Tier) -> str:
    def one(wanted: Wanted) -> str:
        each = (f'"{word}"{"*" if len(word) > 1 else ""}' for word in wanted.words)
        return f"{_FTS5[wanted.part]}({' AND '.join(each)})"

    return " NOT ".join(f"({one(wanted)})" for wanted in (tier.wanted, *tier.but))


def for_tsquery(tier: Tier, marked: Mapping[str, str]) -> str:
    """A tier as PostgreSQL's ``tsquery``; the words are letters and digits alone.

    Args:
        marked: what a word begins with in the vector, by the part where it stands.
    """

    def one(wanted: Wanted) -> str:
        each = (f"'{marked[wanted.part]}{word}'{':*' if len(word) > 1 else ''}" for word in wanted.words)
        return f"({' & '.join(each)})"

    return " & !".join(one(wanted) for wanted in (tier.wanted, *tier.but))


def _parts(row: str) -> str:
    """The four parts of a row's key, as SQLite takes them apart."""

    def before(what: str, mark: int) -> str:
        return f"substr({what}, 1, instr({what}, char({mark})) - 1)"

    def after(what: str, mark: int) -> str:
        return f"substr({what}, instr({what}, char({mark})) + 1)"

    halves = (before(f"{row}.search_key", 31), after(f"{row}.search_key", 31))
    return ", ".join(part for half in halves for part in (before(half, 30), after(half, 30)))


_KEY = "search_key"
_BY_PART = {
    "title": f"split_part({_KEY}, chr(30), 1)",
    "shown": f"replace(split_part({_KEY}, chr(31), 1), chr(30), ' ')",
    "titles": f"split_part({_KEY}, chr(30), 1) || ' ' || split_part(split_part({_KEY}, chr(31), 2), chr(30), 1)",
    "whole": f"translate({_KEY}, chr(30) || chr(31), '  ')",
}
#: A row's key as PostgreSQL's vector; no parser of its own touches the words.
_MARKED_PARTS = " || ".join(
    f"string_to_array('{mark}' || replace({_BY_PART[part]}, ' ', ' {mark}'), ' ')" for part, mark in _MARKED.items()
)
_VECTOR = f"array_to_tsvector({_MARKED_PARTS})"


_COLUMNS = "shown_title, shown_text, own_title, own_text"
_ADD = f"INSERT INTO {WORDS} (rowid, {_COLUMNS}) VALUES (new.id, {_parts('new')});"  # nosec B608
_TAKE = f"INSERT INTO {WORDS} ({WORDS}, rowid, {_COLUMNS}) VALUES ('delete', old.id, {_parts('old')});"  # nosec B608
_TRIGGERS = {
    f"{WORDS}_added": f"AFTER INSERT ON meetup_issue BEGIN {_ADD} END",
    f"{WORDS}_changed": f"AFTER UPDATE OF search_key ON meetup_issue BEGIN {_TAKE} {_ADD} END",
    f"{WORDS}_gone": f"AFTER DELETE ON meetup_issue BEGIN {_TAKE} END",
}
_SQLITE = (
    f"CREATE VIRTUAL TABLE {WORDS} USING fts5({_COLUMNS}, content='', prefix='2 3', detail=column, "
    "tokenize='unicode61 remove_diacritics 0')",
    f"INSERT INTO {WORDS} (rowid, {_COLUMNS}) SELECT id, {_parts('meetup_issue')} FROM meetup_issue",  # nosec B608
)
# Generated, not filled by a trigger: the function of one would not be in a dump of Meetup's tables.
_POSTGRESQL = (
    f"ALTER TABLE meetup_issue ADD COLUMN {WORDS} tsvector GENERATED ALWAYS AS ({_VECTOR}) STORED",
    f"CREATE INDEX ix_{WORDS} ON meetup_issue USING gin ({WORDS}) WITH (fastupdate = off)",
    "ANALYZE meetup_issue",
)


def _key(row: Any) -> str:
    shown = (row.published_title, f"{row.published_question} {row.published_answer}") if row.is_public else None
    return key_of(row.number, shown, (row.title, row.description))


INDEX = WordIndex(
    of="meetup_issue",
    read="number, title, description, published_title, published_question, published_answer, "
    "published_at IS NOT NULL AND visibility <> 'confidential' AS is_public",
    key=_key,
    words=WORDS,
    fts5=_SQLITE,
    triggers=_TRIGGERS,
    gin=_POSTGRESQL,
    gone=f"ALTER TABLE meetup_issue DROP COLUMN IF EXISTS {WORDS}",
)


def search_key(issue: Issue) -> str:
    """The folded words of an issue; the published part first, so that the public searches in that alone."""
    return _key(issue)
