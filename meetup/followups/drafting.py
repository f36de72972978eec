"""Drafts of answers: written by an officer, approved or returned by the head of the department, then sent.

The follow-up stays where it stands meanwhile, and its clock runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload

from meetup.departments.models import Department
from meetup.domain.drafts import LIVE
from meetup.domain.faults import Faults
from meetup.domain.followups import OWES_ANSWER
from meetup.domain.issues import OUTCOMES, check_outcome
from meetup.errors import N_, InvalidInput, NotAllowed, Stale, WrongState
from meetup.followups import mentions, notices, papers
from meetup.followups.handling import answer, is_head
from meetup.followups.models import Answer, Draft, FollowUp
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH, Upload
from meetup.work import Work, change, create


def live_draft(db: DbSession, f: FollowUp) -> Draft | None:
    """The draft of `f` that is not settled, if there is one."""
    return db.scalar(select(Draft).where(Draft.follow_up_id == f.id, Draft.state.in_(sorted(LIVE))))


def waiting_for(db: DbSession, department: Department, limit: int = 50) -> Sequence[tuple[Draft, FollowUp]]:
    """The drafts that wait for the head of `department`, those whose due date is nearest first."""
    query = (
        select(Draft, FollowUp)
        .join(FollowUp, FollowUp.id == Draft.follow_up_id)
        .options(joinedload(FollowUp.issue), joinedload(FollowUp.enterprise), joinedload(FollowUp.lead_department))
        .where(Draft.department_id == department.id, Draft.state == "waiting")
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(query).unique()]


def write(
    work: Work,
    f: FollowUp,
    *,
    text: str,
    outcome: str = "",
    legal_references: str = "",
    forwarded_to: str = "",
    how_to_file: str = "",
    attachments: Iterable[Upload] = (),
    version: int = 0,
) -> Draft:
    """Write the draft, or change it; a draft that waits is taken back by that.

    Args:
        version: of the draft that was changed, as the person saw it; 0: a new one.

    Raises:
        InvalidInput: at ``text``, ``outcome``, ``legal_references``, ``forwarded_to``, ``how_to_file`` or
            ``attachments``.
        Stale: if somebody else wrote or changed it in the meantime.
        WrongState: if no answer is owed.
    """
    if f.state not in OWES_ANSWER:
        raise WrongState(f.MACHINE.name, f.state, "answer", f.MACHINE.possible(f.state))
    faults = Faults()
    values: dict[str, Any] = {
        "text": faults.text("text", text, TEXT_LENGTH, required=True, multiline=True),
        "legal_references": faults.text("legal_references", legal_references, REASON_LENGTH, multiline=True),
        "forwarded_to": faults.text("forwarded_to", forwarded_to, 200),
        "how_to_file": faults.text("how_to_file", how_to_file, REASON_LENGTH, multiline=True),
        "outcome": faults.choice("outcome", outcome, ("", *OUTCOMES)),
    }
    faults.stop()
    draft = live_draft(work.db, f)
    if (draft.version if draft is not None else 0) != version:
        raise Stale()
    files = issues.attach(work, work.get(Issue, f.issue_id), attachments, side="department", follow_up=f)
    if draft is None:
        draft = Draft(follow_up_id=f.id, department_id=f.lead_department_id, author=work.actor.name[:120], **values)
        create(work, draft, "write")
    else:
        change(work, draft, "rewrite", author=work.actor.name[:120], **values)
    for file in files:
        file.draft_id = draft.id
    return draft


def ask(work: Work, f: FollowUp, draft: Draft) -> Draft:
    """Ask the head to approve it; from now on it has to have everything that an answer has.

    Raises:
        InvalidInput: at ``text``, ``outcome``, ``forwarded_to`` or ``how_to_file``; at ``outcome`` too if the
            department has no head to ask.
        WrongState: unless it is being written.
    """
    draft.MACHINE.next(draft.state, "ask")
    faults = list(check_outcome(draft.outcome, draft.text, draft.forwarded_to, draft.how_to_file))
    if faults:
        raise InvalidInput.many(faults)
    if not work.get(Department, draft.department_id).head_email:
        raise InvalidInput(
            "outcome",
            N_("The agency has no head with an e-mail address."),
            N_("Ask the organiser to enter it, or answer without a draft."),
        )
    change(work, draft, "ask", remark="", decided_by="", decided_at=None)
    notices.draft_waiting(work, f, draft)
    return draft


def approve(work: Work, f: FollowUp, draft: Draft, *, version: int) -> Answer:
    """The head approves it, and it is sent: the answer is what the head has read, word for word.

    Args:
        version: of the draft that the head saw.

    Raises:
        NotAllowed: for anyone but the head.
        Stale: if it was changed since.
        WrongState: unless it waits, and the follow-up was taken on.
    """
    _only_head(work, draft)
    if version != draft.version:
        raise Stale()
    f.MACHINE.next(f.state, "answer")
    change(work, draft, "approve", decided_by=work.actor.name[:120], decided_at=work.now)
    sent = answer(
        work,
        f,
        text=draft.text,
        outcome=draft.outcome,
        legal_references=draft.legal_references,
        forwarded_to=draft.forwarded_to,
        how_to_file=draft.how_to_file,
        author=draft.author,
        approved_by=work.actor.name[:120],
    )
    for file in papers.of_draft(work.db, f, draft):
        file.draft_id, file.answer_id = None, sent.id
    return sent


def give_back(work: Work, f: FollowUp, draft: Draft, *, remark: str, version: int) -> Draft:
    """The head returns it with what is to be changed; the department is told.

    Raises:
        InvalidInput: at ``remark``.
        NotAllowed: for anyone but the head.
        Stale: if it was changed since `version`.
        WrongState: unless it waits.
    """
    _only_head(work, draft)
    if version != draft.version:
        raise Stale()
    draft.MACHINE.next(draft.state, "return")
    faults = Faults()
    words = faults.text("remark", remark, REASON_LENGTH, required=True, multiline=True)
    faults.stop()
    change(work, draft, "return", remark=words, decided_by=work.actor.name[:120], decided_at=work.now)
    notices.draft_returned(work, f, draft)
    mentions.tell(work, f, words)
    return draft


def drop(work: Work, draft: Draft) -> Draft:
    """It is not needed any more.

    Raises:
        WrongState: if it is settled.
    """
    change(work, draft, "drop")
    return draft


def drop_open(work: Work, f: FollowUp) -> None:
    """What was being written is of no use any more: it was answered otherwise, or another department leads."""
    draft = live_draft(work.db, f)
    if draft is not None:
        drop(work, draft)


def _only_head(work: Work, draft: Draft) -> None:
    if not is_head(work.actor, work.get(Department, draft.department_id)):
        raise NotAllowed(N_("Only the head of the agency decides about its drafts."))
