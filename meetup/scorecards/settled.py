"""Sums that are kept of issues that came to an end, so that what a programme achieved is not counted anew.

What :mod:`meetup.scorecards.tallies` does for follow-ups. The worker adds an issue once and
marks it, in one transaction; until then it is counted like everything else. An issue may be
reopened after its end: its sums forget it in the transaction that does so (:func:`take_out`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value

from meetup.followups.models import FollowUp
from meetup.followups.sqltime import tenths_between
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.scorecards.models import Settled
from meetup.scorecards.tallies import BATCH, Difference, alone
from meetup.work import Work

#: States in which nothing more is awaited.
ENDED = ("declined", "merged", "resolved", "withdrawn")
#: States of what counts as never raised: taken back, or told in another one.
UNCOUNTED = ("merged", "withdrawn")


def came_to(work: Work, *which: Any) -> Select[Any]:
    """How many issues came to what, of those that `which` says: ``programme_id, came_to, tenths, times``.

    ``came_to`` is ``confirmed`` (by its enterprise; silence is none), ``answered`` (an answer stands) or
    ``raised``; ``tenths`` are tenths of a day from receipt to the answer that stands, 0 for those without.
    """
    answered = and_(Issue.state.in_(("answered", "resolved")), Issue.answered_at.is_not(None))
    word = case(
        (and_(answered, _confirmed()), literal_column("'confirmed'")),
        (answered, literal_column("'answered'")),
        else_=literal_column("'raised'"),
    )
    tenths = case((answered, tenths_between(work.db, Issue.received_at, Issue.answered_at)), else_=literal_column("0"))
    each = (
        select(Issue.programme_id, word.label("came_to"), tenths.label("tenths"))
        .where(Issue.state.not_in(UNCOUNTED), *which)
        .subquery()
    )
    keys = (each.c.programme_id, each.c.came_to, each.c.tenths)
    return select(*keys, func.count().label("times")).group_by(*keys)


def _confirmed() -> ColumnElement[bool]:
    """At least one follow-up was confirmed, and none is open or was closed by silence."""
    own = FollowUp.issue_id == Issue.id
    return and_(
        exists().where(own, FollowUp.closing == "confirmed"), ~exists().where(own, FollowUp.closing != "confirmed")
    )


def add_ended(work: Work, limit: int = BATCH) -> int:
    """Add issues that came to an end, and are not in the sums yet; gives how many.

    Args:
        limit: how many at most.
    """
    alone(work)
    query = select(Issue.id).where(Issue.state.in_(ENDED), ~Issue.tallied).order_by(Issue.id).limit(limit)
    keys = list(work.db.scalars(query))
    if keys:
        # Who reopens one at this moment has its row: then it is not marked, and not added.
        _mark(work, Issue.id.in_(keys), Issue.state.in_(ENDED))
        for row in _sums(work, Issue.id.in_(keys), Issue.tallied):
            _add(work, row)
    return len(keys)


def take_out(work: Work, issue: Issue) -> None:
    """Let the sums forget `issue`, which is about to be reopened."""
    # Locked even if it is in no sum: whoever adds it at this moment must see what becomes of it.
    if not work.db.scalar(select(Issue.tallied).where(Issue.id == issue.id).with_for_update()):
        return
    for row in _sums(work, Issue.id == issue.id):
        _add(work, {**row, "times": -row["times"]})
    statement = update(Issue).where(Issue.id == issue.id).values(tallied=False)
    work.db.execute(statement.execution_options(synchronize_session=False))
    set_committed_value(issue, "tallied", False)


def verify(work: Work) -> Iterator[Difference]:
    """Count everything that the sums have again; every sum that is not what that gives."""
    alone(work)
    kept = {(one.programme_id, one.came_to, one.tenths): one.times for one in work.db.scalars(select(Settled))}
    there = {(row.programme_id, row.came_to, row.tenths): row.times for row in _rows(work, Issue.tallied)}
    names = {row.id: row.slug for row in work.db.execute(select(Programme.id, Programme.slug))}
    for at in sorted(kept.keys() | there.keys()):
        if kept.get(at, 0) != there.get(at, 0):
            programme, word, tenths = at
            figure = f"{word} after {tenths}"
            yield Difference(
                "programme", names.get(programme, str(programme)), figure, kept.get(at, 0), there.get(at, 0)
            )


def rebuild(work: Work) -> int:
    """Make the sums anew from what ended by now; gives of how many issues."""
    alone(work)
    _mark(work, Issue.state.in_(ENDED), ~Issue.tallied)
    undone = update(Issue).where(Issue.state.not_in(ENDED), Issue.tallied).values(tallied=False)
    work.db.execute(undone.execution_options(synchronize_session=False))
    work.db.execute(delete(Settled))
    if rows := list(_sums(work, Issue.tallied)):
        work.db.execute(insert(Settled), rows)
    return number(work)


def number(work: Work) -> int:
    """How many issues the sums have."""
    return work.db.scalar(select(func.coalesce(func.sum(Settled.times), 0))) or 0


def _mark(work: Work, *which: Any) -> None:
    statement = update(Issue).where(*which).values(tallied=True)
    work.db.execute(statement.execution_options(synchronize_session=False))


def _rows(work: Work, *which: Any) -> Iterator[Any]:
    yield from work.db.execute(came_to(work, *which))


def _sums(work: Work, *which: Any) -> Iterator[dict[str, Any]]:
    for row in list(_rows(work, *which)):
        yield dict(row._mapping)


def _add(work: Work, row: dict[str, Any]) -> None:
    """Add a row's number to what stands there."""
    make: Any = postgresql.insert if work.db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(Settled).values(**row)
    keys = [column.name for column in Settled.__table__.primary_key]
    both = {"times": Settled.times + statement.excluded.times}
    work.db.execute(statement.on_conflict_do_update(index_elements=keys, set_=both))
