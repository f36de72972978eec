"""Who is told what about a follow-up: rows for the outbox, written with the change that caused them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from meetup.departments.models import Department
from meetup.enterprises.models import Contact
from meetup.followups.models import Answer, Draft, Extension, FollowUp, Progress, Transfer
from meetup.issues.models import Issue
from meetup.issues.notices import department_address, followers, organizer_address
from meetup.outbox.service import enqueue
from meetup.work import Work


@dataclass(frozen=True)
class By:
    """What a rule of reminders says of the way: the notice to send and the channel; empty: as ever."""

    notice: str = ""
    channel: str = "mail"


AS_EVER = By()


def page_url(work: Work, f: FollowUp, issue: Issue) -> str:
    """The address of the follow-up on its enterprise's own pages; secret, for the issue's contact alone."""
    if issue.registration_id is not None:
        token = work.token("registration", f"registration:{issue.registration_id}")
        return work.mount.url("follow_ups.own", token=token, number=f.number)
    return work.mount.url("follow_ups.of_issue", token=work.token("issue", issue.subject), number=f.number)


def to_department(
    work: Work,
    kind: str,
    f: FollowUp,
    department_id: int | None = None,
    *,
    head: bool = False,
    channel: str = "mail",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    **context: Any,
) -> None:
    """A message to the lead department, or to another one; to its head alone by `head` or about conduct."""
    department = work.get(Department, department_id or f.lead_department_id)
    address = department_address(work.get(Issue, f.issue_id), department)
    if head:
        address = department.head_email or address
    enqueue(
        work,
        kind,
        to=address,
        name=department.name,
        subject=f.subject,
        channel=channel,
        not_before=not_before,
        expires_at=expires_at,
        context={"follow_up": f.id, "department": department.id, **context},
    )


def to_organizer(
    work: Work,
    kind: str,
    f: FollowUp,
    *,
    to: str = "",
    channel: str = "mail",
    not_before: datetime | None = None,
    **context: Any,
) -> None:
    """A message to the organiser of the issue's programme, or to `to`."""
    address = to or organizer_address(work, work.get(Issue, f.issue_id))
    enqueue(
        work,
        kind,
        to=address,
        subject=f.subject,
        channel=channel,
        not_before=not_before,
        context={"follow_up": f.id, **context},
    )


def to_enterprise(
    work: Work,
    kind: str,
    f: FollowUp,
    *,
    channel: str = "mail",
    not_before: datetime | None = None,
    all_of_them: bool = True,
    **context: Any,
) -> None:
    """A message to the issue's contact, and to those who follow the issue (merged ones, co-signers)."""
    issue = work.get(Issue, f.issue_id)
    contact = work.get(Contact, issue.contact_id)
    people: list[tuple[Contact, dict[str, Any]]] = [(contact, {})]
    if all_of_them:
        people += [
            (one.contact, {"follows": True, "own": one.own.id if one.own is not None else None})
            for one in followers(work, issue)
        ]
    for person, more in people:
        if person.email_dead_at is None:
            enqueue(
                work,
                kind,
                to=person.email,
                name=person.name,
                locale=person.language,
                subject=f.subject,
                channel=channel,
                not_before=not_before,
                context={"follow_up": f.id, **more, **context},
            )


def assigned(work: Work, f: FollowUp) -> None:
    """The lead hears what it has to do by when, and who works along; those that coordinate hear it too."""
    to_department(work, "follow_up_assigned", f)
    for key in f.coordinating_ids:
        to_department(work, "follow_up_coordinating", f, key)


def answered_at_once(work: Work, issue: Issue) -> None:
    """The issue was answered on the spot; there is no follow-up to confirm."""
    contact = work.get(Contact, issue.contact_id)
    people: list[tuple[Contact, dict[str, Any]]] = [(contact, {})]
    people += [
        (one.contact, {"follows": True, "own": one.own.id if one.own is not None else None})
        for one in followers(work, issue)
    ]
    for person, more in people:
        if person.email_dead_at is None:
            enqueue(
                work,
                "issue_answered_at_once",
                to=person.email,
                name=person.name,
                locale=person.language,
                subject=issue.subject,
                context={"issue": issue.id, **more},
            )


def transfer_asked(work: Work, f: FollowUp, row: Transfer) -> None:
    """The receiver answers within a working day; from the second time on the organiser decides."""
    if f.transfers:
        to_organizer(work, "transfer_to_decide", f, transfer=row.id)
    else:
        to_department(work, "transfer_asked", f, row.to_id, transfer=row.id)


def transfer_settled(work: Work, f: FollowUp, row: Transfer) -> None:
    """The asker learns the decision; whoever leads from now on, what it has to do."""
    to_department(work, "transfer_settled", f, row.from_id, transfer=row.id)
    if f.lead_department_id != row.from_id:
        to_department(work, "follow_up_assigned", f)
    if row.decision == "decided" and row.to_id not in {f.lead_department_id, row.from_id}:
        to_department(work, "transfer_settled", f, row.to_id, transfer=row.id)


def extension_asked(work: Work, f: FollowUp, row: Extension) -> None:
    """The organiser decides."""
    to_organizer(work, "extension_asked", f, extension=row.id)


