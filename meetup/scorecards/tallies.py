"""Sums that are kept of what is closed, so that the scorecards do not count years of history anew.

A closed follow-up never changes again: the worker adds it to the sums once and marks it
as tallied, in one transaction. Until then it is counted like everything else
(:class:`meetup.scorecards.counting.Source`), so the figures are the same before and after.
What nobody may believe unseen: :func:`verify` counts all of it again and compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from meetup.departments.models import Department, Field
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.scorecards.counting import KEPT, Source, counted, lengths
from meetup.scorecards.models import Duration, Tally
from meetup.work import Work

#: What figures are kept by.
FIGURES_BY = ("department", "field", "month")
#: What lengths are kept by; those of everything are the departments' together.
LENGTHS_BY = ("department", "field")
#: How many the worker adds in one transaction.
BATCH = 500


@dataclass(frozen=True)
class Difference:
    """A kept sum that is not what a recount gives.

    Args:
        by: ``department``, ``field`` or ``month``.
        key: the code of the department or field, or the month.
        figure: which sum; of lengths ``response`` or ``closing`` and the tenths of a day.
        kept: what is kept.
        counted: what there is.
    """

    by: str
    key: str
    figure: str
    kept: int
    counted: int

    def __str__(self) -> str:
        return f"{self.by} {self.key or '(none)'}: {self.figure} is kept as {self.kept}, a recount gives {self.counted}"


def add_closed(work: Work, limit: int = BATCH) -> int:
    """Add follow-ups that are closed, and not in the sums yet; gives how many.

    Args:
        limit: how many at most.
    """
    alone(work)
    query = select(FollowUp.id).where(FollowUp.state == "closed", ~FollowUp.tallied).order_by(FollowUp.id).limit(limit)
    keys = list(work.db.scalars(query))
    if keys:
        _mark(work, FollowUp.id.in_(keys))
        for model, row in _sums(work, FollowUp.id.in_(keys)):
            _add(work, model, row)
    return len(keys)


def verify(work: Work) -> Iterator[Difference]:
    """Count everything that the sums have again; every sum that is not what that gives, by name."""
    alone(work)
    kept, there = _read(work), _recounted(work)
    names = _names(work)
    for at in sorted(kept.keys() | there.keys()):
        if kept.get(at, 0) != there.get(at, 0):
            by, key, figure = at
            yield Difference(by, names.get((by, key), key), figure, kept.get(at, 0), there.get(at, 0))


def rebuild(work: Work) -> int:
    """Make the sums anew from what is closed now; gives of how many follow-ups."""
    alone(work)
    work.db.execute(delete(Tally))
    work.db.execute(delete(Duration))
    _mark(work, FollowUp.state == "closed", ~FollowUp.tallied)
    work.db.execute(update(FollowUp).where(FollowUp.state != "closed", FollowUp.tallied).values(tallied=False))
    rows: dict[Any, list[dict[str, Any]]] = {}
    for model, row in _sums(work, FollowUp.tallied):
        rows.setdefault(model, []).append(row)
    for model, made in rows.items():
        work.db.execute(insert(model), made)
    return number(work)


def number(work: Work) -> int:
    """How many follow-ups the sums have."""
    return work.db.scalar(select(func.coalesce(func.sum(Tally.assigned), 0)).where(Tally.by == "department")) or 0


def alone(work: Work) -> None:
    """Whoever changes or checks the sums does so one at a time: on SQLite whoever writes is alone."""
    if work.db.get_bind().dialect.name == "postgresql":
        work.db.execute(text("SELECT pg_advisory_xact_lock(hashtext('meetup.tallies'))"))


def _mark(work: Work, *which: Any) -> None:
    statement = update(FollowUp).where(*which).values(tallied=True)
    work.db.execute(statement.execution_options(synchronize_session=False))


def _source(work: Work, which: Any) -> Source:
    return Source(FollowUp, Issue.field_id, which, work.now.astimezone(work.zone).date())


def _sums(work: Work, which: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The rows of both tables for the follow-ups that `which` says."""
    source, names = _source(work, which), set(KEPT.values())
    for by in FIGURES_BY:
        for key, figures in counted(work, source, by).items():
            yield Tally, {"by": by, "key": key, **{name: figures[name] for name in names}}
    for by in LENGTHS_BY:
        for key, found in lengths(work, source, by).items():
            for until, times in found.items():
                for tenths, number in times.items():
                    yield Duration, {"by": by, "key": key, "until": until, "tenths": tenths, "times": number}


def _add(work: Work, model: Any, row: dict[str, Any]) -> None:
    """Add a row's numbers to those that stand there."""
    make: Any = postgresql.insert if work.db.get_bind().dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in model.__table__.primary_key]
    statement = make(model).values(**row)
    sums = {name: getattr(model, name) + statement.excluded[name] for name in row if name not in keys}
    work.db.execute(statement.on_conflict_do_update(index_elements=keys, set_=sums))


Sums = dict[tuple[str, str, str], int]


def _read(work: Work) -> Sums:
    """Every sum that is kept."""
    found: Sums = {}
    for row in work.db.scalars(select(Tally)):
        found.update({(row.by, row.key, name): getattr(row, name) for name in set(KEPT.values())})
    for one in work.db.scalars(select(Duration)):
        found[one.by, one.key, f"{one.until} after {one.tenths}"] = one.times
    return found


def _recounted(work: Work) -> Sums:
    """What there is."""
    found: Sums = {}
    for model, row in _sums(work, FollowUp.tallied):
        if model is Tally:
            found.update({(row["by"], row["key"], name): row[name] for name in set(KEPT.values())})
        else:
            found[row["by"], row["key"], f"{row['until']} after {row['tenths']}"] = row["times"]
    return found


def _names(work: Work) -> dict[tuple[str, str], str]:
    named = {("department", str(key)): code for key, code in work.db.execute(select(Department.id, Department.code))}
    named.update({("field", str(key)): code for key, code in work.db.execute(select(Field.id, Field.code))})
    return named
