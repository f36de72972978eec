"""A later due date: asked for before the due date, granted or refused by the organiser or the chair.

The first due date is kept for ever; results count from it.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from meetup.domain.events import Change
from meetup.domain.followups import OWES_ANSWER, check_extension
from meetup.errors import N_, Stale, WrongState
from meetup.followups import notices
from meetup.followups.conclude import today
from meetup.followups.models import Extension, FollowUp
from meetup.issues.checks import Checks, one_text
from meetup.issues.values import REASON_LENGTH
from meetup.work import Work, edit

LONGEST = timedelta(days=366)


def request_extension(work: Work, f: FollowUp, *, due_on: date | None, reason: str) -> Extension:
    """Ask for a later due date.

    Raises:
        InvalidInput: at ``due_on`` or ``reason``.
    """
    checks = Checks()
    reason = checks.text("reason", reason, limit=REASON_LENGTH, required=False)
    if due_on is None:
        checks.fault("due_on", N_("The new date is missing."), N_("Give a later date."))
    else:
        checks.faults.extend(
            check_extension(f.state, f.due_on, due_on, today(work), granted=f.extensions, reason=reason)
        )
        if due_on > f.due_on + LONGEST:
            checks.fault("due_on", N_("The new date is more than a year later."), N_("Give an earlier one."))
    if open_extension(work, f) is not None:
        checks.fault("due_on", N_("An extension is asked for already."), N_("Wait for the decision."))
    checks.done()
    assert due_on is not None
    edit(work, f, "request_extension", details={"due_on": due_on.isoformat()})
    row = Extension(follow_up_id=f.id, asked_due_on=due_on, reason=reason, requested_at=work.now)
    work.db.add(row)
    work.db.flush()
    notices.extension_asked(work, f, row)
    return row


def grant_extension(work: Work, extension: Extension, reason: str = "") -> FollowUp:
    """Move the due date to what was asked for; listeners hear of ``follow_up.grant_extension``.

    Raises:
        InvalidInput: at ``reason``.
        Stale: if it was decided meanwhile.
        WrongState: if no answer is owed any more.
    """
    reason = one_text("reason", reason, limit=REASON_LENGTH, required=False)
    f = _still_open(work, extension)
    if f.state not in OWES_ANSWER:
        raise WrongState(f.MACHINE.name, f.state, "grant_extension", f.MACHINE.possible(f.state))
    details = {"due_on": extension.asked_due_on.isoformat(), "before": f.due_on.isoformat()}
    event = Change(f.MACHINE.name, "grant_extension", f.state, f.state, f, details)
    work.hooks.tell("meetup_before_change", work=work, change=event)
    edit(
        work,
        f,
        "grant_extension",
        details=details,
        due_on=extension.asked_due_on,
        extensions=f.extensions + 1,
    )
    _settle(work, extension, "granted", reason)
    work.hooks.tell("meetup_after_change", work=work, change=event)
    notices.extension_settled(work, f, extension)
    return f


def refuse_extension(work: Work, extension: Extension, *, reason: str) -> FollowUp:
    """The due date stays, and why.

    Raises:
        InvalidInput: at ``reason``.
        Stale: if it was decided meanwhile.
    """
    reason = one_text("reason", reason, limit=REASON_LENGTH)
    f = _still_open(work, extension)
    edit(work, f, "refuse_extension", details={"asked": extension.asked_due_on.isoformat()})
    _settle(work, extension, "refused", reason)
    notices.extension_settled(work, f, extension)
    return f


def open_extension(work: Work, f: FollowUp) -> Extension | None:
    """The extension that is asked for and not decided, if any."""
    return work.db.scalar(
        select(Extension)
        .where(Extension.follow_up_id == f.id, Extension.decision == "")
        .order_by(Extension.id.desc())
        .limit(1)
    )


def _still_open(work: Work, extension: Extension) -> FollowUp:
    if extension.decision:
        raise Stale()
    found: FollowUp = work.get(FollowUp, extension.follow_up_id)
    return found


def _settle(work: Work, row: Extension, decision: str, reason: str) -> None:
    row.decision = decision
    row.decision_reason = reason
    row.decided_at = work.now
    row.decided_by = work.actor.name[:120]
    work.db.flush()
