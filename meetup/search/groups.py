"""What a search over everything looks through: one group a kind of thing, each with what its reader may see alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import load_only

from meetup.access import LEADER, OFFICER, ORGANIZER, Actor, can
from meetup.departments.models import Department
from meetup.domain.finding import MOST, Wanted, staff_ranks, words
from meetup.domain.text import fold
from meetup.enterprises.models import Enterprise
from meetup.errors import N_
from meetup.followups import finding
from meetup.followups.queries import Scope, may_see_conduct
from meetup.issues import search
from meetup.issues.models import Issue
from meetup.issues.queries import WITH_PARTIES
from meetup.sessions.models import Session
from meetup.sessions.queries import whole
from meetup.work import Work

#: (what is found, the key of the row for a page mark), at most one above the limit.
Rows = Sequence[tuple[Any, tuple[Any, ...]]]
#: work, what was typed, the key of the last row of the page before, how many.
Find = Callable[[Work, str, tuple[Any, ...] | None, int], Rows]


@dataclass(frozen=True)
class Group:
    """One kind of thing.

    Args:
        name: in addresses.
        title: a msgid.
        find: gives one row more than asked for if there are more.
        key: what the parts of its page marks are.
    """

    name: str
    title: str
    find: Find
    key: tuple[Callable[[Any], Any], ...]


def _answers(work: Work, q: str, after: tuple[Any, ...] | None, limit: int) -> Rows:
    mark = (after[0], work.now, after[1]) if after else None
    return [(one, (rank, one.id)) for one, rank in search.published(work.db, q=q, after=mark, limit=limit)]


def _issues(work: Work, q: str, after: tuple[Any, ...] | None, limit: int) -> Rows:
    """Those that the staff may read whole: an officer those of its own department, but none about conduct (R23)."""
    keys: Any = select(Issue.id)
    if not work.actor.has(ORGANIZER, LEADER):
        keys = keys.where(Issue.lead_department_id == work.actor.department_id, Issue.kind != "conduct")
    mark = (after[0], after[1]) if after else None
    ranks = search.ranked(work.db, keys, staff_ranks(search.typed(q)), limit=limit + 1, after=mark)
    query = select(Issue).where(Issue.id.in_(ranks)).options(*WITH_PARTIES)
    issues = {one.id: one for one in work.db.scalars(query)}
    return [(issues[key], (rank, key)) for key, rank in ranks.items()]


def _follow_ups(work: Work, q: str, after: tuple[Any, ...] | None, limit: int) -> Rows:
    actor = work.actor
    if actor.has(ORGANIZER, LEADER):
        scope = Scope(None, conduct=True)
    else:
        own = work.db.get(Department, actor.department_id) if actor.department_id is not None else None
        if own is None:
            return []
        scope = Scope(own.id, conduct=may_see_conduct(actor, own))
    rows = finding.matching(work.db, scope, q, after=after[0] if after else None, limit=limit + 1)
    return [(one, (one.id,)) for one in rows]


def _sessions(work: Work, q: str, after: tuple[Any, ...] | None, limit: int) -> Rows:
    """By title, then by place. They are few, some fifty a year, so that no index is kept of their words."""
    wanted = Wanted("whole", tuple(words(search.typed(q))[:MOST]))
    if not wanted.words:
        return []
    columns = (Session.slug, Session.title, Session.venue, Session.starts_at, Session.timezone, Session.state)
    query = whole(work).options(load_only(*columns))
    if not work.actor.has(ORGANIZER, OFFICER, LEADER):
        query = query.where(Session.state != "draft", Session.is_private.is_(False))
    found = []
    for one in work.db.scalars(query):
        title, number = " ".join(words(one.title)), one.id
        if wanted.is_in(title):
            found.append(((0, -number), one))
        elif wanted.is_in(f"{title} {' '.join(words(one.venue))}"):
            found.append(((1, -number), one))
    found.sort(key=lambda row: row[0])
    rows = [(one, (rank, -least)) for (rank, least), one in found]
    if after:
        rows = [row for row in rows if (row[1][0], -row[1][1]) > (after[0], -after[1])]
    return rows[: limit + 1]


def _enterprises(work: Work, q: str, after: tuple[Any, ...] | None, limit: int) -> Rows:
    """Each with the last issues that it raised, by its name."""
    wanted = fold(search.typed(q)).split()[:MOST]
    if not wanted:
        return []
    query = select(Enterprise).where(*(Enterprise.search_key.contains(word, autoescape=True) for word in wanted))
    if after:
        later = (Enterprise.search_key == after[0]) & (Enterprise.id > after[1])
        query = query.where(or_(Enterprise.search_key > after[0], later))
    found = work.db.scalars(query.order_by(Enterprise.search_key, Enterprise.id).limit(limit + 1)).all()
    place = func.row_number().over(partition_by=Issue.enterprise_id, order_by=Issue.id.desc()).label("place")
    of = [one.id for one in found]
    last = select(Issue.enterprise_id, Issue.number, Issue.title, place).where(Issue.enterprise_id.in_(of)).subquery()
    raised: dict[int, list[Any]] = {}
    for row in work.db.execute(select(last).where(last.c.place <= 3).order_by(last.c.place)):
        raised.setdefault(row.enterprise_id, []).append(row)
    return [((one, raised.get(one.id, [])), (one.search_key, one.id)) for one in found]


def key(value: Any) -> int:
    """A key or a rank in a page mark.

    Raises:
        ValueError: for what no row can have.
    """
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError(number)
    return number


ISSUES = Group("issues", N_("Issues"), _issues, (key, key))
FOLLOW_UPS = Group("follow-ups", N_("Follow-ups"), _follow_ups, (key,))
ANSWERS = Group("answers", N_("Issues and answers"), _answers, (key, key))
SESSIONS = Group("sessions", N_("Sessions"), _sessions, (key, key))
ENTERPRISES = Group("enterprises", N_("Enterprises"), _enterprises, (str, key))


def groups_for(actor: Actor) -> list[Group]:
    """What `actor` may search through, what they work with first."""
    found = []
    if actor.has(ORGANIZER, LEADER) or actor.department_id is not None:
        found += [ISSUES, FOLLOW_UPS]
    found += [ANSWERS, SESSIONS]
    if can(actor, "issue.triage"):
        found.append(ENTERPRISES)
    return found
