"""Finding issues: pages by key, with or without diacritics, and those that resemble a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, union
from sqlalchemy.orm import Session as DbSession

from meetup.departments.models import Department, Field
from meetup.domain.text import clean, fold
from meetup.errors import InvalidInput
from meetup.issues.index import MARK, TITLE, narrowed, words
from meetup.issues.models import Issue
from meetup.issues.queries import PAGE, WITH_PARTIES, is_public
from meetup.issues.values import OPEN

#: So many issues that match are ranked.
RANKED = 200


def _typed(text: str) -> str:
    """What was typed into a search box; what cannot be stored cannot be found."""
    try:
        return clean(text, max_length=10_000)[:200]
    except InvalidInput:
        return ""


def matching(db: DbSession, statement: Any, text: str, *, part: str) -> tuple[Any, Any]:
    """Of the issues of `statement` those with a word that begins with each word of `text`, whatever its diacritics.

    Args:
        part: where, as :func:`meetup.issues.index.narrowed` has it: ``title``, ``shown`` or ``whole``.

    Returns:
        the statement, and the key of issues to order it by.
    """
    return narrowed(statement, db.get_bind().dialect.name, words(_typed(text))[:12], part)


def _in_title(text: str) -> ColumnElement[int]:
    """0 where the published title has a word that begins with each of `text`, 1 elsewhere."""
    key = literal(" ").concat(Issue.search_key)
    return case(
        (and_(literal(True), *(key.like(f"% {word}%{TITLE}%{MARK}%") for word in words(_typed(text))[:12])), 0), else_=1
    )


def _has(word: str, *, public: bool) -> ColumnElement[bool]:
    escaped = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return Issue.search_key.like(f"%{escaped}%{MARK}%" if public else f"%{escaped}%", escape="/")


def _exactness(text: str) -> ColumnElement[int]:
    """0 where the published text has the words with their diacritics, 1 elsewhere."""
    typed = _typed(text)
    spellings = {typed, typed.lower(), typed.upper(), typed[:1].upper() + typed[1:]}
    columns = (Issue.published_title, Issue.published_question, Issue.published_answer)
    hits = [column.contains(one, autoescape=True) for column in columns for one in sorted(spellings) if one]
    return case((or_(*hits), 0), else_=1) if hits else literal(1)


def _filtered(
    query: Any, *, field: str = "", department: str = "", outcome: str = "", states: Sequence[str] = ()
) -> Any:
    if field:
        query = query.where(Issue.field_id.in_(select(Field.id).where(Field.code == field)))
    if department:
        query = query.where(Issue.lead_department_id.in_(select(Department.id).where(Department.code == department)))
    if outcome:
        query = query.where(Issue.outcome == outcome)
    if states:
        query = query.where(Issue.state.in_(states))
    return query


def published(
    db: DbSession,
    *,
    q: str = "",
    field: str = "",
    department: str = "",
    outcome: str = "",
    after: tuple[int, datetime, int] | None = None,
    limit: int = PAGE,
) -> Sequence[tuple[Issue, int]]:
    """Published issues with their rank: those with `q` in the title first, of those the ones
    that say it with its diacritics, then the newest.

    Of more than :data:`RANKED` with `q` in the title, and as many elsewhere, the newest are looked at.

    Args:
        after: rank, time of publication and key of the last row of the page before.
        limit: one row more comes if there is a next page.
    """
    rank = 2 * _in_title(q) + _exactness(q) if q else literal(0)
    query: Any = select(Issue.id, rank.label("rank")).where(is_public())
    query = _filtered(query, field=field, department=department, outcome=outcome)
    if q:
        # Common words are in every other issue: those that may come first are chosen before anything is ranked.
        near = []
        for part in ("title", "shown"):
            found = _filtered(select(Issue.id), field=field, department=department, outcome=outcome)
            found, newest = matching(db, found.where(is_public()), q, part=part)
            near.append(found.order_by(newest.desc()).limit(RANKED).subquery())
        query = query.where(Issue.id.in_(union(*(select(one.c.id) for one in near))))
    if after:
        at_rank, at, key = after
        later = or_(Issue.published_at < at, and_(Issue.published_at == at, Issue.id < key))
        query = query.where(or_(rank > at_rank, and_(rank == at_rank, later)))
    query = query.order_by(rank, Issue.published_at.desc(), Issue.id.desc()).limit(limit + 1)
    # The texts are read for one page alone.
    ranks: dict[int, int] = {row[0]: row[1] for row in db.execute(query)}
    issues = {one.id: one for one in db.scalars(select(Issue).where(Issue.id.in_(ranks)).options(*WITH_PARTIES))}
    return [(issues[key], found) for key, found in ranks.items()]


def inbox(
    db: DbSession,
    *,
    q: str = "",
    field: str = "",
    department: str = "",
    states: Sequence[str] = (),
    oldest_first: bool = False,
    after: int = 0,
    limit: int = PAGE,
) -> Sequence[Issue]:
    """Issues for the staff by key: the newest first, or the oldest, as a queue; one more than `limit` if there is."""
    query = _filtered(select(Issue).options(*WITH_PARTIES), field=field, department=department, states=states)
    by: Any = Issue.id
    if q:
        query, by = matching(db, query, q, part="whole")
    if after:
        query = query.where(by > after if oldest_first else by < after)
    query = query.order_by(by if oldest_first else by.desc())
    rows: Sequence[Issue] = db.scalars(query.limit(limit + 1)).all()
    return rows


#: Words that say nothing about what an issue is about, folded.
_EMPTY_WORDS = (
    "ve cua cho va la cac nhung mot den khi duoc khong tai thi co trong de voi nay do theo cong ty doanh nghiep "
    "kien nghi de xuat vuong mac kho khan the and for with about from our"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())


def telling_words(text: str) -> list[str]:
    """The folded words of `text` that tell issues apart, each once."""
    words = ("".join(char for char in word if char.isalnum()) for word in fold(_typed(text)).split())
    return list(dict.fromkeys(word for word in words if len(word) > 1 and word not in _EMPTY))[:14]


def similar(
    db: DbSession, text: str, *, public: bool = True, exclude: int | None = None, limit: int = 5
) -> list[Issue]:
    """Issues that share the most telling words with `text`, the best first; at least two, and a third of them.

    For the public only published texts are looked at; for the staff those that are still open.
    """
    words = telling_words(text)
    if not words:
        return []
    least = min(len(words), max(2, round(len(words) * 0.35)))
    score = sum((case((_has(word, public=public), 1), else_=0) for word in words), literal(0))
    query = select(Issue).where(score >= least).options(*WITH_PARTIES)
    query = query.where(is_public()) if public else query.where(Issue.state.in_(OPEN))
    if exclude is not None:
        query = query.where(Issue.id != exclude)
    return list(db.scalars(query.order_by(score.desc(), Issue.id.desc()).limit(limit)))
