"""From a conclusion to follow-ups: what the chair ordered, of whom, by when."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from meetup.departments.models import Department
from meetup.departments.service import calendar
from meetup.domain.issues import check_outcome
from meetup.errors import N_, Fault, InvalidInput, Stale, WrongState
from meetup.followups import notices
from meetup.followups.models import Coordination, FollowUp
from meetup.issues import service as issues
from meetup.issues.checks import Checks, one_text
from meetup.issues.models import Issue
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH
from meetup.programmes.models import Programme
from meetup.programmes.service import rule
from meetup.sessions.models import Session
from meetup.work import Work, create, edit

MAX_ORDERS = 20
MAX_WORKING_DAYS = 250
FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class FollowUpOrder:
    """One order: who leads, what is to be done, who works along, until when.

    Args:
        lead_department: the one that answers for it.
        task: what is to be done.
        coordinating: those that work along.
        due_on: the last day; or
        working_days: how many working days there are. Neither: the programme's rule.
    """

    lead_department: Department
    task: str
    coordinating: Sequence[Department] = ()
    due_on: date | None = None
    working_days: int | None = None


def today(work: Work) -> date:
    """The day it is, in the site's zone."""
    return work.now.astimezone(work.zone).date()


def conclude(
    work: Work,
    issue: Issue,
    *,
    text: str,
    orders: Sequence[FollowUpOrder] = (),
    outcome: str = "",
    answer: str = "",
    legal_references: str = "",
) -> list[FollowUp]:
    """Record what was concluded: follow-ups ordered, an answer given on the spot, or words alone.

    With `orders` departments go to work on it, in a meeting or without one; with an
    `answer` (and its outcome) it is answered at once; with neither it was discussed, and
    what follows is decided later.

    Raises:
        InvalidInput: at ``text``, ``follow_ups``, ``outcome`` or ``answer``.
        WrongState: where the issue cannot be concluded from.
    """
    checks = Checks()
    text = checks.text("text", text, limit=TEXT_LENGTH, required=not answer and issue.state != "accepted")
    given = bool(outcome or answer.strip())
    if orders and given:
        checks.fault("answer", N_("Follow-ups are ordered, so there is no answer yet."), N_("Leave one of them out."))
    elif given:
        renamed = {"text": "answer"}
        checks.faults.extend(
            Fault(renamed.get(fault.field, fault.field), fault.rule, fault.mend, **dict(fault.params))
            for fault in check_outcome(outcome, answer, forwarded_to=text, how_to_file=text)
        )
    programme = work.get(Programme, issue.programme_id)
    rows = [_checked(work, checks, programme, at, order) for at, order in enumerate(orders[:MAX_ORDERS])]
    if len(orders) > MAX_ORDERS:
        checks.fault("follow_ups", N_("There are more than %(most)s orders."), N_("Join some."), most=MAX_ORDERS)
    checks.done()
    if issue.state not in {"accepted", "discussed"} or not (orders or given):
        issues.discuss(work, issue, text=text or answer)
    elif issue.state == "discussed" and text and text != issue.conclusion:
        edit(work, issue, "conclusion", conclusion=text)
    if given:
        issues.answer(work, issue, text=answer, outcome=outcome, legal_references=legal_references)
        notices.answered_at_once(work, issue)
    if not rows:
        return []
    issues.follow_up(work, issue, text=text)
    lead = orders[0].lead_department
    if issue.lead_department_id != lead.id:
        edit(work, issue, "lead", details={"lead_department": lead.code}, lead_department_id=lead.id)
    return [
        assign(work, issue, lead=order.lead_department, task=task, due_on=due, coordinating=order.coordinating)
        for order, (task, due) in zip(orders, rows, strict=True)
    ]


def reword(work: Work, issue: Issue, *, text: str, version: int | None = None) -> None:
    """Mend the words of a conclusion, as long as the notice that has them is a draft.

    Args:
        version: of the issue, as the person saw it, if known.

    Raises:
        InvalidInput: at ``text``.
        Stale: if the issue was changed in the meantime.
        WrongState: before anything was concluded, and once its session's report is out.
    """
    session = work.get(Session, issue.session_id) if issue.session_id is not None else None
    if not issue.conclusion:
        raise WrongState("issue", issue.state, "reword", issue.MACHINE.possible(issue.state))
    if session is not None and session.state == "reported":
        raise WrongState("session", session.state, "reword", session.MACHINE.possible(session.state))
    text = one_text("text", text, limit=TEXT_LENGTH)
    if text == issue.conclusion:
        return
    if version is not None and version != issue.version:
        raise Stale()
    edit(work, issue, "conclusion", conclusion=text)


