"""Finding issues: pages by key, with or without diacritics, and those that resemble a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session as DbSession

from meetup.departments.models import Department, Field
from meetup.domain.finding import Tier, Wanted, public_tiers, sharing, staff_tiers, words
from meetup.domain.text import clean
from meetup.errors import InvalidInput
from meetup.issues.index import narrowed
from meetup.issues.models import Issue
from meetup.issues.queries import PAGE, WITH_PARTIES, is_public
from meetup.issues.values import OPEN

#: So many of the newest issues are looked at before the index is asked: what is in many is found there.
NEAR = 400
#: A word that no more of those have is rare, and tells what an issue is about; the rarest few are looked for.
SELDOM = NEAR // 50
RAREST = 5


#: Has a database's index leave in a select those rows of a tier, and names the key to order them by.
Narrow = Callable[[Any, str, Tier], tuple[Any, Any]]
#: Keys of rows and their search keys.
Near = Sequence[tuple[int, str]]


def typed(text: str) -> str:
    """What was typed into a search box; what cannot be stored cannot be found."""
    try:
        return clean(text, max_length=10_000)[:200]
    except InvalidInput:
        return ""


def _beyond(by: Any, after: int, oldest_first: bool) -> Any:
    return by > after if oldest_first else by < after


def next_few(
    db: DbSession, keys: Any, row: tuple[Any, Any], *, after: int | None = None, oldest_first: bool = False
) -> Near:
    """The next few rows of `keys`, as :func:`found` looks at them: their keys and search keys."""
    key, words = row
    near = keys.add_columns(words).order_by(key if oldest_first else key.desc()).limit(NEAR)
    if after is not None:
        near = near.where(_beyond(key, after, oldest_first))
    return [(one[0], one[1]) for one in db.execute(near)]


def found(
    db: DbSession,
    keys: Any,
    row: tuple[Any, Any],
    narrow: Narrow,
    tier: Tier,
    *,
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
    near: Near | None = None,
) -> list[int]:
    """The keys of the next `limit` rows of `keys` in a tier, the newest first, in two statements at most.

    A word that every other row has stands in the next few; to have the index gather all the others would take
    longer the more there are. Words that the next few have not are rare: there the index is quick.

    Args:
        keys: a select of the key, with whatever narrows it; it holds none but what the reader may see.
        row: the columns of the key and of the search key.
        narrow: has the index leave in such a select, for a database, the rows of a tier.
        after: the last key of the page before.
        oldest_first: whether by key upwards.
        near: from :func:`next_few`, where they are at hand.
    """
    rows = next_few(db, keys, row, after=after, oldest_first=oldest_first) if near is None else near
    there = [one for one, said in rows if tier.has(said)][:limit]
    if len(there) == limit or len(rows) < NEAR:
        return there
    far, by = narrow(keys, db.get_bind().dialect.name, tier)
    far = far.where(_beyond(by, rows[-1][0], oldest_first)).order_by(by if oldest_first else by.desc())
    return [*there, *db.scalars(far.limit(limit - len(there)))]


def _issues(
    db: DbSession, keys: Any, tier: Tier, *, limit: int, after: int | None = None, oldest_first: bool = False
) -> list[int]:
    row = (Issue.id, Issue.search_key)
    return found(db, keys, row, narrowed, tier, limit=limit, after=after, oldest_first=oldest_first)


def whole(db: DbSession, keys: Any, text: str, *, limit: int, after: int | None = None) -> list[int]:
    """The keys of issues that have a word beginning with each of `text`, sent or published, for the staff.

    Args:
        keys: a select of :attr:`Issue.id` that holds none but what the reader may see.
        after: the last key of the page before.
    """
    near: list[int] = []
    for tier in staff_tiers(typed(text)):
        near = _issues(db, keys, tier, limit=limit, after=after)
    return near


def ranked(
    db: DbSession, keys: Any, tiers: Sequence[Tier], *, limit: int, after: tuple[int, int] | None = None
) -> dict[int, int]:
    """The keys of the next `limit` issues of `keys` with the rank of each, the best rank first, of each the newest.

    Args:
        after: rank and key of the last row of the page before.
    """
    ranks: dict[int, int] = {}
    row, newest = (Issue.id, Issue.search_key), None
    for tier in tiers:
        left = limit - len(ranks)
        if after and tier.rank == after[0]:
            more = found(db, keys, row, narrowed, tier, limit=left, after=after[1])
        elif after and tier.rank < after[0]:
            continue
        else:
            newest = next_few(db, keys, row) if newest is None else newest
            more = found(db, keys, row, narrowed, tier, limit=left, near=newest)
        ranks |= dict.fromkeys(more, tier.rank)
        if len(ranks) == limit:
            break
    return ranks


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
    """Published issues with their rank.

    Without `q` by the time of publication, the newest first. With it those that have its words in the title come
    first, then those that have them in the text, of either those that spell them so before those with other
    diacritics, and of each the newest.

    Args:
        after: rank, time of publication and key of the last row of the page before.
        limit: one row more comes if there is a next page.
    """
    keys = _filtered(select(Issue.id).where(is_public()), field=field, department=department, outcome=outcome)
    ranks: dict[int, int] = {}
    if not q:
        if after:
            _rank, at, key = after
            keys = keys.where(or_(Issue.published_at < at, and_(Issue.published_at == at, Issue.id < key)))
        keys = keys.order_by(Issue.published_at.desc(), Issue.id.desc()).limit(limit + 1)
        ranks = dict.fromkeys(db.scalars(keys), 0)
    if q:
        mark = (after[0], after[2]) if after else None
        ranks = ranked(db, keys, public_tiers(typed(q)), limit=limit + 1, after=mark)
    # The texts are read for one page alone.
    issues = {one.id: one for one in db.scalars(select(Issue).where(Issue.id.in_(ranks)).options(*WITH_PARTIES))}
    return [(issues[key], rank) for key, rank in ranks.items()]


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

    def narrow(query: Any) -> Any:
        return _filtered(query, field=field, department=department, states=states)

    query = narrow(select(Issue))
    order = Issue.id if oldest_first else Issue.id.desc()
    if q:
        keys: list[int] = []
        for tier in staff_tiers(typed(q)):
            keys = _issues(
                db, narrow(select(Issue.id)), tier, limit=limit + 1, after=after or None, oldest_first=oldest_first
            )
        query = query.where(Issue.id.in_(keys))
    elif after:
        query = query.where(_beyond(Issue.id, after, oldest_first))
    rows: Sequence[Issue] = db.scalars(query.options(*WITH_PARTIES).order_by(order).limit(limit + 1)).all()
    return rows


#: Words that say nothing about what an issue is about, folded.
_EMPTY_WORDS = (
    "ve cua cho va la cac nhung mot den khi duoc khong tai thi co trong de voi nay do theo cong ty doanh nghiep "
    "kien nghi de xuat vuong mac kho khan the and for with about from our"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())


def telling_words(text: str) -> list[str]:
    """The folded words of `text` that tell issues apart, each once."""
    found = dict.fromkeys(words(typed(text)))
    return [word for word in found if len(word) > 1 and word not in _EMPTY][:14]


def similar(
    db: DbSession, text: str, *, public: bool = True, exclude: int | None = None, limit: int = 5
) -> list[Issue]:
    """Issues that share the most telling words with `text`, the best first; at least two, and a third of them.

    For the public only published texts are looked at; for the staff those that are still open. Looked at are
    the newest few and, through the index, the newest that have a word which is rare among those: what many
    issues say does not tell which of them is meant, and to look at all that say it would take longer each year.
    """
    telling = telling_words(text)
    if not telling:
        return []
    least = min(len(telling), max(2, round(len(telling) * 0.35)))
    keys = select(Issue.id).where(is_public() if public else Issue.state.in_(OPEN))
    if exclude is not None:
        keys = keys.where(Issue.id != exclude)
    part = "shown" if public else "whole"
    scored = ((sharing(said, part, telling), key) for key, said in _looked_at(db, keys, part, telling))
    best = [key for score, key in sorted(scored, reverse=True)[:limit] if score >= least]
    rows = {row.id: row for row in db.scalars(select(Issue).where(Issue.id.in_(best)).options(*WITH_PARTIES))}
    return [rows[key] for key in best]


def _looked_at(db: DbSession, keys: Any, part: str, telling: Sequence[str]) -> set[tuple[int, str]]:
    row = (Issue.id, Issue.search_key)
    newest = next_few(db, keys, row)
    looked = set(newest)
    if len(newest) < NEAR:
        return looked
    has = {word: sum(sharing(said, part, [word]) for _key, said in newest) for word in telling}
    for word in sorted(telling, key=has.__getitem__)[:RAREST]:
        if has[word] > SELDOM:
            break
        tier = Tier(0, Wanted(part, (word,)))
        far, by = narrowed(keys.add_columns(Issue.search_key), db.get_bind().dialect.name, tier)
        looked.update((one[0], one[1]) for one in db.execute(far.order_by(by.desc()).limit(NEAR // 2)))
    return looked
