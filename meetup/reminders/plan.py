"""Planning: which reminders a thing has, and when each goes (rules G2, G3, G5, G6).

A rule's name is what it is about and how far ahead: ``session:1d``, ``due:3d``,
``overdue:+1``, ``head:+3``, ``chair:+7``, ``apology:+1``, ``confirm:3w``, ``transfer:+1``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from meetup.departments.service import calendar
from meetup.domain.followups import OWES_ANSWER
from meetup.domain.reminders import Offset, allowed, before, parse_escalation, parse_offsets
from meetup.domain.workdays import day_end, end_of_day
from meetup.followups.models import FollowUp
from meetup.followups.service import open_transfer
from meetup.reminders.models import Reminder
from meetup.sessions.models import Session
from meetup.work import Work

#: When a department's reminders go on their day.
MORNING = time(8, 0)

#: Working days after which an enterprise that was put off has its answer, or is put off again.
NEW_DATE_DAYS = 5

#: How long before silence closes a follow-up the enterprise hears of it once more.
CONFIRM_AHEAD = Offset(3, "w")


@dataclass(frozen=True)
class Planned:
    """One reminder to be: its rule, what it counts from, and when it goes."""

    rule: str
    target_at: datetime
    due_at: datetime


def plan_session(work: Work, session: Session) -> None:
    """The reminders of a session at its present time; those for another time are superseded."""
    wanted: list[Planned] = []
    if session.state == "published":
        zone = ZoneInfo(session.timezone)
        for offset in parse_offsets(work.settings.session_offsets):
            instant = before(session.starts_at, offset, zone)
            due = allowed(instant, session.starts_at, zone)
            if due > work.now and instant > work.now:
                wanted.append(Planned(f"session:{offset}", session.starts_at, due))
    replan(work, session.subject, wanted)


def plan_follow_up(work: Work, f: FollowUp) -> None:
    """The reminders of a follow-up as it stands now; all others are superseded."""
    wanted: list[Planned] = []
    if f.state in OWES_ANSWER:
        wanted += _before_due(work, f)
        wanted += _past_due(work, f)
    if f.state == "transfer_requested":
        late = next_morning(work, open_transfer(work, f).answer_by, 1)
        wanted.append(Planned("transfer:+1", late, late))
    if f.state == "verified" and f.confirm_by is not None:
        target = day_end(f.confirm_by, work.zone)
        day = calendar(work).add(f.confirm_by, -CONFIRM_AHEAD.amount)
        instant = datetime.combine(day, MORNING, work.zone)
        if instant > work.now:
            wanted.append(Planned(f"confirm:{CONFIRM_AHEAD}", target, instant))
    replan(work, f.subject, wanted)


def _before_due(work: Work, f: FollowUp) -> list[Planned]:
    target = end_of_day(f.due_on, work.zone)
    base = datetime.combine(f.due_on, MORNING, work.zone)
    cal = calendar(work)
    by_day: dict[date, Planned] = {}
    offsets = sorted(parse_offsets(work.settings.due_offsets), key=lambda one: before(base, one, work.zone, cal))
    for offset in offsets:
        instant = before(base, offset, work.zone, cal)
        due = allowed(instant, target, work.zone, cal)
        if instant > work.now and due > work.now:
            # Two that a holiday pushes onto one day are one: the nearer stays.
            by_day[due.astimezone(work.zone).date()] = Planned(f"due:{offset}", target, due)
    return list(by_day.values())


def _past_due(work: Work, f: FollowUp) -> list[Planned]:
    """The first reminder past the due date, the steps upwards, and the apology; each from today on."""
    target = end_of_day(f.due_on, work.zone)
    today = work.now.astimezone(work.zone).date()
    late = max(calendar(work).between(f.due_on, today), 0)
    first = max(late, 1)
    if next_morning(work, f.due_on, first) <= work.now:
        first += 1
    apology = max(first, _last_apology(work, f, target) + NEW_DATE_DAYS + 1)
    found = [
        Planned(f"overdue:+{first}", target, next_morning(work, f.due_on, first)),
        Planned(f"apology:+{apology}", target, next_morning(work, f.due_on, apology)),
    ]
    for days, whom in parse_escalation(work.settings.escalation):
        # The officer's step is the daily reminder itself.
        if whom != "officer":
            step = max(days, 1)
            # A department to which it came back late has the same days from now on.
            at = step if step >= first else first - 1 + step
            found.append(Planned(f"{whom}:+{step}", target, next_morning(work, f.due_on, at)))
    return found


def _last_apology(work: Work, f: FollowUp, target: datetime) -> int:
    """How many working days late it was when the enterprise was last put off."""
    rules = work.db.scalars(
        select(Reminder.rule).where(
            Reminder.subject == f.subject,
            Reminder.target_at == target,
            Reminder.rule.like("apology:%"),
            Reminder.state == "sent",
        )
    )
    return max((int(one.rpartition("+")[2]) for one in rules), default=-NEW_DATE_DAYS)


def next_morning(work: Work, day: date, working_days: int) -> datetime:
    """08:00 on the working day that many after `day`."""
    return datetime.combine(calendar(work).add(day, working_days), MORNING, work.zone)


def replan(work: Work, subject: str, wanted: Iterable[Planned]) -> None:
    """Make the planned reminders of `subject` exactly `wanted`.

    What is planned and not wanted is superseded; what was sent stays sent; what was
    superseded and is wanted again is revived, since a rule has one row for each target.
    """
    known = {
        (row.rule, row.target_at): row
        for row in work.db.scalars(
            select(Reminder).where(Reminder.subject == subject).execution_options(populate_existing=True)
        )
    }
    keep = {(one.rule, one.target_at): one for one in wanted}
    gone = [row.id for key, row in known.items() if key not in keep and row.state == "planned"]
    if gone:
        work.db.execute(
            update(Reminder)
            .where(Reminder.id.in_(gone), Reminder.state == "planned")
            .values(state="superseded", settled_at=work.now, reason="the thing changed")
            .execution_options(synchronize_session=False)
        )
    for key, one in keep.items():
        row = known.get(key)
        if row is None:
            work.db.add(
                Reminder(rule=one.rule, subject=subject, target_at=one.target_at, due_at=one.due_at, state="planned")
            )
        elif row.state in {"superseded", "expired"}:
            work.db.execute(
                update(Reminder)
                .where(Reminder.id == row.id, Reminder.state == row.state)
                .values(state="planned", due_at=one.due_at, settled_at=None, reason="")
                .execution_options(synchronize_session=False)
            )
    work.db.flush()


def add(work: Work, subject: str, one: Planned) -> None:
    """Plan one more reminder of `subject`, unless that rule has a row for that target already."""
    there = select(Reminder.id).where(
        Reminder.rule == one.rule, Reminder.subject == subject, Reminder.target_at == one.target_at
    )
    if work.db.scalar(there) is None:
        work.db.add(
            Reminder(rule=one.rule, subject=subject, target_at=one.target_at, due_at=one.due_at, state="planned")
        )
        work.db.flush()