def extension_settled(work: Work, f: FollowUp, row: Extension) -> None:
    """The department learns the decision; of a new date the enterprise too."""
    to_department(work, "extension_settled", f, extension=row.id)
    if row.decision == "granted":
        to_enterprise(work, "follow_up_postponed", f, extension=row.id)


def progressed(work: Work, f: FollowUp, row: Progress) -> None:
    """The enterprise reads how far it is."""
    to_enterprise(work, "follow_up_progress", f, progress=row.id)


def opinion_given(work: Work, f: FollowUp, department: Department) -> None:
    """The lead reads what a coordinating department thinks."""
    to_department(work, "follow_up_opinion", f, by=department.id)


def draft_waiting(work: Work, f: FollowUp, draft: Draft) -> None:
    """The head reads what would be sent, and approves or returns it."""
    to_department(work, "draft_waiting", f, head=True, draft=draft.id)


def draft_returned(work: Work, f: FollowUp, draft: Draft) -> None:
    """The department hears what is to be changed."""
    to_department(work, "draft_returned", f, draft=draft.id, reason=draft.remark)


def mentioned(work: Work, f: FollowUp, text: str, *, email: str, name: str) -> None:
    """A colleague was called by name."""
    context = {"follow_up": f.id, "by": work.actor.name, "reason": text}
    enqueue(work, "follow_up_mention", to=email, name=name, subject=f.subject, context=context)


def department_mentioned(work: Work, f: FollowUp, text: str, department: Department) -> None:
    """A department that takes part was called by its code."""
    to_department(work, "follow_up_mention", f, department.id, by=work.actor.name, reason=text)


def answered(work: Work, f: FollowUp, row: Answer) -> None:
    """The organiser verifies it or sends it back."""
    to_organizer(work, "follow_up_answered", f, answer=row.id)


def sent_back(work: Work, f: FollowUp, reason: str) -> None:
    """The department hears what is missing."""
    to_department(work, "follow_up_sent_back", f, round=_round(f), reason=reason)


def verified(work: Work, f: FollowUp) -> None:
    """The enterprise has its answer: it confirms or reopens."""
    to_enterprise(work, "follow_up_verified", f)


def closed(work: Work, f: FollowUp) -> None:
    """It is closed, confirmed or without a word; the department and the enterprise hear of it."""
    to_department(work, "follow_up_closed", f, staff=True)
    to_enterprise(work, "follow_up_closed", f)


def reopened(work: Work, f: FollowUp, reason: str) -> None:
    """The department and the organiser hear that it is not solved, and why."""
    to_department(work, "follow_up_reopened", f, reason=reason)
    to_organizer(work, "follow_up_reopened", f, reason=reason)


def issue_reopened(work: Work, f: FollowUp, reason: str) -> None:
    """The same for an issue that was closed: there is a new follow-up."""
    to_organizer(work, "follow_up_reopened", f, reason=reason)


def due(
    work: Work, f: FollowUp, *, not_before: datetime, expires_at: datetime, head: bool = False, by: By = AS_EVER
) -> None:
    """Kính nhắc: the due date comes near."""
    kind = by.notice or "follow_up_due"
    to_department(work, kind, f, head=head, channel=by.channel, not_before=not_before, expires_at=expires_at)


def overdue(work: Work, f: FollowUp, *, not_before: datetime, by: By = AS_EVER) -> None:
    """Đề nghị khẩn trương: the due date has passed."""
    to_department(work, by.notice or "follow_up_overdue", f, channel=by.channel, not_before=not_before)


def escalated(work: Work, f: FollowUp, whom: str, chair: str, *, not_before: datetime, by: By = AS_EVER) -> None:
    """Báo cáo: the department's head, then the chair, are told that it is late."""
    kind = by.notice or "follow_up_escalated"
    if whom == "chair":
        to_organizer(work, kind, f, to=chair, channel=by.channel, not_before=not_before, whom=whom)
    else:
        to_department(work, kind, f, head=whom == "head", channel=by.channel, not_before=not_before, whom=whom)


def apologised(work: Work, f: FollowUp, promised: date, *, not_before: datetime, by: By = AS_EVER) -> None:
    """An apology to the enterprise, with the day by which it will have its answer."""
    kind = by.notice or "follow_up_apology"
    to_enterprise(work, kind, f, channel=by.channel, not_before=not_before, promised=promised.isoformat())


def confirmation_waiting(work: Work, f: FollowUp, *, not_before: datetime, by: By = AS_EVER) -> None:
    """Before silence closes it, the enterprise is reminded once."""
    kind = by.notice or "follow_up_confirm_soon"
    to_enterprise(work, kind, f, channel=by.channel, not_before=not_before, all_of_them=False)


def transfer_unanswered(work: Work, f: FollowUp, *, not_before: datetime, by: By = AS_EVER) -> None:
    """The receiver did not answer in time: the organiser can decide."""
    to_organizer(work, by.notice or "transfer_unanswered", f, channel=by.channel, not_before=not_before)


def _round(f: FollowUp) -> int:
    return f.send_backs
