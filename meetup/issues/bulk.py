"""Several new issues decided on at once, all or none; for a minute whoever did it can take it back.

An issue that was taken on or declined never becomes a new one again, and its sender has a mail by then. So
what was decided waits for a minute, and the worker does it: until then nothing has happened.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError

from meetup.access import Actor
from meetup.departments.models import Department, Field
from meetup.domain.faults import Faults
from meetup.errors import N_, Fault, InvalidInput, MeetupError
from meetup.issues import queries, service
from meetup.issues.models import BulkDecision, Issue
from meetup.issues.values import REASON_LENGTH
from meetup.outbox.render import speaking
from meetup.work import Work

log = logging.getLogger(__name__)

#: How long a decision can be taken back.
DELAY = timedelta(seconds=60)
#: How long whoever decided sees that it could not be done.
TOLD = timedelta(days=1)


def decide(
    work: Work,
    action: str,
    issues: Sequence[Issue],
    *,
    locale: str,
    field: Field | None = None,
    lead: Department | None = None,
    reason: str = "",
) -> BulkDecision:
    """Decide on new issues; it happens in a minute.

    Args:
        action: ``accept`` or ``decline``.
        issues: which; all of them, or none.
        locale: the language that the actor reads, ``vi`` or ``en``: in it stands why it could not be done.
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
        values = {"field": field and field.id, "lead": lead and lead.id}
    else:
        faults = Faults()
        values = {"reason": faults.text("reason", reason, REASON_LENGTH, required=True, multiline=True)}
        faults.stop()
    # Two buttons pressed in the same second: the second one waits here, and sees the first one's decision.
    keys = [one.id for one in issues]
    work.db.execute(select(Issue.id).where(Issue.id.in_(keys)).order_by(Issue.id).with_for_update())
    decided = waiting(work)
    late = [one for one in issues if one.state != "submitted" or one.id in decided]
    if late:
        raise InvalidInput(
            "",
            N_("Issue %(number)s is decided on already."),
            N_("Leave it out."),
            number=late[0].number,
        )
    made = BulkDecision(
        action=action,
        issue_ids=keys,
        chosen=values,
        owner=work.actor.id,
        actor={**asdict(work.actor), "roles": sorted(work.actor.roles)},
        locale=locale,
        due_at=work.now + DELAY,
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
    """Undo a decision of one's own, or put away that it could not be done; whether it was still there."""
    statement = delete(BulkDecision).where(BulkDecision.id == key, BulkDecision.owner == work.actor.id)
    return cast("CursorResult[Any]", work.db.execute(statement)).rowcount == 1


def mine(work: Work) -> Sequence[BulkDecision]:
    """The actor's own decisions: those that wait, and those of the last day that could not be done."""
    query = select(BulkDecision).where(BulkDecision.owner == work.actor.id)
    return work.db.scalars(query.order_by(BulkDecision.id)).all()


def waiting(work: Work) -> frozenset[int]:
    """The keys of the issues that somebody has decided on, and that will be so in a minute."""
    rows = work.db.scalars(select(BulkDecision.issue_ids).where(BulkDecision.fault == ""))
    return frozenset(key for keys in rows for key in keys)


def carry_out(work: Work) -> int:
    """Do the next decision whose minute is over, if there is one; gives how many issues it was about.

    If one of them cannot be decided so any more, none is, and whoever decided it is told.
    """
    work.db.execute(delete(BulkDecision).where(BulkDecision.due_at <= work.now - TOLD, BulkDecision.fault != ""))
    query = (
        select(BulkDecision)
        .where(BulkDecision.fault == "", BulkDecision.due_at <= work.now)
        .order_by(BulkDecision.due_at, BulkDecision.id)
        .limit(1)
        # Who undoes it in the last moment waits until it is done; another worker takes the next one.
        .with_for_update(skip_locked=True)
    )
    decision = work.db.scalars(query).first()
    if decision is None:
        return 0
    count = len(decision.issue_ids)
    try:
        with work.db.begin_nested():
            _do(work, decision)
        work.db.delete(decision)
    except MeetupError as error:
        decision.fault = _said(work, decision, error)
    except DBAPIError:
        # It is no fault of the decision: the worker's next turn does it.
        raise
    except Exception:
        log.exception("a decision on %s issues failed", count)
        decision.fault = _said(work, decision, MeetupError(N_("It is a fault of ours, and written in the log.")))
    return count


def _do(work: Work, decision: BulkDecision) -> None:
    """Each of them as whoever decided it, as if by hand."""
    given, worker = decision.actor, work.actor
    work.actor = Actor(**{**given, "roles": frozenset(given["roles"])})
    chosen = decision.chosen
    query = select(Issue).where(Issue.id.in_(decision.issue_ids)).options(*queries.WITH_PARTIES).order_by(Issue.id)
    try:
        field = work.get(Field, chosen["field"]) if chosen.get("field") else None
        lead = work.get(Department, chosen["lead"]) if chosen.get("lead") else None
        for issue in work.db.scalars(query).all():
            if decision.action == "decline":
                service.decline(work, issue, reason=chosen["reason"])
                continue
            service.accept(
                work,
                issue,
                field=field or issue.field,
                lead_department=lead or issue.lead_department or issue.suggested_department,
            )
        work.db.flush()
    finally:
        work.actor = worker


def _said(work: Work, decision: BulkDecision, error: MeetupError) -> str:
    with speaking(work.mount, decision.locale):
        return error.say(work.mount.words.gettext)
