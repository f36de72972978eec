"""How the other side is listened to: how fast, how often, what most share, who came and whom nobody has met (R1, R11).

Beside the scorecards, which count what agencies were told to do, these figures count issues and
people. They are always as things are now; nothing of them is frozen with a period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, exists, func, literal, select
from sqlalchemy.orm import aliased, joinedload

from meetup.activity.models import Activity
from meetup.departments.models import Department
from meetup.domain.scoring import half_up, median_days
from meetup.enterprises.models import Enterprise
from meetup.followups.sqltime import tenths_between
from meetup.issues.models import CoSigner, Issue, Message
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work

PAGE = 50
#: How many rows a table of the page has at most.
MOST = 30

Days = tuple[date | None, date | None]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How issues that came in within some days were received.

    Args:
        issues: that came in; without those taken back and those merged into another.
        replies: lines of their threads that both sides can read.
        replies_an_issue: one place; None while there is no issue.
        taken_on: of the issues, those that were taken on.
        days_to_taking_on: median of calendar days from receipt to being taken on, one place; None: none was.
        replied: of the issues, those where the enterprise wrote after the office had.
        days_to_reply: median of calendar days from the office's first line to the enterprise's first
            reply to it, one place.
    """

    issues: int
    replies: int
    replies_an_issue: Decimal | None
    taken_on: int
    days_to_taking_on: Decimal | None
    replied: int
    days_to_reply: Decimal | None


def heard(work: Work, days: Days) -> Heard:
    """The figures of issues received within `days`, days of the site's zone, both included. Four statements."""
    came_in = (Issue.state.not_in(("withdrawn", "merged")), *_within(work, Issue.received_at, days))
    issues = work.db.scalar(select(func.count()).select_from(Issue).where(*came_in)) or 0
    open_lines = select(func.count()).select_from(Message).join(Issue, Issue.id == Message.issue_id)
    replies = work.db.scalar(open_lines.where(*came_in, Message.is_internal.is_(False))) or 0
    taken = _lengths(
        work,
        select(Issue.received_at.label("first"), func.min(Activity.at).label("last"))
        .join(Activity, Activity.subject == literal("issue:") + cast(Issue.id, String))
        .where(*came_in, Activity.action == "issue.accept")
        .group_by(Issue.id, Issue.received_at),
    )
    first = (
        select(Message.issue_id, func.min(Message.at).label("at"))
        .where(Message.side != "enterprise", Message.is_internal.is_(False))
        .group_by(Message.issue_id)
        .subquery()
    )
    replied = _lengths(
        work,
        select(first.c.at.label("first"), func.min(Message.at).label("last"))
        .join(first, first.c.issue_id == Message.issue_id)
        .join(Issue, Issue.id == Message.issue_id)
        .where(*came_in, Message.side == "enterprise", Message.at >= first.c.at)
        .group_by(Message.issue_id, first.c.at),
    )
    return Heard(
        issues=issues,
        replies=replies,
        replies_an_issue=half_up(Fraction(replies, issues), 1) if issues else None,
        taken_on=taken.total(),
        days_to_taking_on=median_days(taken),
        replied=replied.total(),
        days_to_reply=median_days(replied),
    )


def _lengths(work: Work, pairs: Any) -> Counter[int]:
    """How often it took so many tenths of a day from ``first`` to ``last`` of `pairs`; counted where the rows are."""
    both = pairs.subquery()
    tenths = tenths_between(work.db, both.c.first, both.c.last)
    rows = work.db.execute(select(tenths, func.count()).group_by(tenths))
    return Counter({int(length): times for length, times in rows})


@dataclass(frozen=True)
class Shared:
    """An issue that others have too.

    ``others`` is how many have signed along; ``replies`` how many lines its thread has that both sides read.
    """

    issue: Issue
    others: int
    replies: int


def most_shared(work: Work, days: Days, limit: int = MOST) -> list[Shared]:
    """Issues received within `days` that others signed, the most shared first (R24)."""
    raised = aliased(Issue)
    others = (
        select(CoSigner.issue_id, func.count(func.distinct(CoSigner.enterprise_id)).label("others"))
        .join(raised, raised.id == CoSigner.issue_id)
        .where(CoSigner.enterprise_id != raised.enterprise_id)
        .group_by(CoSigner.issue_id)
        .subquery()
    )
    lines = (
        select(func.count())
        .where(Message.issue_id == Issue.id, Message.is_internal.is_(False))
        .correlate(Issue)
        .scalar_subquery()
    )
    rows = work.db.execute(
        select(Issue, others.c.others, lines)
        .join(others, others.c.issue_id == Issue.id)
        .options(joinedload(Issue.enterprise), joinedload(Issue.field), joinedload(Issue.lead_department))
        .where(Issue.state.not_in(("withdrawn", "merged")), *_within(work, Issue.received_at, days))
        .order_by(others.c.others.desc(), Issue.received_at, Issue.id)
        .limit(limit)
    ).all()
    return [Shared(issue, int(count), int(replies)) for issue, count, replies in rows]


