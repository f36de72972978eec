"""Who is told what about an issue: rows for the outbox, written with the change that caused them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from meetup.departments.models import Department
from meetup.enterprises.models import Contact
from meetup.issues.models import AgendaItem, Comment, CoSigner, Issue, Message
from meetup.outbox.service import enqueue
from meetup.programmes.models import Programme
from meetup.sessions.models import Session
from meetup.work import Work


@dataclass(frozen=True)
class Follower:
    """Someone who follows another's issue: by an own one merged into it, or by having co-signed it."""

    contact: Contact
    own: Issue | None


def followers(work: Work, issue: Issue) -> list[Follower]:
    """Everyone who gets the mails about the progress of `issue` besides its own contact; each person once."""
    found: dict[int, Follower] = {}
    merged = work.db.execute(
        select(Issue, Contact)
        .join(Contact, Issue.contact_id == Contact.id)
        .where(Issue.merged_into_id == issue.id, Issue.state == "merged")
        .order_by(Issue.id)
    )
    for own, contact in merged:
        found.setdefault(contact.id, Follower(contact, own))
    signed = work.db.scalars(
        select(Contact).join(CoSigner, CoSigner.contact_id == Contact.id).where(CoSigner.issue_id == issue.id)
    )
    for contact in signed:
        found.setdefault(contact.id, Follower(contact, None))
    found.pop(issue.contact_id, None)
    return list(found.values())


def own_url(work: Work, issue: Issue) -> str:
    """The address of the issue on its enterprise's own page; secret, for its contact alone."""
    if issue.registration_id is not None:
        token = work.token("registration", f"registration:{issue.registration_id}")
        return work.mount.url("issues.own", token=token, number=issue.number)
    return work.mount.url("issues.own", token=work.token("issue", issue.subject))


def organizer_address(work: Work, issue: Issue) -> str:
    """Where the organiser of the issue's programme reads mail; may be empty."""
    return work.db.scalar(select(Programme.email).where(Programme.id == issue.programme_id)) or ""


def department_address(issue: Issue, department: Department) -> str:
    """Where a department is written to; about conduct its head alone (R23)."""
    if issue.kind == "conduct":
        return department.head_email
    return department.email or department.head_email


def _to_contact(work: Work, kind: str, issue: Issue, **context: object) -> None:
    contact = work.get(Contact, issue.contact_id)
    if contact.email_dead_at is None:
        enqueue(
            work,
            kind,
            to=contact.email,
            name=contact.name,
            locale=contact.language,
            subject=issue.subject,
            context={"issue": issue.id, **context},
        )


def _to_followers(work: Work, kind: str, issue: Issue, **context: object) -> None:
    for follower in followers(work, issue):
        if follower.contact.email_dead_at is None:
            enqueue(
                work,
                kind,
                to=follower.contact.email,
                name=follower.contact.name,
                locale=follower.contact.language,
                subject=issue.subject,
                context={
                    "issue": issue.id,
                    "follows": True,
                    "own": follower.own.id if follower.own is not None else None,
                    **context,
                },
            )


def _to_organizer(work: Work, kind: str, issue: Issue, **context: object) -> None:
    enqueue(
        work, kind, to=organizer_address(work, issue), subject=issue.subject, context={"issue": issue.id, **context}
    )


def _to_lead(work: Work, kind: str, issue: Issue, **context: object) -> None:
    if issue.lead_department_id is None:
        return
    department = work.get(Department, issue.lead_department_id)
    enqueue(
        work,
        kind,
        to=department_address(issue, department),
        name=department.name,
        subject=issue.subject,
        context={"issue": issue.id, "department": department.id, **context},
    )


def received(work: Work, issue: Issue) -> None:
    """The receipt: number and link, at once (R25)."""
    _to_contact(work, "issue_received", issue)


def asked_back(work: Work, issue: Issue) -> None:
    """The organiser needs to know more."""
    _to_contact(work, "issue_question", issue)


def informed(work: Work, issue: Issue, message: Message) -> None:
    """The enterprise gave what was asked for."""
    _to_organizer(work, "issue_information", issue, message=message.id)


def accepted(work: Work, issue: Issue) -> None:
    """It is taken on, and who leads."""
    _to_contact(work, "issue_accepted", issue)
    _to_followers(work, "issue_accepted", issue)


def assigned(work: Work, issue: Issue) -> None:
    """The department that leads hears of it; about conduct, its head alone."""
    _to_lead(work, "issue_assigned", issue)


def declined(work: Work, issue: Issue) -> None:
    """It is not taken on, and why."""
    _to_contact(work, "issue_declined", issue)
    _to_followers(work, "issue_declined", issue)


def merged(work: Work, issue: Issue) -> None:
    """It goes on together with another."""
    _to_contact(work, "issue_merged", issue)


def withdrawn(work: Work, issue: Issue) -> None:
    """The enterprise took it back."""
    _to_organizer(work, "issue_withdrawn", issue)


def scheduled(work: Work, issue: Issue, session: Session) -> None:
    """It is on the agenda of a session."""
    _to_contact(work, "issue_scheduled", issue, session=session.id)
    _to_followers(work, "issue_scheduled", issue, session=session.id)


def published(work: Work, issue: Issue) -> None:
    """The public can read it."""
    _to_contact(work, "issue_published", issue)
    _to_followers(work, "issue_published", issue)


def written(work: Work, issue: Issue, message: Message) -> None:
    """A line in the thread: whoever did not write it is told (R1)."""
    if message.side != "enterprise":
        _to_contact(work, "issue_message", issue, message=message.id)
    if message.side != "organizer":
        _to_organizer(work, "issue_message", issue, message=message.id, staff=True)
    if message.side == "enterprise":
        _to_lead(work, "issue_message", issue, message=message.id, staff=True)


def comment_waiting(work: Work, issue: Issue, comment: Comment) -> None:
    """A reader's comment waits to be let through."""
    _to_organizer(work, "comment_waiting", issue, comment=comment.id)


def is_on_agenda(work: Work, issue: Issue, session_id: int) -> bool:
    """Whether the issue stands on that session's agenda."""
    row = work.db.scalar(
        select(AgendaItem.id).where(AgendaItem.issue_id == issue.id, AgendaItem.session_id == session_id)
    )
    return row is not None