def _checked(work: Work, checks: Checks, programme: Programme, at: int, order: FollowUpOrder) -> tuple[str, date]:
    """The task as it is kept and the due date; faults are noted."""
    where = f"follow_ups.{at}"
    task = checks.text(f"{where}.task", order.task, limit=TEXT_LENGTH)
    for name, departments in (
        ("lead_department", [order.lead_department]),
        ("coordinating_departments", list(order.coordinating)),
    ):
        for department in departments:
            if not department.valid_on(today(work)):
                checks.fault(
                    f"{where}.{name}",
                    N_("%(name)s does not exist on this day."),
                    N_("Choose the agency that followed it."),
                    name=department.name,
                )
    if order.due_on is not None and order.working_days is not None:
        checks.fault(f"{where}.working_days", N_("There is a date and a number of days."), N_("Give one of them."))
    if order.due_on is not None and not today(work) <= order.due_on <= today(work) + FURTHEST:
        checks.fault(
            f"{where}.due_on",
            N_("The due date is in the past or more than two years ahead."),
            N_("Give a date from today on."),
        )
    if order.working_days is not None and not 1 <= order.working_days <= MAX_WORKING_DAYS:
        checks.fault(
            f"{where}.working_days",
            N_("There are 1 to %(most)s working days."),
            N_("Give another number."),
            most=MAX_WORKING_DAYS,
        )
        return task, today(work)
    return task, order.due_on or due_in(work, order.working_days or 0, programme)


def due_in(work: Work, working_days: int, programme: Programme) -> date:
    """The day that many working days from now; for 0, the programme's rule."""
    days = working_days or int(rule(programme, work.settings, "working_days"))
    return calendar(work).due_date(work.now, days, work.zone)


def assign(
    work: Work,
    issue: Issue,
    *,
    lead: Department,
    task: str,
    due_on: date,
    coordinating: Sequence[Department] = (),
    reopens: FollowUp | None = None,
) -> FollowUp:
    """Bring a follow-up into the world and tell its department."""
    along = {department.id: department for department in coordinating if department.id != lead.id}
    row = FollowUp(
        number=_number(work),
        issue_id=issue.id,
        session_id=issue.session_id,
        enterprise_id=issue.enterprise_id,
        lead_department_id=lead.id,
        reopens_id=reopens.id if reopens is not None else None,
        task=task,
        assigned_at=work.now,
        due_on=due_on,
        first_due_on=due_on,
        coordinating=[Coordination(department_id=key) for key in along],
    )
    create(
        work,
        row,
        "assign",
        details={
            "number": row.number,
            "lead_department": lead.code,
            "due_on": due_on.isoformat(),
            "coordinating": [department.code for department in along.values()],
        },
    )
    notices.assigned(work, row)
    return row


def reopen_issue(work: Work, issue: Issue, *, reason: str, follow_up: FollowUp | None = None) -> FollowUp:
    """An answer that is closed, or was given on the spot, did not do: the issue goes back to work.

    A closed follow-up stays as it ended; a new one names it, with the same lead and a new due date.

    Args:
        follow_up: the one that did not do; the issue's latest by default.

    Raises:
        InvalidInput: at ``reason``; or where no department leads it.
        WrongState: unless the issue was answered or resolved.
    """
    reason = one_text("reason", reason, limit=REASON_LENGTH)
    old = follow_up or work.db.scalar(
        select(FollowUp).where(FollowUp.issue_id == issue.id).order_by(FollowUp.id.desc()).limit(1)
    )
    lead_id = old.lead_department_id if old is not None else issue.lead_department_id
    if lead_id is None:
        raise InvalidInput("reason", N_("No department leads this issue."), N_("The organiser assigns it first."))
    issues.reopen(work, issue, reason=reason)
    lead = _present(work, work.get(Department, lead_id))
    row = assign(
        work,
        issue,
        lead=lead,
        task=old.task if old is not None else issue.title,
        due_on=due_in(work, 0, work.get(Programme, issue.programme_id)),
        reopens=old,
    )
    notices.issue_reopened(work, row, reason)
    return row


def _present(work: Work, department: Department) -> Department:
    """The department itself, or the one that came after it."""
    for _ in range(5):
        if department.valid_on(today(work)) or department.successor_id is None:
            break
        department = work.get(Department, department.successor_id)
    return department


def _number(work: Work) -> int:
    """Six random digits that no follow-up has: they tell nobody how many there are."""
    while True:
        number = 100_000 + secrets.randbelow(900_000)
        if work.db.scalar(select(FollowUp.id).where(FollowUp.number == number)) is None:
            return number
