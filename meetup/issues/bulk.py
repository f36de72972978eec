"""Several new issues decided on at once, all or none; for a minute whoever did it can take it back.

An issue that was taken on or declined never becomes a new one again, and its sender has a mail by then. So
what was decided waits for a minute, and the worker does it: until then nothing has happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from meetup.access import Actor
from meetup.departments.models import Department, Field
from meetup.domain.faults import Faults
from meetup.errors import N_, Fault, InvalidInput, MeetupError
from meetup.issues import service
from meetup.issues.models import BulkDecision, Issue
from meetup.issues.values import REASON_LENGTH
from meetup.work import Work

#: How long a decision can be taken back.
DELAY = timedelta(seconds=60)
#: How long whoever decided sees that it could not be done.
TOLD = timedelta(days=1)
ACTIONS = ("accept", "decline")


def decide(
    work: Work,
    action: str,
    issues: Sequence[Issue],
    *,
    field: Field | None = None,
    lead: Department | None = None,
    reason: str = "",
) -> BulkDecision:
    """Decide on new issues; it happens in a minute.

    Args:
        action: ``accept`` or ``decline``.
        field: for all of them; None: what each of them says. `lead` likewise.
        reason: why they are declined, as their senders will read it.

    Raises:
        InvalidInput: for none at all, at ``field``, ``lead_department`` or ``reason``, and for an issue that is
            decided on already.
    """
    if not issues:
        raise InvalidInput("", N_("No issue was chosen."), N_("Tick some in the list."))
    values: dict[str, Any] = {}
    if action == "accept":
        _each_has(issues, field, lead)
        values = {"field": field.id if field else None, "lead": lead.id if lead else None}
    else:
        faults = Faults()
        values = {"reason": faults.text("reason", reason, REASON_LENGTH, required=True, multiline=True)}
        faults.stop()
    waiting = {key for one in _waiting(work) for key in one.issue_ids}
    late = [one for one in issues if one.state != "submitted" or one.id in waiting]
    if late:
        raise InvalidInput(
            "",
            N_("Issue %(number)s is decided on already."),
            N_("Leave it out."),
            number=late[0].number,
        )
    made = BulkDecision(
        action=action,
        issue_ids=[one.id for one in issues],
        chosen=values,
        owner=work.actor.id,
        actor={**asdict(work.actor), "roles": sorted(work.actor.roles)},
        at=work.now,
        due_at=work.now + DELAY,
        state="waiting",
    )
    work.db.add(made)
    work.db.flush()
    return made


def _each_has(issues: Sequence[Issue], field: Field | None, lead: Department | None) -> None:
    mend = N_("Choose one for all of them, or leave these out.")
    faults = [
        Fault("field", N_("Issue %(number)s names no field."), mend, number=one.number)
        for one in issues
        if not (field or one.field)
    ]
    faults += [
        Fault("lead_department", N_("Issue %(number)s suggests no agency."), mend, number=one.number)
        for one in issues
        if not (lead or one.lead_department or one.suggested_department)
    ]
    if faults:
        raise InvalidInput.many(faults)


def take_back(work: Work, key: int) -> bool:
    """Undo a decision of one's own that waits; whether it was still time."""
    statement = (
        update(BulkDecision)
        .where(BulkDecision.id == key, BulkDecision.owner == work.actor.id, BulkDecision.state == "waiting")
        .values(state="taken_back")
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", work.db.execute(statement)).rowcount == 1


def mine(work: Work) -> list[BulkDecision]:
    """The actor's own decisions that wait, and those of the last day that could not be done."""
    query = select(BulkDecision).where(
        BulkDecision.owner == work.actor.id,
        BulkDecision.state.in_(("waiting", "failed")),
        BulkDecision.at > work.now - TOLD,
    )
    return list(work.db.scalars(query.order_by(BulkDecision.id)))


def carry_out(work: Work) -> int:
    """Do the next decision whose minute is over, if there is one; gives how many issues it was about.

    If one of them cannot be decided so any more, none is, and whoever decided it is told.
    """
    query = select(BulkDecision.id).where(BulkDecision.state == "waiting", BulkDecision.due_at <= work.now)
    key = work.db.scalar(query.order_by(BulkDecision.due_at, BulkDecision.id).limit(1))
    if key is None or not _settle(work, key, "done"):
        return 0
    decision: BulkDecision = work.get(BulkDecision, key)
    count = len(decision.issue_ids)
    given, worker = dict(decision.actor), work.actor
    try:
        work.actor = Actor(**{**given, "roles": frozenset(given["roles"])})
        for issue in work.db.scalars(select(Issue).where(Issue.id.in_(decision.issue_ids)).order_by(Issue.id)).all():
            _do(work, decision, issue)
        work.db.flush()
    except MeetupError as error:
        work.db.rollback()
        work.actor = worker
        _settle(work, key, "failed", error.say(work.mount.words.gettext))
    finally:
        work.actor = worker
    return count


def _do(work: Work, decision: BulkDecision, issue: Issue) -> None:
    chosen = decision.chosen
    if decision.action == "decline":
        service.decline(work, issue, reason=chosen["reason"])
        return
    service.accept(
        work,
        issue,
        field=work.get(Field, chosen["field"]) if chosen["field"] else issue.field,
        lead_department=work.get(Department, chosen["lead"])
        if chosen["lead"]
        else issue.lead_department or issue.suggested_department,
    )


def _settle(work: Work, key: int, state: str, fault: str = "") -> bool:
    statement = (
        update(BulkDecision)
        .where(BulkDecision.id == key, BulkDecision.state == "waiting")
        .values(state=state, fault=fault)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", work.db.execute(statement)).rowcount == 1


def _waiting(work: Work) -> Sequence[BulkDecision]:
    return work.db.scalars(select(BulkDecision).where(BulkDecision.state == "waiting")).all()
