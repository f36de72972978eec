"""Sending what has fallen due: each reminder once, the latest useful one after an outage, never a burst.

A reminder is taken by one guarded UPDATE (``planned`` → ``sent``) in the transaction in
which its mails are enqueued; whoever comes second finds nothing to take.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from meetup.departments.service import calendar
from meetup.domain.followups import OWES_ANSWER
from meetup.domain.reminders import allowed
from meetup.domain.rules import Rule
from meetup.domain.workdays import WorkCalendar, day_end, end_of_day
from meetup.followups import notices as follow_up_notices
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.reminders import digests, notices
from meetup.reminders.models import Reminder
from meetup.reminders.plan import (
    NEW_DATE_DAYS,
    UNREPORTED,
    Planned,
    add,
    answer_by,
    drop_registrations,
    next_morning,
    plan_follow_up,
    plan_registration,
    plan_session,
)
from meetup.reminders.replanning import replan_some
from meetup.reminders.rules import Rules, rules
from meetup.sessions.models import Session
from meetup.work import Work

__all__ = ["drop_registrations", "plan_follow_up", "plan_registration", "plan_session", "replan_some", "send_due"]

#: Things whose reminders are sent in one turn of the worker.
BATCH = 100

#: To whom a reminder speaks, by the first part of its rule: of several to one, the latest goes.
TO = {"session": "enterprise", "due": "department", "overdue": "department", "due.head": "head"}


@dataclass
class Turn:
    """One turn of the worker: what it counts."""

    work: Work
    counts: Counter[str] = field(default_factory=Counter)

    def drop(self, row: Reminder, state: str, reason: str) -> None:
        """Not send `row`, and say why."""
        if _take(self.work, row, state, reason):
            self.work.log("reminder.drop", row.subject, rule=row.rule, reason=reason)
            self.counts["reminders_dropped"] += 1

    def take(self, row: Reminder) -> bool:
        """Whether `row` is ours to send."""
        if not _take(self.work, row, "sent", ""):
            return False
        self.counts["reminders"] += 1
        return True


def send_due(work: Work) -> dict[str, int]:
    """Send the reminders whose instant has come; gives counts by name."""
    turn = Turn(work, Counter(reminders=0, reminders_dropped=0, escalated=0))
    # In the order of the index that holds what is due. Ordered by subject, a planner that has seen the table's
    # numbers walks the other index instead, over every reminder that there ever was (rule G3).
    first = work.db.scalars(
        select(Reminder.subject)
        .where(Reminder.state == "planned", Reminder.due_at <= work.now)
        .order_by(Reminder.due_at)
        .limit(BATCH)
    ).all()
    subjects = sorted(set(first))
    due = work.db.scalars(
        select(Reminder)
        .where(Reminder.state == "planned", Reminder.due_at <= work.now, Reminder.subject.in_(subjects))
        .order_by(Reminder.subject, Reminder.due_at, Reminder.id)
        .execution_options(populate_existing=True)
    ).all()
    by_subject: defaultdict[str, list[Reminder]] = defaultdict(list)
    for row in due:
        by_subject[row.subject].append(row)
    for subject, rows in by_subject.items():
        kind, _, key = subject.partition(":")
        if kind in digests.SUBJECTS:
            _digests(turn, subject, rows)
            continue
        model: Any = {"session": Session, "registration": Registration, "follow-up": FollowUp}.get(kind)
        thing = work.db.get(model, int(key)) if model is not None else None
        if thing is None:
            for row in rows:
                turn.drop(row, "superseded", "the thing is gone")
        elif kind == "session":
            _session(turn, thing, rows)
        elif kind == "registration":
            _registration(turn, thing, rows)
        else:
            _follow_up(turn, thing, rows)
    return dict(turn.counts)


def _take(work: Work, row: Reminder, state: str, reason: str) -> bool:
    statement = (
        update(Reminder)
        .where(Reminder.id == row.id, Reminder.state == "planned")
        .values(state=state, settled_at=work.now, reason=reason)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", work.db.execute(statement)).rowcount == 1


def _latest(turn: Turn, rows: Sequence[Reminder]) -> list[Reminder]:
    """The last one to each person; the earlier ones are dropped (rule G4)."""
    last: dict[str, Reminder] = {}
    for row in rows:
        person = TO.get(row.rule.partition(":")[0], row.rule.partition(":")[0])
        if person in last:
            turn.drop(last[person], "superseded", "a later reminder is due as well")
        last[person] = row
    return list(last.values())


def _session(turn: Turn, session: Session, rows: Sequence[Reminder]) -> None:
    work = turn.work
    holding = rules(work, session.programme_id)
    zone = ZoneInfo(session.timezone)
    fit = []
    for row in rows:
        about = row.rule.partition(":")[0]
        closing = about == "closing"
        target = session.registration_closes_at if closing else session.starts_at
        if about == "report":
            if session.state not in UNREPORTED or row.target_at != session.ends_at:
                turn.drop(row, "superseded", "its report is out, or it is off or at another time")
            else:
                fit.append(row)
        elif session.state != "published" or row.target_at != target:
            turn.drop(row, "superseded", "the session is off or at another time")
        elif row.target_at <= work.now:
            turn.drop(row, "expired", "registration is closed" if closing else "the session has begun")
        else:
            fit.append(row)
    for row, rule in _by_rule(turn, holding, fit):
        if turn.take(row):
            at = allowed(work.now, row.target_at, zone)
            if rule.kind == "report":
                notices.unreported(work, session, rule, not_before=allowed(work.now, None, zone, calendar(work)))
            elif rule.kind == "closing":
                notices.closing(work, session, rule, closes_at=row.target_at, not_before=at)
            else:
                notices.session(work, session, rule, not_before=at)


def _registration(turn: Turn, registration: Registration, rows: Sequence[Reminder]) -> None:
    work = turn.work
    work.db.refresh(registration)
    session: Session = work.get(Session, registration.session_id)
    closes = answer_by(session)
    fit = []
    for row in rows:
        offer = row.rule.startswith("offer:")
        target = registration.offered_until if offer else registration.created_at
        if registration.state != ("offered" if offer else "invited") or row.target_at != target:
            turn.drop(row, "superseded", "it was answered")
        elif session.state != "published":
            turn.drop(row, "superseded", "the session is off or over")
        elif (row.target_at if offer else closes) <= work.now:
            turn.drop(row, "expired", "it cannot be answered any more")
        else:
            fit.append(row)
    for row, rule in _by_rule(turn, rules(work, session.programme_id), fit):
        if turn.take(row):
            until = row.target_at if rule.kind == "offer" else closes
            at = allowed(work.now, until, ZoneInfo(session.timezone))
            notices.registration(work, registration, session, rule, not_before=at, until=until)


def _digests(turn: Turn, subject: str, rows: Sequence[Reminder]) -> None:
    work = turn.work
    holding = digests.rules_of(work, subject)
    for row, rule in _by_rule(turn, holding, rows):
        if turn.take(row):
            digests.send(work, subject, rule)
    digests.plan(work, subject)


def _by_rule(turn: Turn, holding: Rules, rows: Sequence[Reminder]) -> list[tuple[Reminder, Rule]]:
    """The last reminder to each person with its rule; what no rule stands behind any more is dropped."""
    found = [(row, holding.find(row.rule)) for row in rows]
    for row, rule in found:
        if rule is None:
            turn.drop(row, "superseded", "its rule is off or was changed")
    by_id = {row.id: rule for row, rule in found if rule is not None}
    return [(row, by_id[row.id]) for row in _latest(turn, [row for row, rule in found if rule is not None])]


def _follow_up(turn: Turn, f: FollowUp, rows: Sequence[Reminder]) -> None:
    work = turn.work
    work.db.refresh(f)
    fit = []
    for row in rows:
        state, reason = _use(work, f, row)
        if state:
            turn.drop(row, state, reason)
        else:
            fit.append(row)
    holding = rules(work, work.get(Issue, f.issue_id).programme_id)
    for row, rule in _by_rule(turn, holding, fit):
        if turn.take(row):
            _SENDERS[rule.about](turn, f, row, rule)


def _use(work: Work, f: FollowUp, row: Reminder) -> tuple[str, str]:
    """Why a reminder is of no use any more (state and reason), or two empty texts."""
    about = row.rule.partition(":")[0]
    if about == "confirm":
        if f.state != "verified" or f.confirm_by is None or day_end(f.confirm_by, work.zone) != row.target_at:
            return "superseded", "nothing waits for confirmation"
        return ("expired", "silence closes it now") if row.target_at <= work.now else ("", "")
    if about == "transfer":
        return ("", "") if f.state == "transfer_requested" else ("superseded", "the transfer was settled")
    if f.state not in OWES_ANSWER:
        return "superseded", "no answer is owed any more"
    if end_of_day(f.due_on, work.zone) != row.target_at:
        return "superseded", "the due date has moved"
    if about in {"due", "due.head"} and day_end(f.due_on, work.zone) <= work.now:
        return "expired", "the due date has passed"
    return "", ""


def _late(work: Work, f: FollowUp) -> int:
    return max(calendar(work).between(f.due_on, work.now.astimezone(work.zone).date()), 1)


def _at(work: Work, target: datetime, cal: WorkCalendar | None) -> datetime:
    return allowed(work.now, target, work.zone, cal)


#: Nothing is too late for what is overdue.
FAR = datetime.max.replace(tzinfo=ZoneInfo("UTC"), year=9000)


def _due(turn: Turn, f: FollowUp, row: Reminder, rule: Rule) -> None:
    end = day_end(f.due_on, turn.work.zone)
    at = _at(turn.work, row.target_at, calendar(turn.work))
    follow_up_notices.due(turn.work, f, head=rule.whom == "head", by=_by(rule), not_before=at, expires_at=end)


def _overdue(turn: Turn, f: FollowUp, row: Reminder, rule: Rule) -> None:
    work = turn.work
    late = _late(work, f)
    follow_up_notices.overdue(work, f, by=_by(rule), not_before=_at(work, FAR, calendar(work)))
    missed = late - int(row.rule.rpartition("+")[2])
    if missed > 0:
        work.log("reminder.drop", row.subject, rule=row.rule, reason="days without a worker", days=missed)
        turn.counts["reminders_dropped"] += missed
    add(work, row.subject, Planned(f"overdue:+{late + 1}", row.target_at, next_morning(work, f.due_on, late + 1)))


def _escalate(turn: Turn, f: FollowUp, row: Reminder, rule: Rule) -> None:
    work = turn.work
    whom = rule.whom
    at = _at(work, FAR, calendar(work))
    follow_up_notices.escalated(work, f, whom, _chair(work, f), by=_by(rule), not_before=at)
    work.log("follow_up.escalate", f, whom=whom, days=_late(work, f))
    turn.counts["escalated"] += 1


def _chair(work: Work, f: FollowUp) -> str:
    programme: Programme = work.get(Programme, work.get(Issue, f.issue_id).programme_id)
    return digests.chair_address(work, programme)


def _by(rule: Rule) -> follow_up_notices.By:
    return follow_up_notices.By(rule.notice, rule.channel)


def _apology(turn: Turn, f: FollowUp, row: Reminder, rule: Rule) -> None:
    work = turn.work
    cal = calendar(work)
    late = _late(work, f)
    promised = cal.add(work.now.astimezone(work.zone).date(), NEW_DATE_DAYS)
    follow_up_notices.apologised(work, f, promised, by=_by(rule), not_before=_at(work, FAR, None))
    work.log("follow_up.apologise", f, promised=promised.isoformat())
    after = late + NEW_DATE_DAYS + 1
    add(work, row.subject, Planned(f"apology:+{after}", row.target_at, next_morning(work, f.due_on, after)))


def _confirm(turn: Turn, f: FollowUp, row: Reminder, rule: Rule) -> None:
    at = _at(turn.work, row.target_at, None)
    follow_up_notices.confirmation_waiting(turn.work, f, by=_by(rule), not_before=at)


def _transfer(turn: Turn, f: FollowUp, row: Reminder, rule: Rule) -> None:
    at = _at(turn.work, FAR, calendar(turn.work))
    follow_up_notices.transfer_unanswered(turn.work, f, by=_by(rule), not_before=at)


_SENDERS = {
    "due": _due,
    "due.head": _due,
    "overdue": _overdue,
    "head": _escalate,
    "chair": _escalate,
    "apology": _apology,
    "confirm": _confirm,
    "transfer": _transfer,
}
