"""Finding follow-ups by the words of their task or their number: the newest first, in pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, column, select, table, text
from sqlalchemy.orm import Session as DbSession

from meetup.domain.finding import Tier, staff_tiers, task_key
from meetup.followups.models import Coordination, FollowUp
from meetup.followups.queries import WITH_ROW, Scope
from meetup.issues.index import for_tsquery
from meetup.issues.search import found, typed
from meetup.wordindex import WordIndex

#: The table of SQLite's words, and the index of PostgreSQL's, beside the follow-ups.
WORDS = "meetup_follow_up_words"
_VECTOR = "array_to_tsvector(string_to_array(meetup_follow_up.search_key, ' '))"


def matching(db: DbSession, scope: Scope, q: str, *, after: int | None = None, limit: int) -> Sequence[FollowUp]:
    """At most `limit` follow-ups of `scope` that have a word beginning with each of `q`, whatever its diacritics.

    Args:
        scope: of a department: those that it leads, coordinates or is asked to take over.
        after: the last key of the page before.
    """
    every: Any = select(FollowUp.id).join(FollowUp.issue).where(scope.allows())
    sets = [every]
    if scope.department_id is not None:
        along = select(Coordination.follow_up_id).where(Coordination.department_id == scope.department_id)
        # One after the other: of all three at once no database walks the newest by an index.
        sets = [
            every.where(FollowUp.lead_department_id == scope.department_id),
            every.where(FollowUp.id.in_(along)),
            every.where(FollowUp.transfer_to_id == scope.department_id),
        ]
    near: set[int] = set()
    row = (FollowUp.id, FollowUp.search_key)
    for tier in staff_tiers(typed(q)):
        for keys in sets:
            near.update(found(db, keys, row, _narrowed, tier, limit=limit, after=after))
    first = sorted(near, reverse=True)[:limit]
    query = select(FollowUp).where(FollowUp.id.in_(first)).options(*WITH_ROW).order_by(FollowUp.id.desc())
    return db.scalars(query).unique().all()


def _narrowed(statement: Any, dialect: str, tier: Tier) -> tuple[Any, Any]:
    if dialect == "sqlite":
        kept: Any = table(WORDS, column("rowid", Integer), column(WORDS))
        asked = " AND ".join(f'"{word}"{"*" if len(word) > 1 else ""}' for word in tier.wanted.words)
        return statement.join(kept, kept.c.rowid == FollowUp.id).where(kept.c[WORDS].op("MATCH")(asked)), kept.c.rowid
    asked = for_tsquery(tier, {"whole": ""})
    wants = text(f"{_VECTOR} @@ CAST(:asked AS tsquery)").bindparams(bindparam("asked", asked))
    near = select(FollowUp.id).where(wants).cte("near").prefix_with("MATERIALIZED", dialect="postgresql")
    return statement.join(near, near.c.id == FollowUp.id), near.c.id


_TRIGGERS = {
    "meetup_follow_up_words_added": "AFTER INSERT ON meetup_follow_up BEGIN "
    "INSERT INTO meetup_follow_up_words (rowid, words) VALUES (new.id, new.search_key); END",
    "meetup_follow_up_words_changed": "AFTER UPDATE OF search_key ON meetup_follow_up BEGIN "
    "INSERT INTO meetup_follow_up_words (meetup_follow_up_words, rowid, words) "
    "VALUES ('delete', old.id, old.search_key); "
    "INSERT INTO meetup_follow_up_words (rowid, words) VALUES (new.id, new.search_key); END",
    "meetup_follow_up_words_gone": "AFTER DELETE ON meetup_follow_up BEGIN "
    "INSERT INTO meetup_follow_up_words (meetup_follow_up_words, rowid, words) "
    "VALUES ('delete', old.id, old.search_key); END",
}
_SQLITE = (
    "CREATE VIRTUAL TABLE meetup_follow_up_words USING fts5(words, content='', prefix='2 3', detail=column, "
    "tokenize='unicode61 remove_diacritics 0')",
    "INSERT INTO meetup_follow_up_words (rowid, words) SELECT id, search_key FROM meetup_follow_up",
)
_POSTGRESQL = (
    f"CREATE INDEX ix_{WORDS} ON meetup_follow_up "
    f"USING gin (({_VECTOR.replace('meetup_follow_up.', '')})) WITH (fastupdate = off)",
    "ANALYZE meetup_follow_up",
)


INDEX = WordIndex(
    of="meetup_follow_up",
    read="number, task",
    key=lambda row: task_key(row.number, row.task),
    words=WORDS,
    fts5=_SQLITE,
    triggers=_TRIGGERS,
    gin=_POSTGRESQL,
    gone=f"DROP INDEX IF EXISTS ix_{WORDS}",
)
