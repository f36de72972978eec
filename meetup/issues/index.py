"""The words of issues as the database keeps them for searching: by itself, in the transaction that changed an issue.

SQLite has a table of FTS5 that triggers fill, PostgreSQL indexes over expressions; both are made out of
:attr:`~meetup.issues.models.Issue.search_key`, so nothing can be found that its key does not hold.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, column, false, func, literal_column, select, table, text

from meetup.domain.text import fold
from meetup.issues.models import Issue

#: In a search key, what the public reads stands before this mark, everything else behind it.
MARK = "\x1f"
#: In either half, the title stands before this mark, the text behind it.
TITLE = "\x1e"

#: The table of SQLite, and what the indexes of PostgreSQL begin with.
WORDS = "meetup_issue_words"


def words(typed: str) -> list[str]:
    """The folded words of a text, as they stand in a search key: letters and digits alone."""
    return "".join(char if char.isalnum() else " " for char in fold(typed)).split()


def key_of(number: int, shown: tuple[str, str] | None, own: tuple[str, str]) -> str:
    """A search key.

    Args:
        number: the issue's.
        shown: published title and text; None: nothing of it is public.
        own: title and text as they were sent.
    """
    halves = ((f"{number} {one[0]}", one[1]) if one else ("", "") for one in (shown, own))
    return MARK.join(TITLE.join(" ".join(words(part)) for part in half) for half in halves)


def narrowed(statement: Any, dialect: str, wanted: list[str], part: str) -> tuple[Any, Any]:
    """`statement` of issues, with those alone that have a word beginning with each of `wanted`.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        wanted: from :func:`words`; a single letter stands for itself alone; none at all: nothing is found.
        part: where: ``title`` or ``shown`` of what is public, ``whole`` for the staff.

    Returns:
        the statement, and the key of issues to order it by: FTS5 gives its rows in that order as it
        finds them, so that a page of what nearly every issue says is read without the others.
    """
    if not wanted:
        return statement.where(false()), Issue.id
    if dialect == "sqlite":
        columns = {"title": "{shown_title} : ", "shown": "{shown_title shown_text} : ", "whole": ""}[part]
        asked = " AND ".join(f'{columns}"{word}"{"*" if len(word) > 1 else ""}' for word in wanted)
        kept: Any = table(WORDS, column("rowid", Integer), column(WORDS))
        return statement.join(kept, kept.c.rowid == Issue.id).where(kept.c[WORDS].op("MATCH")(asked)), kept.c.rowid
    asked = " & ".join(f"'{word}'{':*' if len(word) > 1 else ''}" for word in wanted)
    vector: ColumnElement[Any] = literal_column(_VECTORS[part])
    wants = vector.op("@@", is_comparison=True)(func.to_tsquery(literal_column("'simple'::regconfig"), asked))
    # OFFSET 0 keeps the planner from walking the issues by key and taking each text apart, as it does for rare words.
    found = select(Issue.id).where(wants).offset(0).subquery()
    return statement.join(found, found.c.id == Issue.id), found.c.id


_KEY = "meetup_issue.search_key"
_VECTORS = {
    "title": f"to_tsvector('simple'::regconfig, split_part({_KEY}, chr(30), 1))",
    "shown": f"to_tsvector('simple'::regconfig, split_part({_KEY}, chr(31), 1))",
    "whole": f"to_tsvector('simple'::regconfig, {_KEY})",
}


def _parts(row: str) -> str:
    """The four parts of a row's key, as SQLite takes them apart."""

    def before(what: str, mark: int) -> str:
        return f"substr({what}, 1, instr({what}, char({mark})) - 1)"

    def after(what: str, mark: int) -> str:
        return f"substr({what}, instr({what}, char({mark})) + 1)"

    halves = (before(f"{row}.search_key", 31), after(f"{row}.search_key", 31))
    return ", ".join(part for half in halves for part in (before(half, 30), after(half, 30)))


_COLUMNS = "shown_title, shown_text, own_title, own_text"
_ADD = f"INSERT INTO {WORDS} (rowid, {_COLUMNS}) VALUES (new.id, {_parts('new')});"
_TAKE = f"INSERT INTO {WORDS} ({WORDS}, rowid, {_COLUMNS}) VALUES ('delete', old.id, {_parts('old')});"
_TRIGGERS = {
    f"{WORDS}_added": f"AFTER INSERT ON meetup_issue BEGIN {_ADD} END",
    f"{WORDS}_changed": f"AFTER UPDATE OF search_key ON meetup_issue BEGIN {_TAKE} {_ADD} END",
    f"{WORDS}_gone": f"AFTER DELETE ON meetup_issue BEGIN {_TAKE} END",
}


def rebuild(connection: Connection) -> int:
    """Write every search key anew and make the index out of them; says how many issues there are."""
    remove(connection)
    made = _rewrite(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {WORDS} USING fts5({_COLUMNS}, content='', prefix='2 3', "
            "tokenize='unicode61 remove_diacritics 0')"
        )
        connection.exec_driver_sql(
            f"INSERT INTO {WORDS} (rowid, {_COLUMNS}) SELECT id, {_parts('meetup_issue')} FROM meetup_issue"
        )
        for name, does in _TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {does}")
    else:
        for part, vector in _VECTORS.items():
            expression = vector.replace("meetup_issue.", "")
            connection.exec_driver_sql(f"CREATE INDEX ix_{WORDS}_{part} ON meetup_issue USING gin (({expression}))")
    return made


def remove(connection: Connection) -> None:
    """Drop the index, where there is one."""
    if connection.dialect.name == "sqlite":
        for name in _TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {WORDS}")
    else:
        for part in _VECTORS:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS ix_{WORDS}_{part}")


_READ = text(
    "SELECT id, number, title, description, published_title, published_question, published_answer, "
    "published_at IS NOT NULL AND visibility <> 'confidential' AS is_public "
    "FROM meetup_issue WHERE id > :after ORDER BY id LIMIT 500"
)
_WRITE = text("UPDATE meetup_issue SET search_key = :key WHERE id = :id")


def _rewrite(connection: Connection) -> int:
    after = made = 0
    while rows := connection.execute(_READ, {"after": after}).all():
        connection.execute(_WRITE, [{"id": row.id, "key": _key(row)} for row in rows])
        after, made = rows[-1].id, made + len(rows)
    return made


def _key(row: Any) -> str:
    shown = (row.published_title, f"{row.published_question} {row.published_answer}") if row.is_public else None
    return key_of(row.number, shown, (row.title, row.description))


def search_key(issue: Issue) -> str:
    """The folded words of an issue; the published part first, so that the public searches in that alone."""
    return _key(issue)
