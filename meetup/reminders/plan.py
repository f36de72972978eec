"""Planning: which reminders a thing has by the rules, and when each goes (rules G1 to G3, G5, G6).

A planned reminder is named by the key of its rule (:mod:`meetup.domain.rules`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, literal, select, update

from meetup.departments.service import calendar
from meetup.domain.followups import OWES_ANSWER
from meetup.domain.reminders import after, allowed, before
from meetup.domain.rules import Rule
from meetup.domain.workdays import WorkCalendar, day_end, end_of_day
from meetup.followups.models import FollowUp
from meetup.followups.service import open_transfer
from meetup.issues.models import Issue
from meetup.registrations.models import Registration
from meetup.reminders.models import Reminder
from meetup.reminders.rules import Rules, rules
from meetup.sessions.models import Session
from meetup.work import Work

#: When a department's reminders go on their day.
MORNING = time(8, 0)

#: Working days after which an enterprise that was put off has its answer, or is put off again.
NEW_DATE_DAYS = 5


#: The states of a session that was announced and of which nothing has been reported.
UNREPORTED = ("published", "held")


@dataclass(frozen=True)
class Planned:
    """One reminder to be: its rule, what it counts from, and when it goes."""

    rule: str
    target_at: datetime
    due_at: datetime


def plan_session(work: Work, session: Session, *, ruled: Rules | None = None) -> None:
    """The reminders of a session at its present time; those for another time are superseded.

    Args:
        ruled: the rules, when it is they that have changed and not the session.
    """
    wanted: list[Planned] = []
    if session.state == "published":
        zone = ZoneInfo(session.timezone)
        for rule in (ruled or rules(work, session.programme_id)).of("session", "closing"):
            target = session.starts_at if rule.kind == "session" else session.registration_closes_at
            if target is None:
                continue
            instant = before(target, rule.offset, zone, _calendar(work, rule))
            due = allowed(instant, target, zone)
            if due > work.now and instant > work.now:
                wanted.append(Planned(rule.key, target, due))
    if session.state in UNREPORTED:
        wanted += _unreported(work, session, (ruled or rules(work, session.programme_id)).of("report"))
    replan(work, session.subject, wanted, ruled=ruled)


def _unreported(work: Work, session: Session, ruled: Iterable[Rule]) -> Iterable[Planned]:
    """When the organiser is told that what came of the session is not published yet (R28)."""
    zone = ZoneInfo(session.timezone)
    for rule in ruled:
        instant = after(session.ends_at, rule.offset, zone, calendar(work))
        due = allowed(instant, None, zone, calendar(work))
        if due > work.now:
            yield Planned(rule.key, session.ends_at, due)


def plan_registration(
    work: Work, registration: Registration, *, fresh: bool = False, ruled: Rules | None = None
) -> None:
    """The reminders of a reply that is awaited: an invitation's, or an offer's while it stands.

    Args:
        fresh: it was just made and has none yet.
        ruled: as for :func:`plan_session`.
    """
    wanted: list[Planned] = []
    if registration.state in {"invited", "offered"}:
        session: Session = work.get(Session, registration.session_id)
        zone = ZoneInfo(session.timezone)
        holding = ruled or rules(work, session.programme_id)
        if registration.state == "invited":
            closes = answer_by(session)
            for rule in holding.of("unanswered"):
                instant = after(registration.created_at, rule.offset, zone, _calendar(work, rule))
                due = allowed(instant, closes, zone)
                if instant > work.now and work.now < due < closes:
                    wanted.append(Planned(rule.key, registration.created_at, due))
        elif registration.offered_until is not None:
            until = registration.offered_until
            for rule in holding.of("offer"):
                instant = before(until, rule.offset, zone)
                due = allowed(instant, until, zone)
                if instant > work.now and work.now < due < until:
                    wanted.append(Planned(rule.key, until, due))
    if fresh:
        # Hundreds are invited at once: none of them has reminders to look for.
        subject = registration.subject
        work.db.add_all(
            Reminder(rule=one.rule, subject=subject, target_at=one.target_at, due_at=one.due_at, state="planned")
            for one in wanted
        )
    else:
        replan(work, registration.subject, wanted, ruled=ruled)


def answer_by(session: Session) -> datetime:
    """Until when an invitation to `session` can be answered."""
    return min(session.registration_closes_at or session.starts_at, session.starts_at)


def drop_registrations(work: Work, session: Session) -> None:
    """Nobody is asked to answer any more: the session is off or over."""
    subjects = select(literal("registration:").concat(cast(Registration.id, String))).where(
        Registration.session_id == session.id
    )
    work.db.execute(
        update(Reminder)
        .where(Reminder.subject.in_(subjects), Reminder.state == "planned")
        .values(state="superseded", settled_at=work.now, reason="the session is off or over")
        .execution_options(synchronize_session=False)
    )


def plan_follow_up(work: Work, f: FollowUp, *, ruled: Rules | None = None) -> None:
    """The reminders of a follow-up as it stands now; all others are superseded.

    Args:
        ruled: as for :func:`plan_session`.
    """
    holding = ruled or rules(work, work.get(Issue, f.issue_id).programme_id)
    wanted: list[Planned] = []
    if f.state in OWES_ANSWER:
        for whom in ("department", "head"):
            wanted += _before_due(work, f, [one for one in holding.of("due") if one.whom == whom])
        wanted += _past_due(work, f, holding, anew=ruled is None)
    if f.state == "transfer_requested":
        for rule in holding.of("transfer"):
            late = next_morning(work, open_transfer(work, f).answer_by, rule.amount)
            if ruled is None or late > work.now:
                wanted.append(Planned(rule.key, late, late))
    if f.state == "verified" and f.confirm_by is not None:
        target = day_end(f.confirm_by, work.zone)
        morning = datetime.combine(f.confirm_by, MORNING, work.zone)
        for rule in holding.of("confirm"):
            instant = before(morning, rule.offset, work.zone, calendar(work))
            if instant > work.now:
                wanted.append(Planned(rule.key, target, instant))
    replan(work, f.subject, wanted, ruled=ruled)


def _before_due(work: Work, f: FollowUp, ahead: list[Rule]) -> list[Planned]:
    target = end_of_day(f.due_on, work.zone)
    base = datetime.combine(f.due_on, MORNING, work.zone)
    cal = calendar(work)
    by_day: dict[date, Planned] = {}
    for rule in sorted(ahead, key=lambda one: before(base, one.offset, work.zone, cal)):
        instant = before(base, rule.offset, work.zone, cal)
        due = allowed(instant, target, work.zone, cal)
        if instant > work.now and due > work.now:
            # Two that a holiday pushes onto one day are one: the nearer stays.
            by_day[due.astimezone(work.zone).date()] = Planned(rule.key, target, due)
    return list(by_day.values())


def _past_due(work: Work, f: FollowUp, holding: Rules, *, anew: bool) -> list[Planned]:
    """The first reminder past the due date, the steps upwards, and the apology; each from today on."""
    target = end_of_day(f.due_on, work.zone)
    today = work.now.astimezone(work.zone).date()
    late = max(calendar(work).between(f.due_on, today), 0)
    first = max(late, 1)
    if next_morning(work, f.due_on, first) <= work.now:
        first += 1
    found = []
    for rule in holding.of("overdue"):
        step = max(rule.amount, 1)
        if rule.about == "overdue":
            at = step = max(first, step)
        elif rule.about == "apology":
            at = step = max(first, step, _last_apology(work, f, target) + NEW_DATE_DAYS + 1)
        else:
            if not anew and step < first:
                # A new step is for what comes to it, not for what went by long ago.
                continue
            # A department to which it came back late has the same days from now on.
            at = step if step >= first else first - 1 + step
        found.append(Planned(f"{rule.about}:+{step}", target, next_morning(work, f.due_on, at)))
    return found


def _calendar(work: Work, rule: Rule) -> WorkCalendar | None:
    return calendar(work) if rule.unit == "w" else None


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


def replan(work: Work, subject: str, wanted: Iterable[Planned], *, ruled: Rules | None = None) -> None:
    """Make the planned reminders of `subject` exactly `wanted`.

    What is planned and not wanted is superseded; what was sent stays sent; what was
    superseded and is wanted again is revived, since a rule has one row for each target.

    Args:
        ruled: given when only the rules have changed: what one of them still covers stays as planned.
    """
    known = {
        (row.rule, row.target_at): row
        for row in work.db.scalars(
            select(Reminder).where(Reminder.subject == subject).execution_options(populate_existing=True)
        )
    }
    keep = {(one.rule, one.target_at): one for one in wanted}
    gone = [
        row.id
        for key, row in known.items()
        if key not in keep and row.state == "planned" and not (ruled and ruled.find(row.rule))
    ]
    if gone:
        work.db.execute(
            update(Reminder)
            .where(Reminder.id.in_(gone), Reminder.state == "planned")
            .values(
                state="superseded", settled_at=work.now, reason="the rule changed" if ruled else "the thing changed"
            )
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
