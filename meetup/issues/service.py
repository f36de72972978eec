"""What happens to an issue: one function per arrow, and the two-way thread."""

from __future__ import annotations

from sqlalchemy import select, update

from meetup.departments.models import Department, Field
from meetup.domain.issues import check_outcome
from meetup.errors import N_, Fault, InvalidInput
from meetup.issues import notices
from meetup.issues.agenda import put_on_stage, set_agenda
from meetup.issues.attachments import attach
from meetup.issues.checks import Checks, one_text
from meetup.issues.index import search_key
from meetup.issues.intake import submit
from meetup.issues.models import CoSigner, Issue
from meetup.issues.publication import co_sign, comment, moderate, publish, show_files, unpublish
from meetup.issues.threads import say, write
from meetup.issues.values import MERGEABLE, REASON_LENGTH, TEXT_LENGTH, Upload
from meetup.work import Work, change

__all__ = [
    "Upload",
    "accept",
    "answer",
    "attach",
    "co_sign",
    "comment",
    "decline",
    "discuss",
    "follow_up",
    "inform",
    "merge",
    "moderate",
    "own_url",
    "publish",
    "put_on_stage",
    "reopen",
    "request_information",
    "resolve",
    "search_key",
    "set_agenda",
    "show_files",
    "submit",
    "unpublish",
    "withdraw",
    "write",
]

own_url = notices.own_url


def accept(work: Work, issue: Issue, *, field: Field | None, lead_department: Department | None) -> Issue:
    """Take an issue on: the field it belongs to and the department that leads.

    The enterprise learns who leads, the department that it does; an issue about
    conduct is made known to the department's head alone.

    Raises:
        InvalidInput: at ``field`` or ``lead_department``.
        WrongState: unless it was just submitted.
    """
    checks = Checks()
    if field is None:
        checks.fault("field", N_("The field is missing."), N_("Choose one."))
    if lead_department is None:
        checks.fault("lead_department", N_("The lead agency is missing."), N_("Choose one."))
    elif not lead_department.valid_on(work.now.astimezone(work.zone).date()):
        checks.fault(
            "lead_department",
            N_("%(name)s does not exist on this day."),
            N_("Choose the agency that followed it."),
            name=lead_department.name,
        )
    checks.done()
    assert field is not None and lead_department is not None
    change(
        work,
        issue,
        "accept",
        details={"field": field.code, "lead_department": lead_department.code},
        field_id=field.id,
        lead_department_id=lead_department.id,
    )
    notices.accepted(work, issue)
    notices.assigned(work, issue)
    return issue


def decline(work: Work, issue: Issue, *, reason: str) -> Issue:
    """Not take an issue on, and say why.

    Raises:
        InvalidInput: at ``reason``.
        WrongState: unless it was just submitted.
    """
    reason = one_text("reason", reason, limit=REASON_LENGTH)
    change(work, issue, "decline", decline_reason=reason)
    notices.declined(work, issue)
    return issue


def request_information(work: Work, issue: Issue, *, question: str) -> Issue:
    """Ask the enterprise back before deciding; the question is a line of the thread.

    Raises:
        InvalidInput: at ``question``.
        WrongState: unless it was just submitted.
    """
    question = one_text("question", question, limit=REASON_LENGTH)
    change(work, issue, "request_information", question=question)
    say(work, issue, question, side="organizer")
    notices.asked_back(work, issue)
    return issue


def inform(work: Work, issue: Issue, *, text: str) -> Issue:
    """Give what was asked for; the issue waits for its decision again.

    Raises:
        InvalidInput: at ``text``.
        WrongState: unless something was asked.
    """
    text = one_text("text", text, limit=TEXT_LENGTH)
    change(work, issue, "inform")
    message = say(work, issue, text, side="enterprise")
    notices.informed(work, issue, message)
    return issue


def merge(work: Work, issue: Issue, *, into: Issue | None) -> Issue:
    """Let an issue follow another that asks the same: both submitters are kept.

    The enterprise of `issue`, and whoever had co-signed it, co-sign the other one
    and get the mails about its progress.

    Raises:
        InvalidInput: at ``into``.
        WrongState: unless it was just submitted.
    """
    if into is None:
        raise InvalidInput("into", N_("There is no issue with this number."), N_("Check the number."))
    if into.id == issue.id:
        raise InvalidInput("into", N_("An issue cannot be merged into itself."), N_("Give another number."))
    if into.state not in MERGEABLE:
        raise InvalidInput(
            "into",
            N_("Issue %(number)s takes no other issue any more."),
            N_("Give another number."),
            number=into.number,
        )
    change(work, issue, "merge", details={"into": into.number}, merged_into_id=into.id)
    co_sign(work, into, issue.enterprise_id, contact=issue.contact_id)
    for signer in work.db.scalars(select(CoSigner).where(CoSigner.issue_id == issue.id)):
        co_sign(work, into, signer.enterprise_id, contact=signer.contact_id)
    work.db.execute(
        update(Issue)
        .where(Issue.merged_into_id == issue.id)
        .values(merged_into_id=into.id)
        .execution_options(synchronize_session=False)
    )
    notices.merged(work, issue)
    return issue


def withdraw(work: Work, issue: Issue) -> Issue:
    """The enterprise takes its issue back before it was decided on.

    Raises:
        WrongState: once it has been accepted, declined or merged.
    """
    change(work, issue, "withdraw")
    notices.withdrawn(work, issue)
    return issue


def discuss(work: Work, issue: Issue, *, text: str) -> Issue:
    """The session has dealt with it: what the chair concluded.

    Raises:
        InvalidInput: at ``text``.
        WrongState: unless it is on an agenda.
    """
    change(work, issue, "discuss", conclusion=one_text("text", text, limit=TEXT_LENGTH))
    return issue


def follow_up(work: Work, issue: Issue, *, text: str = "") -> Issue:
    """A department goes to work on it, with a conclusion of the chair or (by `text`) without a meeting."""
    conclusion = one_text("text", text, limit=TEXT_LENGTH) if text else issue.conclusion
    change(work, issue, "follow_up", conclusion=conclusion)
    return issue


def answer(work: Work, issue: Issue, *, text: str, outcome: str, legal_references: str = "") -> Issue:
    """It has its answer, with an outcome and the law it rests on.

    Raises:
        InvalidInput: at ``answer``, ``outcome`` or ``legal_references``.
        WrongState: unless it was discussed or is being followed up.
    """
    checks = Checks()
    text = checks.text("answer", text, limit=TEXT_LENGTH)
    # To whom it was forwarded, or how to file it, is part of the text here.
    for fault in check_outcome(outcome, text, forwarded_to=text, how_to_file=text) if text else ():
        checks.faults.append(Fault("answer" if fault.field == "text" else fault.field, fault.rule, fault.mend))
    legal_references = checks.text("legal_references", legal_references, limit=REASON_LENGTH, required=False)
    checks.done()
    change(
        work,
        issue,
        "answer",
        details={"outcome": outcome},
        answer=text,
        outcome=outcome,
        legal_references=legal_references,
        answered_at=work.now,
    )
    return issue


def resolve(work: Work, issue: Issue) -> Issue:
    """Everything that was ordered for it is closed."""
    change(work, issue, "resolve", resolved_at=work.now)
    return issue


def reopen(work: Work, issue: Issue, *, reason: str) -> Issue:
    """The answer did not do: the issue goes back to work.

    Raises:
        InvalidInput: at ``reason``.
        WrongState: unless it was answered or resolved.
    """
    one_text("reason", reason, limit=REASON_LENGTH)
    change(work, issue, "reopen", resolved_at=None)
    return issue
