"""Planning anew what lies ahead when a rule has changed: by the worker, in bounded batches, never in a burst (G2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, delete, select, true, update
from sqlalchemy.engine import CursorResult

from meetup.domain.followups import OWES_ANSWER
from meetup.domain.rules import SITE
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.registrations.models import Registration
from meetup.reminders.models import ReminderReplan
from meetup.reminders.plan import UNREPORTED, plan_follow_up, plan_registration, plan_session
from meetup.reminders.rules import own_scopes, rules
from meetup.sessions.models import Session
from meetup.work import Work

#: Things that are planned anew in one turn of the worker.
BATCH = 100

THINGS = ("session", "registration", "follow-up")


def ask(work: Work, scope: str, things: Iterable[str]) -> None:
    """Have the worker plan these things of a scope anew, from the first on."""
    wanted = [one for one in things if one in THINGS]
    work.db.execute(
        delete(ReminderReplan)
        .where(ReminderReplan.scope == scope, ReminderReplan.things.in_(wanted))
        .execution_options(synchronize_session=False)
    )
    work.db.add_all([ReminderReplan(scope=scope, things=one, after_id=0, asked_at=work.now) for one in wanted])
    work.db.flush()


def replan_some(work: Work) -> int:
    """Plan the next things anew, if any wait for it; gives how many.

    A batch is taken by one guarded statement that moves its mark; a second worker finds it moved.
    """
    mark = work.db.execute(
        select(ReminderReplan.id, ReminderReplan.scope, ReminderReplan.things, ReminderReplan.after_id)
        .order_by(ReminderReplan.id)
        .limit(1)
    ).first()
    if mark is None:
        return 0
    keys = work.db.scalars(_ahead(work, mark.things, mark.scope, mark.after_id).limit(BATCH)).all()
    ours = (ReminderReplan.id == mark.id) & (ReminderReplan.after_id == mark.after_id)
    statement: Any = delete(ReminderReplan).where(ours)
    if len(keys) == BATCH:
        statement = update(ReminderReplan).where(ours).values(after_id=keys[-1])
    taken = work.db.execute(statement.execution_options(synchronize_session=False))
    if cast("CursorResult[Any]", taken).rowcount != 1:
        return 0
    for key in keys:
        _plan(work, mark.things, key)
    return len(keys)


def _plan(work: Work, things: str, key: int) -> None:
    if things == "session":
        session: Session = work.get(Session, key)
        plan_session(work, session, ruled=rules(work, session.programme_id))
    elif things == "registration":
        registration: Registration = work.get(Registration, key)
        of = work.get(Session, registration.session_id).programme_id
        plan_registration(work, registration, ruled=rules(work, of))
    else:
        f: FollowUp = work.get(FollowUp, key)
        plan_follow_up(work, f, ruled=rules(work, work.get(Issue, f.issue_id).programme_id))


def _ahead(work: Work, things: str, scope: str, after: int) -> Select[Any]:
    """The keys of what can still have reminders, by key."""
    coming = (Session.state == "published") & (Session.starts_at > work.now)
    if things == "session":
        return (
            select(Session.id)
            .where(Session.state.in_(UNREPORTED), _in_scope(work, Session.programme_id, scope), Session.id > after)
            .order_by(Session.id)
        )
    if things == "registration":
        return (
            select(Registration.id)
            .join(Session, Registration.session_id == Session.id)
            .where(Registration.state.in_(("invited", "offered")), coming, Registration.id > after)
            .where(_in_scope(work, Session.programme_id, scope))
            .order_by(Registration.id)
        )
    return (
        select(FollowUp.id)
        .join(Issue, FollowUp.issue_id == Issue.id)
        .where(FollowUp.state.in_(sorted({*OWES_ANSWER, "verified"})), FollowUp.id > after)
        .where(_in_scope(work, Issue.programme_id, scope))
        .order_by(FollowUp.id)
    )


def _in_scope(work: Work, column: Any, scope: str) -> ColumnElement[bool]:
    """The condition of being under a scope's rules: a programme's own, or the site's where it has none."""
    if scope != SITE:
        return cast("ColumnElement[bool]", column == int(scope.partition(":")[2]))
    others = own_scopes(work)
    return column.not_in(others) if others else true()
