"""A session's agenda: which issues, in which order, for how long, and which one is on stage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from meetup.errors import N_, WrongState
from meetup.issues import notices
from meetup.issues.checks import Checks
from meetup.issues.models import AgendaItem, Issue
from meetup.sessions.models import Session
from meetup.work import Work, change, edit

#: The states in which a session's agenda can be changed and something put on stage.
OPEN_SESSIONS = ("draft", "published", "held")

MAX_MINUTES = 240


def mark_of(items: Iterable[tuple[int, int]]) -> str:
    """What tells one agenda from another: the numbers of its issues in order, each with its minutes."""
    said = ",".join(f"{number}:{minutes}" for number, minutes in items)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def set_agenda(work: Work, session: Session, items: Sequence[tuple[Issue, int]]) -> list[AgendaItem]:
    """Put these issues on the agenda, in this order, with their minutes; all others come off.

    What is newly on it becomes ``scheduled`` and its enterprise is told when its turn
    is; what comes off becomes ``accepted`` again. What was discussed stays.

    Raises:
        InvalidInput: at ``items``, for an issue that cannot be on it, stands twice or has no fitting minutes.
        WrongState: once the session is reported or cancelled.
    """
    if session.state not in OPEN_SESSIONS:
        raise WrongState("session", session.state, "set_agenda", session.MACHINE.possible(session.state))
    there = {
        item.issue_id: item for item in work.db.scalars(select(AgendaItem).where(AgendaItem.session_id == session.id))
    }
    _check(work, there, items)
    wanted = {issue.id for issue, _minutes in items}
    for issue in _issues(work, set(there) - wanted):
        change(work, issue, "unschedule", details={"session": session.id})
    gone = [item.id for key, item in there.items() if key not in wanted]
    if gone:
        work.db.execute(delete(AgendaItem).where(AgendaItem.id.in_(gone)))
        for key in set(there) - wanted:
            work.db.expunge(there[key])
    rows: list[AgendaItem] = []
    new: list[Issue] = []
    for position, (issue, minutes) in enumerate(items, start=1):
        row = there.get(issue.id)
        if row is None:
            row = AgendaItem(session_id=session.id, issue_id=issue.id, position=position, minutes=minutes)
            work.db.add(row)
            change(work, issue, "schedule", details={"session": session.id}, session_id=session.id)
            new.append(issue)
        row.position, row.minutes, row.issue = position, minutes, issue
        rows.append(row)
    work.db.flush()
    if session.on_stage_id is not None and session.on_stage_id not in wanted:
        edit(work, session, "stage", details={"issue": None}, on_stage_id=None)
    work.log("session.agenda", session, issues=[issue.number for issue, _minutes in items])
    for issue in new:
        notices.scheduled(work, issue, session)
    return rows


def leave_the_rest(work: Work, session: Session) -> None:
    """The session is over, or called off: what was not discussed is free for another one."""
    items = work.db.scalars(select(AgendaItem).where(AgendaItem.session_id == session.id)).all()
    left = [issue for issue in _issues(work, {item.issue_id for item in items}) if issue.state == "scheduled"]
    for issue in left:
        change(work, issue, "unschedule", details={"session": session.id})
    if left:
        work.db.execute(
            delete(AgendaItem)
            .where(AgendaItem.session_id == session.id, AgendaItem.issue_id.in_([issue.id for issue in left]))
            .execution_options(synchronize_session="fetch")
        )


def _issues(work: Work, keys: set[int]) -> Sequence[Issue]:
    if not keys:
        return []
    return work.db.scalars(select(Issue).where(Issue.id.in_(keys)).order_by(Issue.id)).all()


def _check(work: Work, there: dict[int, AgendaItem], items: Sequence[tuple[Issue, int]]) -> None:
    checks = Checks()
    seen: set[int] = set()
    for issue, minutes in items:
        if issue.id in seen:
            checks.fault("items", N_("Issue %(number)s stands on it twice."), number=issue.number)
        seen.add(issue.id)
        if not 1 <= minutes <= MAX_MINUTES:
            checks.fault(
                "items",
                N_("Issue %(number)s has %(minutes)s minutes."),
                N_("Give it 1 to %(most)s."),
                number=issue.number,
                minutes=minutes,
                most=MAX_MINUTES,
            )
        if issue.id not in there and issue.state != "accepted":
            checks.fault(
                "items",
                N_("Issue %(number)s is not waiting for a session."),
                N_("Only accepted issues that are on no agenda can be put on one."),
                number=issue.number,
            )
    for issue in _issues(work, set(there) - seen):
        if issue.state != "scheduled":
            checks.fault("items", N_("Issue %(number)s was discussed and stays on the agenda."), number=issue.number)
    checks.done()


def put_on_stage(work: Work, session: Session, issue: Issue | None) -> Session:
    """Show an issue of the agenda as the one that is being discussed; None clears the stage.

    Raises:
        InvalidInput: at ``issue``, if it is not on this agenda.
        WrongState: once the session is reported or cancelled.
    """
    if session.state not in OPEN_SESSIONS:
        raise WrongState("session", session.state, "put_on_stage", session.MACHINE.possible(session.state))
    if issue is not None:
        item = work.db.scalar(
            select(AgendaItem.id).where(AgendaItem.session_id == session.id, AgendaItem.issue_id == issue.id)
        )
        if item is None:
            checks = Checks()
            checks.fault("issue", N_("This issue is not on the agenda."), N_("Put it on the agenda first."))
            checks.done()
    key = issue.id if issue is not None else None
    if session.on_stage_id != key:
        edit(work, session, "stage", details={"issue": issue.number if issue else None}, on_stage_id=key)
    return session
