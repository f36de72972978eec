"""Reading periods: which there are, what they say, and the rows behind each of their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select, tuple_
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload

from meetup.departments.models import Department, Field
from meetup.domain.criteria import STANDARD
from meetup.errors import NotFound
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.scorecards.content import Results, unpack
from meetup.scorecards.counting import Source, conditions, frozen, live
from meetup.scorecards.models import Fact, Period, Snapshot
from meetup.scorecards.queries import cards, whole
from meetup.scorecards.taking_part import TakingPart, taking_part
from meetup.work import Work

PAGE = 50


@dataclass(frozen=True)
class Span:
    """What results are asked for: any days as they are now, or a period with what was frozen of it.

    Args:
        since: the first day; None: from the beginning.
        until: the last day.
        period: the period that has these days, if there is one.
        snapshot: what is shown of a closed one.
        weights: component → hundredths.
    """

    since: date | None
    until: date | None
    period: Period | None
    snapshot: Snapshot | None
    weights: Mapping[str, int]

    def source(self, work: Work) -> Source:
        """What is counted."""
        return frozen(self.snapshot) if self.snapshot is not None else live(work, self.since, self.until)


def listed(db: DbSession) -> Sequence[Period]:
    """Every period, the newest first."""
    return db.scalars(select(Period).order_by(Period.ends_on.desc(), Period.starts_on.desc())).all()


def by_key(db: DbSession, key: int) -> Period:
    """The period with this key.

    Raises:
        NotFound: if there is none.
    """
    found = db.get(Period, key) if 0 < key < 2**31 else None
    if found is None:
        raise NotFound()
    return found


def with_days(db: DbSession, since: date | None, until: date | None) -> Period | None:
    """The period of exactly these days, if there is one."""
    if since is None or until is None:
        return None
    return db.scalar(select(Period).where(Period.starts_on == since, Period.ends_on == until))


def snapshots(db: DbSession, period: Period) -> Sequence[Snapshot]:
    """What was frozen of a period, the newest version first."""
    query = select(Snapshot).where(Snapshot.period_id == period.id).order_by(Snapshot.number.desc())
    return db.scalars(query).all()


def span_of(db: DbSession, period: Period, version: int | None = None) -> Span:
    """A period as it is shown: a closed one by its newest version, or by `version`.

    Raises:
        NotFound: if it has no such version.
    """
    query = select(Snapshot).where(Snapshot.period_id == period.id).order_by(Snapshot.number.desc()).limit(1)
    if version is not None:
        query = query.where(Snapshot.number == version)
    snapshot = db.scalar(query)
    if snapshot is None and version is not None:
        raise NotFound()
    weights = (snapshot or period).weights
    return Span(period.starts_on, period.ends_on, period, snapshot, {key: int(value) for key, value in weights.items()})


def span_between(db: DbSession, since: date | None, until: date | None) -> Span:
    """Any days, as they are now; with the weights of the period that has just these days."""
    period = with_days(db, since, until)
    weights = {key: int(value) for key, value in period.weights.items()} if period is not None else STANDARD
    return Span(since, until, period, None, weights)


def results(work: Work, span: Span) -> Results:
    """Everything that `span` says: counted now, or read as it was frozen."""
    if span.snapshot is not None:
        return unpack(span.snapshot.content, span.weights)
    return count(work, span.source(work), span)


def count(work: Work, source: Source, span: Span) -> Results:
    """`source` counted with the weights of `span`."""
    people = TakingPart()
    if span.since is not None and span.until is not None:
        people = taking_part(work, span.since, span.until)
    return Results(
        whole(work, source, span.weights),
        tuple(cards(work, source, "department", span.weights)),
        tuple(cards(work, source, "field", span.weights)),
        people,
        tuple(work.hooks.gather("meetup_figures", work=work, since=span.since, until=span.until)),
    )


@dataclass(frozen=True)
class Behind:
    """One row behind a figure: the follow-up as it is now, and the facts that were counted (its own, or frozen)."""

    follow_up: FollowUp
    fact: Any


def behind(
    work: Work,
    source: Source,
    figure: str,
    *,
    by: str = "whole",
    code: str = "",
    department_id: int | None = None,
    conduct: bool = False,
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
) -> list[Behind]:
    """A page of the rows behind a figure, by their first due date; one more than `limit` if there are more.

    Args:
        source: what was counted.
        figure: of :func:`meetup.scorecards.counting.conditions`.
        by: ``department``, ``field`` or ``whole``.
        code: of the department or field; empty: what has no field.
        department_id: only what this department leads.
        conduct: whether those about conduct are among them.

    Raises:
        NotFound: for a figure, department or field that there is not.
    """
    test = conditions(work, source).get(figure)
    if test is None:
        raise NotFound()
    of = source.of
    key = of.id if of is FollowUp else of.follow_up_id
    where = [test, *_about(work, source, by, code)]
    if department_id is not None:
        where.append(of.lead_department_id == department_id)
    if not conduct:
        where.append(Issue.kind != "conduct")
    if after is not None:
        where.append(tuple_(of.first_due_on, key) > after)
    about = [joinedload(FollowUp.issue), joinedload(FollowUp.lead_department)]
    query: Any
    if of is FollowUp:
        query = source.rows(FollowUp).options(*about)
    else:
        query = select(FollowUp, Fact).options(*about, joinedload(Fact.lead_department))
        query = query.join(Fact, and_(Fact.follow_up_id == FollowUp.id, source.where)).join(FollowUp.issue)
    rows = work.db.execute(query.where(*where).order_by(of.first_due_on, key).limit(limit + 1)).unique()
    return [Behind(row[0], row[-1]) for row in rows]


def _about(work: Work, source: Source, by: str, code: str) -> list[Any]:
    if by == "whole":
        return []
    if by == "field" and not code:
        return [source.field.is_(None)]
    model: Any = {"department": Department, "field": Field}.get(by)
    found = work.db.scalar(select(model.id).where(model.code == code)) if model is not None else None
    if found is None:
        raise NotFound()
    return [source.of.lead_department_id == found if by == "department" else source.field == found]
