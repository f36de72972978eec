"""Reading follow-ups: a department's queue, what waits for the organiser, and one with all that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload, selectinload

from meetup.access import LEADER, ORGANIZER, Actor
from meetup.departments.models import Department
from meetup.domain.followups import OPEN, OWES_ANSWER
from meetup.errors import NotFound
from meetup.followups.models import Answer, Coordination, Extension, FollowUp, Transfer
from meetup.issues.models import Issue

PAGE = 25

#: What a list shows of each.
WITH_ROW = (
    joinedload(FollowUp.issue),
    joinedload(FollowUp.enterprise),
    joinedload(FollowUp.lead_department),
    joinedload(FollowUp.transfer_to),
)

OWED = sorted(OWES_ANSWER)
NOT_CLOSED = sorted(OPEN)

#: What is closed is counted so far.
MOST_COUNTED = 1_000

#: The views of a queue, in the order of their tabs.
VIEWS = ("open", "overdue", "waiting", "closed", "coordinating")


@dataclass(frozen=True)
class Scope:
    """Whose follow-ups are looked at.

    Args:
        department_id: of one department; None: of all.
        conduct: whether those about conduct are among them (the head's, the organiser's and the leader's alone).
    """

    department_id: int | None
    conduct: bool = False

    def allows(self) -> ColumnElement[bool]:
        """The condition on :class:`FollowUp` joined with :class:`Issue`, without the department."""
        return Issue.kind != "conduct" if not self.conduct else Issue.id.is_not(None)


def may_see_conduct(actor: Actor, department: Department | None) -> bool:
    """Whether someone may read what is about the conduct of an officer: organisers, leaders, and the head (R23)."""
    if actor.has(ORGANIZER, LEADER):
        return True
    head = department.head_email if department is not None else ""
    return bool(head) and bool(actor.email) and head.casefold() == actor.email.casefold()


def late(today: date) -> ColumnElement[bool]:
    """The condition of being overdue."""
    return and_(FollowUp.state.in_(OWED), FollowUp.due_on < today)


def in_view(view: str, today: date, department_id: int | None) -> ColumnElement[bool]:
    """The condition of standing in one of :data:`VIEWS`."""
    coordinating = FollowUp.id.in_(select(Coordination.follow_up_id).where(Coordination.department_id == department_id))
    if view == "coordinating":
        return and_(coordinating, FollowUp.state.in_(NOT_CLOSED))
    own = FollowUp.lead_department_id == department_id if department_id is not None else FollowUp.id.is_not(None)
    state = {
        "open": FollowUp.state.in_(OWED),
        "overdue": late(today),
        "waiting": FollowUp.state.in_(("answered", "verified")),
        "closed": FollowUp.state == "closed",
    }[view]
    return and_(own, state)


def queue(
    db: DbSession,
    scope: Scope,
    view: str,
    today: date,
    *,
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
    transfers: int = 0,
) -> Sequence[FollowUp]:
    """A page of a queue by due date, the closed ones newest first; one row more than `limit` if there are more."""
    back = view == "closed"
    key = tuple_(FollowUp.due_on, FollowUp.id)
    query = (
        _rows().join(FollowUp.issue).where(scope.allows(), in_view(view, today, scope.department_id)).limit(limit + 1)
    )
    if transfers:
        query = query.where(FollowUp.transfers >= transfers)
    if after is not None:
        query = query.where(key < after if back else key > after)
    if back:
        query = query.order_by(FollowUp.due_on.desc(), FollowUp.id.desc())
    else:
        query = query.order_by(FollowUp.due_on, FollowUp.id)
    return db.scalars(query).unique().all()


def _rows() -> Select[Any]:
    return select(FollowUp).options(*WITH_ROW)


def counts(db: DbSession, scope: Scope, today: date) -> dict[str, int]:
    """How many stand in each view; of what is closed at most one above :data:`MOST_COUNTED`, however old the site."""
    of = scope.department_id
    views = [view for view in VIEWS if view != "closed"]
    columns = [func.coalesce(func.sum(case((in_view(view, today, of), 1), else_=0)), 0).label(view) for view in views]
    query = select(*columns).select_from(FollowUp).join(FollowUp.issue)
    # Before whose it is: by its states what is open is found, however much is closed.
    query = query.where(scope.allows(), FollowUp.state.in_(NOT_CLOSED))
    if of is not None:
        along = select(Coordination.follow_up_id).where(Coordination.department_id == of)
        query = query.where(or_(FollowUp.lead_department_id == of, FollowUp.id.in_(along)))
    found = {name: int(value) for name, value in db.execute(query).one()._mapping.items()}
    closed = select(FollowUp.id).join(FollowUp.issue).where(scope.allows(), in_view("closed", today, of))
    # In the order of their list: so PostgreSQL walks its index and stops, where it would gather all of them first.
    closed = closed.order_by(FollowUp.due_on.desc(), FollowUp.id.desc()).limit(MOST_COUNTED + 1)
    counted = select(func.count()).select_from(closed.subquery())
    return {**found, "closed": db.scalar(counted) or 0}


def incoming(db: DbSession, scope: Scope, limit: int = 50) -> list[tuple[FollowUp, Transfer]]:
    """What others ask this department to take over, or (without a department) what waits for a decision."""
    query = (
        select(FollowUp, Transfer)
        .options(*WITH_ROW)
        .join(Transfer, and_(Transfer.follow_up_id == FollowUp.id, Transfer.decision == ""))
        .join(FollowUp.issue)
        .where(FollowUp.state == "transfer_requested", scope.allows())
        .order_by(Transfer.answer_by, Transfer.id)
        .limit(limit)
    )
    if scope.department_id is not None:
        query = query.where(FollowUp.transfer_to_id == scope.department_id)
    return [(row[0], row[1]) for row in db.execute(query).unique()]


def extensions_asked(db: DbSession, limit: int = 50) -> list[tuple[FollowUp, Extension]]:
    """Extensions that wait for a decision, those whose due date is nearest first."""
    query = (
        select(FollowUp, Extension)
        .options(*WITH_ROW)
        .join(Extension, and_(Extension.follow_up_id == FollowUp.id, Extension.decision == ""))
        .where(FollowUp.state.in_(OWED))
        .order_by(FollowUp.due_on, Extension.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(query).unique()]


def answered(
    db: DbSession, *, after: tuple[Any, int] | None = None, limit: int = PAGE
) -> list[tuple[FollowUp, Answer]]:
    """Answers that wait to be verified, the oldest first, each with its last round."""
    newest = select(func.max(Answer.id)).where(Answer.follow_up_id == FollowUp.id).correlate(FollowUp).scalar_subquery()
    query = (
        select(FollowUp, Answer)
        .options(*WITH_ROW)
        .join(Answer, Answer.id == newest)
        .where(FollowUp.state == "answered")
        .order_by(FollowUp.answered_at, FollowUp.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(FollowUp.answered_at, FollowUp.id) > after)
    return [(row[0], row[1]) for row in db.execute(query).unique()]


def by_number(db: DbSession, number: int) -> FollowUp:
    """The follow-up with `number`, with everyone it concerns.

    Raises:
        NotFound: if there is none.
    """
    query = (
        _rows()
        .where(FollowUp.number == number)
        .options(
            joinedload(FollowUp.issue).joinedload(Issue.contact),
            joinedload(FollowUp.issue).joinedload(Issue.session),
            joinedload(FollowUp.issue).joinedload(Issue.field),
            selectinload(FollowUp.coordinating).joinedload(Coordination.department),
        )
        .execution_options(populate_existing=True)
    )
    found: FollowUp | None = db.scalars(query).unique().one_or_none() if 0 < number < 2**31 else None
    if found is None:
        raise NotFound()
    return found


def of_issue(db: DbSession, issue_id: int) -> Sequence[FollowUp]:
    """The follow-ups of an issue, oldest first."""
    query = _rows().where(FollowUp.issue_id == issue_id).order_by(FollowUp.id)
    return db.scalars(query).unique().all()


def of_session(db: DbSession, session_id: int) -> Sequence[FollowUp]:
    """The follow-ups that a session's conclusions ordered."""
    query = (
        _rows()
        .where(FollowUp.session_id == session_id, FollowUp.reopens_id.is_(None))
        .options(selectinload(FollowUp.coordinating).joinedload(Coordination.department))
        .order_by(FollowUp.id)
    )
    return db.scalars(query).unique().all()
