"""Finding issues: pages by key, with or without diacritics, and those that resemble a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.orm import Session as DbSession

from meetup.departments.models import Department, Field
from meetup.domain.text import clean, fold
from meetup.errors import InvalidInput
from meetup.issues.intake import MARK
from meetup.issues.models import Issue
from meetup.issues.queries import PAGE, WITH_PARTIES, is_public
from meetup.issues.values import OPEN


def _typed(text: str) -> str:
    """What was typed into a search box; what cannot be stored cannot be found."""
    try:
        return clean(text, max_length=10_000)[:200]
    except InvalidInput:
        return ""


def matching(text: str, *, public: bool) -> ColumnElement[bool]:
    """Issues with every word of `text`, whatever its diacritics; for the public in the published text alone."""
    words = fold(_typed(text)).split()[:12]
    return and_(literal(True), *(_has(word, public=public) for word in words))


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
    """Published issues with their rank: those that say `q` with its diacritics first, then the newest.

    Args:
        after: rank, time of publication and key of the last row of the page before.
        limit: one row more comes if there is a next page.
    """
    rank = _exactness(q)
    query: Any = select(Issue, rank.label("rank")).where(is_public()).options(*WITH_PARTIES)
    query = _filtered(query, field=field, department=department, outcome=outcome)
    if q:
        query = query.where(matching(q, public=True))
    if after:
        at_rank, at, key = after
        later = or_(Issue.published_at < at, and_(Issue.published_at == at, Issue.id < key))
        query = query.where(or_(rank > at_rank, and_(rank == at_rank, later)))
    query = query.order_by(rank, Issue.published_at.desc(), Issue.id.desc()).limit(limit + 1)
    return [(issue, found) for issue, found in db.execute(query)]


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
    if q:
        query = query.where(matching(q, public=False))
    if after:
        query = query.where(Issue.id > after if oldest_first else Issue.id < after)
    query = query.order_by(Issue.id if oldest_first else Issue.id.desc())
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
