"""What a department does with a follow-up: take it on, note progress, answer, give an opinion."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from meetup.access import ORGANIZER, Actor
from meetup.departments.models import Department
from meetup.domain.issues import check_outcome
from meetup.errors import N_, NotAllowed, WrongState
from meetup.followups import mentions, notices
from meetup.followups.models import Answer, Coordination, FollowUp, Progress
from meetup.issues import service as issues
from meetup.issues.checks import Checks, one_text
from meetup.issues.models import Issue
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH, Upload
from meetup.work import Work, change, edit


def accept(work: Work, f: FollowUp, officer: str = "") -> FollowUp:
    """The lead department takes it on (again, after it was reopened) and may name who works on it.

    Raises:
        InvalidInput: at ``officer``.
        WrongState: unless it is assigned or reopened.
    """
    officer = one_text("officer", officer, limit=120, multiline=False, required=False)
    change(work, f, "accept", accepted_at=f.accepted_at or work.now, officer=officer or f.officer)
    return f


def progress(work: Work, f: FollowUp, *, text: str, is_public: bool = True) -> Progress:
    """Note progress; the enterprise is told, unless it is for the staff alone.

    The first public note is the department's first response.

    Raises:
        InvalidInput: at ``text``.
        WrongState: once it is verified or closed.
    """
    text = one_text("text", text, limit=TEXT_LENGTH)
    if f.state in {"verified", "closed"}:
        raise WrongState(f.MACHINE.name, f.state, "progress", f.MACHINE.possible(f.state))
    row = Progress(
        follow_up_id=f.id,
        at=work.now,
        author=work.actor.name[:120],
        department_id=work.actor.department_id,
        body=text,
        is_public=is_public,
    )
    first = (f.first_response_at or work.now) if is_public else f.first_response_at
    edit(work, f, "progress", details={"is_public": is_public}, first_response_at=first)
    work.db.add(row)
    work.db.flush()
    if is_public:
        notices.progressed(work, f, row)
    mentions.tell(work, f, text)
    return row


def is_head(actor: Actor, department: Department) -> bool:
    """Whether `actor` is the head of `department`: works there, and has the head's address."""
    head = department.head_email.casefold()
    return bool(head) and actor.department_id == department.id and actor.email.casefold() == head


def may_answer(actor: Actor, department: Department) -> bool:
    """Whether `actor` may send an answer of `department` without an approved draft."""
    return not department.needs_approval or actor.has(ORGANIZER) or is_head(actor, department)


def answer(
    work: Work,
    f: FollowUp,
    *,
    text: str,
    outcome: str = "resolved",
    legal_references: str = "",
    forwarded_to: str = "",
    how_to_file: str = "",
    attachments: Iterable[Upload] = (),
    author: str = "",
    approved_by: str = "",
) -> Answer:
    """Answer it: what was done, with an outcome of substance, the law it rests on and documents.

    The enterprise hears of it when the organiser has verified it.

    Args:
        author: who wrote it, if not the actor.
        approved_by: the head who approved its draft; see :mod:`meetup.followups.drafting`.

    Raises:
        NotAllowed: if the department's head has to approve its answers and has not.
        InvalidInput: at ``text``, ``outcome``, ``legal_references``, ``forwarded_to``, ``how_to_file`` or
            ``attachments``.
        WrongState: unless it was taken on.
    """
    f.MACHINE.next(f.state, "answer")
    if not approved_by and not may_answer(work.actor, work.get(Department, f.lead_department_id)):
        raise NotAllowed(N_("The head approves the answers of this agency: write a draft and ask for it."))
    checks = Checks()
    text = checks.text("text", text, limit=TEXT_LENGTH, required=False)
    legal_references = checks.text("legal_references", legal_references, limit=REASON_LENGTH, required=False)
    forwarded_to = checks.text("forwarded_to", forwarded_to, limit=200, multiline=False, required=False)
    how_to_file = checks.text("how_to_file", how_to_file, limit=REASON_LENGTH, required=False)
    if not any(fault.field == "text" for fault in checks.faults):
        checks.faults.extend(check_outcome(outcome, text, forwarded_to, how_to_file))
    checks.done()
    issue: Issue = work.get(Issue, f.issue_id)
    files = issues.attach(work, issue, attachments, side="department", follow_up=f)
    earlier = work.db.scalar(select(func.count()).select_from(Answer).where(Answer.follow_up_id == f.id)) or 0
    change(
        work,
        f,
        "answer",
        details={"outcome": outcome, "round": earlier + 1},
        answered_at=work.now,
        outcome=outcome,
        first_response_at=f.first_response_at or work.now,
    )
    row = Answer(
        follow_up_id=f.id,
        round=earlier + 1,
        at=work.now,
        author=author or work.actor.name[:120],
        approved_by=approved_by,
        text=text,
        outcome=outcome,
        legal_references=legal_references,
        forwarded_to=forwarded_to if outcome == "beyond_authority" else "",
        how_to_file=how_to_file if outcome == "referred_out" else "",
    )
    work.db.add(row)
    work.db.flush()
    for file in files:
        file.answer_id = row.id
    notices.answered(work, f, row)
    return row


def opinion(work: Work, f: FollowUp, department: Department | None, *, text: str) -> Coordination:
    """A coordinating department says what it thinks, without answering for it.

    Raises:
        InvalidInput: at ``text``.
        NotAllowed: for a department that does not coordinate.
        WrongState: once it is closed.
    """
    text = one_text("text", text, limit=TEXT_LENGTH)
    part = None
    if department is not None:
        part = work.db.scalar(
            select(Coordination).where(Coordination.follow_up_id == f.id, Coordination.department_id == department.id)
        )
    if part is None or department is None:
        raise NotAllowed(N_("Only a department that coordinates gives an opinion."))
    if f.state == "closed":
        raise WrongState(f.MACHINE.name, f.state, "opinion", f.MACHINE.possible(f.state))
    part.opinion = text
    part.opinion_at = work.now
    work.log("follow_up.opinion", f, department=department.code)
    work.db.flush()
    notices.opinion_given(work, f, department)
    mentions.tell(work, f, text)
    return part


def latest_answer(work: Work, key: int) -> Answer | None:
    """The answer of the last round to the follow-up with this id, if there is one."""
    return work.db.scalar(
        select(Answer).where(Answer.follow_up_id == key).order_by(Answer.round.desc(), Answer.id.desc()).limit(1)
    )
