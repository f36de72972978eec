"""Passing a follow-up on: asked with a reason, answered within a working day, never a way out of the due date.

While a transfer is asked for the old department leads. Once a follow-up was
passed on, only the chair or the organiser decides about the next time.
"""

from __future__ import annotations

from sqlalchemy import select, update

from meetup.access import LEADER, ORGANIZER
from meetup.departments.models import Department
from meetup.departments.service import calendar
from meetup.domain.followups import check_transfer, may_decide_transfer
from meetup.errors import N_, NotAllowed, NotFound
from meetup.followups import notices
from meetup.followups.conclude import today
from meetup.followups.models import FollowUp, Transfer
from meetup.issues.checks import Checks, one_text
from meetup.issues.models import Issue
from meetup.issues.values import REASON_LENGTH
from meetup.work import Work, change, edit


def is_chair_or_organiser(work: Work) -> bool:
    """Whether the present actor may decide what departments may not."""
    return work.actor.has(ORGANIZER, LEADER)


def request_transfer(work: Work, f: FollowUp, *, to: Department | None, reason: str, ground: str = "") -> Transfer:
    """Ask another department to take it over; until it does, the asker answers for it.

    The receiver answers within one working day; from the second transfer on the chair or
    the organiser decides. The due date stays.

    Raises:
        InvalidInput: at ``to``, ``reason`` or ``ground``.
        WrongState: unless an answer is owed and no transfer asked for.
    """
    checks = Checks()
    reason = checks.text("reason", reason, limit=REASON_LENGTH, required=False)
    ground = checks.text("ground", ground, limit=REASON_LENGTH, required=False)
    checks.faults.extend(check_transfer(f.lead_department_id, to.id if to else None, reason, ground))
    if to is not None:
        _check_valid(work, checks, to)
    # What is not possible at all is said before what is wrong with the request.
    f.MACHINE.next(f.state, "request_transfer")
    checks.done()
    assert to is not None
    cal = calendar(work)
    row = Transfer(
        follow_up_id=f.id,
        from_id=f.lead_department_id,
        to_id=to.id,
        reason=reason,
        ground=ground,
        requested_at=work.now,
        answer_by=cal.add(cal.received_on(work.now, work.zone), 1),
    )
    work.db.add(row)
    work.db.flush()
    change(work, f, "request_transfer", details={"to": to.code}, transfer_to_id=to.id, transfer_from_state=f.state)
    notices.transfer_asked(work, f, row)
    return row


def accept_transfer(work: Work, f: FollowUp) -> FollowUp:
    """The receiver takes it over; the clock goes on.

    Raises:
        WrongState: if no transfer is asked for.
        NotAllowed: from the second transfer on, unless chair or organiser.
    """
    f.MACHINE.next(f.state, "accept_transfer")
    _guard(work, f)
    assert f.transfer_to_id is not None
    row = open_transfer(work, f)
    _hand_over(work, f, "accept_transfer", work.get(Department, f.transfer_to_id))
    _settle(work, row, "accepted", "")
    notices.transfer_settled(work, f, row)
    return f


def refuse_transfer(work: Work, f: FollowUp, *, reason: str) -> FollowUp:
    """It stays where it is: the receiver, or whoever decides, says why.

    Raises:
        InvalidInput: at ``reason``.
        WrongState: if no transfer is asked for.
        NotAllowed: from the second transfer on, unless chair or organiser.
    """
    f.MACHINE.next(f.state, "refuse_transfer", f.transfer_from_state or "assigned")
    _guard(work, f)
    reason = one_text("reason", reason, limit=REASON_LENGTH)
    row = open_transfer(work, f)
    change(
        work,
        f,
        "refuse_transfer",
        to=f.transfer_from_state or "assigned",
        details={"transfer": row.id},
        transfer_to_id=None,
        transfer_from_state="",
    )
    _settle(work, row, "refused", reason)
    notices.transfer_settled(work, f, row)
    return f


def decide_transfer(work: Work, f: FollowUp, *, to: Department | None, reason: str) -> FollowUp:
    """The chair or the organiser says who leads: the receiver, the old lead or a third.

    Raises:
        InvalidInput: at ``to`` or ``reason``.
        WrongState: if no transfer is asked for.
        NotAllowed: for anyone else.
    """
    f.MACHINE.next(f.state, "decide_transfer")
    if not is_chair_or_organiser(work):
        raise NotAllowed(N_("Only the chair or the organiser decides this."))
    checks = Checks()
    reason = checks.text("reason", reason, limit=REASON_LENGTH)
    if to is None:
        checks.fault("to", N_("It is not said who leads."), N_("Choose a department."))
    else:
        _check_valid(work, checks, to)
    checks.done()
    assert to is not None
    row = open_transfer(work, f)
    _hand_over(work, f, "decide_transfer", to)
    _settle(work, row, "decided", reason)
    notices.transfer_settled(work, f, row)
    return f


def open_transfer(work: Work, f: FollowUp) -> Transfer:
    """The transfer that is asked for.

    Raises:
        NotFound: if there is none.
    """
    row = work.db.scalar(
        select(Transfer)
        .where(Transfer.follow_up_id == f.id, Transfer.decision == "")
        .order_by(Transfer.id.desc())
        .limit(1)
    )
    if row is None:
        raise NotFound()
    return row


def _hand_over(work: Work, f: FollowUp, action: str, to: Department) -> None:
    old = f.lead_department_id
    moved = to.id != old
    change(
        work,
        f,
        action,
        details={"lead_department": to.code},
        lead_department_id=to.id,
        transfer_to_id=None,
        transfer_from_state="",
        transfers=f.transfers + moved,
        accepted_at=None,
        officer="",
    )
    issue = work.get(Issue, f.issue_id)
    if moved and issue.lead_department_id == old:
        edit(work, issue, "lead", details={"lead_department": to.code}, lead_department_id=to.id)


def _settle(work: Work, row: Transfer, decision: str, reason: str) -> None:
    row.decision = decision
    row.decision_reason = reason
    row.decided_at = work.now
    row.decided_by = work.actor.name[:120]
    work.db.execute(
        update(Transfer)
        .where(Transfer.follow_up_id == row.follow_up_id, Transfer.decision == "", Transfer.id != row.id)
        .values(decision="refused", decided_at=work.now)
        .execution_options(synchronize_session=False)
    )


def _guard(work: Work, f: FollowUp) -> None:
    if not may_decide_transfer(f.transfers, is_chair_or_organiser(work)):
        raise NotAllowed(N_("From the second transfer on, only the chair or the organiser decides."))


def _check_valid(work: Work, checks: Checks, department: Department) -> None:
    if not department.valid_on(today(work)):
        checks.fault(
            "to",
            N_("%(name)s does not exist on this day."),
            N_("Choose the agency that followed it."),
            name=department.name,
        )
