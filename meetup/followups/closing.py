"""How a follow-up ends: verified or sent back, confirmed, left without a word, or reopened.

The issue follows: answered when all of its follow-ups are verified, resolved when all are
closed, back in follow-up when one is reopened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from meetup.departments.models import Department
from meetup.departments.service import calendar
from meetup.domain.issues import OUTCOMES
from meetup.errors import N_, InvalidInput, Refused, Stale
from meetup.followups import notices
from meetup.followups.conclude import today
from meetup.followups.handling import latest_answer
from meetup.followups.models import Answer, FollowUp
from meetup.issues import service as issues
from meetup.issues.checks import Checks, one_text
from meetup.issues.models import Issue
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH
from meetup.programmes.models import Programme
from meetup.programmes.service import rule
from meetup.work import Work, change

#: Follow-ups that silence closes in one turn of the worker.
BATCH = 100


def verify(work: Work, f: FollowUp) -> FollowUp:
    """The answer has substance: the enterprise is asked to confirm, within the programme's working days.

    Raises:
        WrongState: unless it was answered.
    """
    issue: Issue = work.get(Issue, f.issue_id)
    programme = work.get(Programme, issue.programme_id)
    days = int(rule(programme, work.settings, "confirm_days"))
    by = calendar(work).due_date(work.now, days, work.zone)
    change(work, f, "verify", details={"confirm_by": by.isoformat()}, verified_at=work.now, confirm_by=by)
    _mark(work, f, "verified")
    _follow(work, issue)
    notices.verified(work, f)
    return f


def send_back(work: Work, f: FollowUp, *, reason: str) -> FollowUp:
    """The answer is not enough: back to the department, with what is missing.

    Raises:
        InvalidInput: at ``reason``.
        WrongState: unless it was answered.
    """
    reason = one_text("reason", reason, limit=REASON_LENGTH)
    change(work, f, "send_back", send_backs=f.send_backs + 1, answered_at=None, outcome="")
    _mark(work, f, "sent_back", reason)
    notices.sent_back(work, f, reason)
    return f


def confirm(work: Work, f: FollowUp, *, satisfaction: int, comment: str = "") -> FollowUp:
    """The enterprise says that it is solved, and how content it is.

    Raises:
        InvalidInput: at ``satisfaction`` or ``comment``.
        WrongState: unless it was verified.
    """
    f.MACHINE.next(f.state, "confirm")
    checks = Checks()
    comment = checks.text("comment", comment, limit=REASON_LENGTH, required=False)
    if isinstance(satisfaction, bool) or not isinstance(satisfaction, int) or not 1 <= satisfaction <= 5:
        checks.fault("satisfaction", N_("Satisfaction is a number from 1 to 5."), N_("Choose one."))
    checks.done()
    change(
        work,
        f,
        "confirm",
        details={"satisfaction": satisfaction},
        closed_at=work.now,
        closing="confirmed",
        satisfaction=satisfaction,
        satisfaction_comment=comment,
    )
    _follow(work, work.get(Issue, f.issue_id))
    notices.closed(work, f)
    return f


def reopen(work: Work, f: FollowUp, *, reason: str) -> FollowUp:
    """The enterprise says that it is not solved, and why: back to the department.

    Raises:
        InvalidInput: at ``reason``.
        WrongState: unless it was verified.
    """
    f.MACHINE.next(f.state, "reopen")
    reason = one_text("reason", reason, limit=REASON_LENGTH)
    change(
        work,
        f,
        "reopen",
        reopenings=f.reopenings + 1,
        verified_at=None,
        confirm_by=None,
        answered_at=None,
        outcome="",
    )
    _mark(work, f, "reopened", reason)
    issue = work.get(Issue, f.issue_id)
    if issue.state in {"answered", "resolved"}:
        issues.reopen(work, issue, reason=reason)
    notices.reopened(work, f, reason)
    return f


def lapse_unanswered(work: Work) -> int:
    """Close what the enterprise has not answered in time: as ``no_response``, never as satisfied.

    Does little at a time; gives how many.
    """
    waiting = work.db.scalars(
        select(FollowUp)
        .where(FollowUp.state == "verified", FollowUp.confirm_by < today(work))
        .order_by(FollowUp.confirm_by, FollowUp.id)
        .limit(BATCH)
    ).all()
    done = 0
    for f in waiting:
        try:
            change(work, f, "lapse", closed_at=work.now, closing="no_response")
        except (Stale, Refused):
            # Somebody answered at this very moment, or a plugin's rule holds it open.
            continue
        _follow(work, work.get(Issue, f.issue_id))
        notices.closed(work, f)
        done += 1
    return done + _lapse_at_once(work)


def _lapse_at_once(work: Work) -> int:
    """Issues that were answered on the spot have no follow-up to confirm: silence resolves them as well."""
    cal = calendar(work)
    done = 0
    for issue in work.db.scalars(
        select(Issue)
        .where(Issue.state == "answered", ~select(FollowUp.id).where(FollowUp.issue_id == Issue.id).exists())
        .order_by(Issue.answered_at, Issue.id)
        .limit(BATCH)
    ).all():
        days = int(rule(work.get(Programme, issue.programme_id), work.settings, "confirm_days"))
        if issue.answered_at is None or cal.due_date(issue.answered_at, days, work.zone) >= today(work):
            continue
        try:
            issues.resolve(work, issue)
        except (Stale, Refused):
            continue
        done += 1
    return done


def accept_answer(work: Work, issue: Issue) -> Issue:
    """The enterprise agrees with an answer that was given on the spot.

    Raises:
        InvalidInput: if follow-ups were ordered; those are confirmed one by one.
        WrongState: unless the issue was answered.
    """
    if _of(work, issue):
        raise InvalidInput("issue", N_("Departments work on this issue."), N_("Confirm their answers."))
    return issues.resolve(work, issue)


def _of(work: Work, issue: Issue) -> Sequence[Any]:
    """The follow-ups of an issue as they are in the database now, by their columns."""
    columns = (
        FollowUp.id,
        FollowUp.state,
        FollowUp.verified_at,
        FollowUp.reopens_id,
        FollowUp.lead_department_id,
    )
    return work.db.execute(select(*columns).where(FollowUp.issue_id == issue.id).order_by(FollowUp.id)).all()


def _follow(work: Work, issue: Issue) -> None:
    """Let the issue's state follow those of its follow-ups.

    The issue's row is locked first: of two follow-ups that change at the same moment the
    second one sees what became of the first.
    """
    lock = select(Issue.version).where(Issue.id == issue.id).with_for_update()
    if work.db.scalar(lock) != issue.version:
        work.db.refresh(issue, ["state", "version"])
    rows = _of(work, issue)
    if issue.state == "in_follow_up" and all(row.state in {"verified", "closed"} for row in rows):
        _answer_issue(work, issue, [row for row in rows if row.verified_at is not None])
    if issue.state == "answered" and rows and all(row.state == "closed" for row in rows):
        issues.resolve(work, issue)


def _answer_issue(work: Work, issue: Issue, rows: Sequence[Any]) -> None:
    """The departments' answers become the issue's: each under its name; the outcome least favourable counts."""
    superseded = {row.reopens_id for row in rows}
    found = [
        (row, given) for row in rows if row.id not in superseded and (given := latest_answer(work, row.id)) is not None
    ]
    if len(found) == 1:
        text = found[0][1].text
    else:
        text = "\n\n".join(
            f"{work.get(Department, row.lead_department_id).name}:\n{given.text}" for row, given in found
        )
    outcome = max((given.outcome for _, given in found), key=OUTCOMES.index)
    references = "\n".join(dict.fromkeys(given.legal_references for _, given in found if given.legal_references))
    issues.answer(
        work,
        issue,
        text=text[:TEXT_LENGTH],
        outcome=outcome,
        legal_references=references[:REASON_LENGTH],
    )


def _mark(work: Work, f: FollowUp, verdict: str, reason: str = "") -> None:
    row: Answer | None = latest_answer(work, f.id)
    if row is not None:
        row.verdict = verdict
        row.verdict_reason = reason
        work.db.flush()