@dataclass(frozen=True)
class Group:
    """Enterprises of one sector or locality that came.

    Args:
        name: of the sector; of a locality in Vietnamese, with ``name_en`` beside it. Empty: not known.
        enterprises: that came at least once.
        first_time: of these, those that had never come before.
    """

    name: str
    name_en: str
    enterprises: int
    first_time: int


def by_sector(work: Work, days: Days) -> list[Group]:
    """Who came to sessions within `days`, by sector as it was written, the largest first."""
    return [Group(row[0] or "", "", int(row[1]), int(row[2])) for row in _spread(work, days, Enterprise.sector)]


def by_locality(work: Work, days: Days) -> list[Group]:
    """Who came to sessions within `days`, by the locality of the enterprise, the largest first."""
    rows = _spread(work, days, Department.name, Department.name_en)
    return [Group(row[0] or "", row[1] or "", int(row[2]), int(row[3])) for row in rows]


def _spread(work: Work, days: Days, *by: Any) -> Sequence[Any]:
    came = (
        select(
            Registration.enterprise_id.label("enterprise_id"),
            func.max(case((_came_before(), 0), else_=1)).label("first_time"),
        )
        .join(Session, Session.id == Registration.session_id)
        .where(Registration.state == "attended", *_within(work, Session.starts_at, days))
        .group_by(Registration.enterprise_id)
        .subquery()
    )
    return work.db.execute(
        select(*by, func.count(), func.sum(came.c.first_time))
        .select_from(came)
        .join(Enterprise, Enterprise.id == came.c.enterprise_id)
        .outerjoin(Department, Department.id == Enterprise.locality_id)
        .group_by(*by)
        .order_by(func.count().desc(), *by)
        .limit(MOST)
    ).all()


@dataclass(frozen=True)
class Held:
    """One session: how many came, how many of them for the first time, how many investors (R11)."""

    session: Session
    came: int
    first_time: int
    investors: int


def sessions_held(work: Work, days: Days) -> list[Held]:
    """The sessions that were held within `days`, the newest first."""
    came = Registration.state == "attended"
    rows = work.db.execute(
        select(
            Session,
            func.count(Registration.id),
            func.coalesce(func.sum(case((Registration.id.is_(None), 0), (_came_before(), 0), else_=1)), 0),
            func.coalesce(func.sum(case((Enterprise.kind == "investor", 1), else_=0)), 0),
        )
        .outerjoin(Registration, (Registration.session_id == Session.id) & came)
        .outerjoin(Enterprise, Enterprise.id == Registration.enterprise_id)
        .where(Session.state.in_(("held", "reported")), *_within(work, Session.starts_at, days))
        .group_by(Session.id)
        .order_by(Session.starts_at.desc(), Session.id.desc())
        .limit(MOST)
    ).all()
    return [Held(session, int(row[0]), int(row[1]), int(row[2])) for session, *row in rows]


def _came_before() -> ColumnElement[bool]:
    """The enterprise of the registration came to an earlier session."""
    earlier, then = aliased(Registration), aliased(Session)
    return exists().where(
        earlier.enterprise_id == Registration.enterprise_id,
        earlier.state == "attended",
        then.id == earlier.session_id,
        then.starts_at < Session.starts_at,
    )


@dataclass(frozen=True)
class NeverMet:
    """Enterprises that came to no session yet: how many of how many, and some of them by name."""

    count: int
    known: int
    some: Sequence[tuple[Enterprise, Department | None]]


def never_met(work: Work, after: tuple[str, int] | None = None, limit: int = PAGE) -> NeverMet:
    """Who is known and has come to no session, by name (R31).

    Args:
        work: the unit of work.
        after: search key and key of the last row before this page; None: from the beginning.
        limit: one more than so many are given, so that the caller sees whether there is another page.
    """
    never = ~exists().where(Registration.enterprise_id == Enterprise.id, Registration.state == "attended")
    rows = (
        select(Enterprise, Department)
        .outerjoin(Department, Department.id == Enterprise.locality_id)
        .where(never)
        .order_by(Enterprise.search_key, Enterprise.id)
        .limit(limit + 1)
    )
    if after is not None:
        key, last = after
        further = (Enterprise.search_key > key) | ((Enterprise.search_key == key) & (Enterprise.id > last))
        rows = rows.where(further)
    count = select(func.count()).select_from(Enterprise)
    found = [(enterprise, locality) for enterprise, locality in work.db.execute(rows).all()]
    return NeverMet(work.db.scalar(count.where(never)) or 0, work.db.scalar(count) or 0, found)


def _within(work: Work, column: Any, days: Days) -> list[ColumnElement[bool]]:
    """`column`, an instant, lies within `days`."""
    since, until = days
    found = []
    if since is not None:
        found.append(column >= datetime.combine(since, time(0), work.zone))
    if until is not None:
        found.append(column < datetime.combine(until + timedelta(days=1), time(0), work.zone))
    return found
