"""What is held about a person, found by the e-mail address (Law 91/2025/QH15; GDPR, article 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, cast, func, literal, or_, select

from meetup.activity.models import Activity
from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.followups.models import FollowUp
from meetup.issues.models import Attachment, Comment, CoSigner, Issue, Message
from meetup.outbox.models import Mute, Outgoing
from meetup.registrations.models import Participant, Registration
from meetup.work import Work

#: Columns that say nothing about a person, and those that are kept for searching alone.
_LEFT_OUT = {"sent_bytes", "search_key", "context", "lease_owner", "lease_until", "version", "key"}
#: The kind of row that an account of the staff is; ``active`` says whether somebody signs in with it.
ACCOUNTS = "accounts"
#: What somebody says on confirming that an issue is settled.
_CONFIRMED = ("number", "issue_id", "closed_at", "satisfaction", "satisfaction_comment")


@dataclass(frozen=True)
class Held:
    """The rows about one address, each kind by its key."""

    email: str
    contacts: Sequence[Contact]
    enterprises: Sequence[Enterprise]
    consents: Sequence[Consent]
    registrations: Sequence[Registration]
    participants: Sequence[Participant]
    issues: Sequence[Issue]
    messages: Sequence[Message]
    attachments: Sequence[Attachment]
    follow_ups: Sequence[FollowUp]
    co_signed: Sequence[CoSigner]
    comments: Sequence[Comment]
    outgoing: Sequence[Outgoing]
    muted: Sequence[Mute]
    #: What plugins hold, each row with a name for its kind.
    of_plugins: Sequence[tuple[str, Any]] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not (self.contacts or self.comments or self.outgoing or self.muted or self.of_plugins)

    @property
    def subjects(self) -> list[str]:
        """The names under which the activity log speaks of these things."""
        return [
            *(contact.subject for contact in self.contacts),
            *(registration.subject for registration in self.registrations),
            *(issue.subject for issue in self.issues),
            *(comment.subject for comment in self.comments),
        ]


def find(work: Work, email: str) -> Held:
    """Everything that is held about the address `email`, whatever its case; by plugins too."""
    held = _of_core(work, email)
    return replace(held, of_plugins=work.hooks.gather("meetup_held", work=work, held=held))


def _of_core(work: Work, email: str) -> Held:
    wanted = email.strip().casefold()
    db = work.db

    def rows(model: Any, *where: Any) -> Sequence[Any]:
        return db.scalars(select(model).where(*where).order_by(model.id)).all()

    contacts = rows(Contact, func.lower(Contact.email) == wanted)
    ids = [contact.id for contact in contacts]
    registrations = rows(Registration, Registration.contact_id.in_(ids))
    issues = rows(Issue, Issue.contact_id.in_(ids))
    issue_ids = [issue.id for issue in issues]
    received = {issue.created_at for issue in issues}
    return Held(
        email=wanted,
        contacts=contacts,
        enterprises=rows(Enterprise, Enterprise.id.in_({contact.enterprise_id for contact in contacts})),
        consents=rows(Consent, Consent.contact_id.in_(ids)),
        registrations=registrations,
        participants=rows(Participant, Participant.registration_id.in_([each.id for each in registrations])),
        issues=issues,
        messages=rows(Message, Message.issue_id.in_(issue_ids), Message.side == "enterprise"),
        # What the desk took in together with the issue is theirs as well.
        attachments=[
            file
            for file in rows(Attachment, Attachment.issue_id.in_(issue_ids), Attachment.side != "department")
            if file.side == "enterprise" or file.created_at in received
        ],
        follow_ups=rows(FollowUp, FollowUp.issue_id.in_(issue_ids)),
        co_signed=rows(CoSigner, CoSigner.contact_id.in_(ids)),
        comments=rows(Comment, func.lower(Comment.email) == wanted),
        outgoing=rows(Outgoing, func.lower(Outgoing.recipient) == wanted),
        muted=rows(Mute, func.lower(Mute.recipient) == wanted),
    )


def entries(work: Work, held: Held) -> Sequence[Activity]:
    """The entries of the log that are about these things and not about what others did with them."""
    subjects = held.subjects
    own = Activity.subject.in_(subjects) & Activity.subject.not_like("issue:%")
    # A server's refusal repeats the address. By a question of its own: of mails there may be many.
    mails = select(literal("message:") + cast(Outgoing.id, String)).where(func.lower(Outgoing.recipient) == held.email)
    theirs = and_(
        Activity.actor_kind.in_(("enterprise", "public")),
        or_(Activity.subject.in_(subjects), Activity.about.in_(subjects), Activity.actor_id.in_(subjects)),
    )
    return work.db.scalars(
        select(Activity).where(or_(own, Activity.subject.in_(mails), theirs)).order_by(Activity.seq)
    ).all()


def export(work: Work, email: str) -> dict[str, Any]:
    """Everything that is held about `email`, as plain JSON."""
    held = find(work, email)
    names = (
        "contacts",
        "enterprises",
        "consents",
        "registrations",
        "participants",
        "issues",
        "messages",
        "attachments",
        "co_signed",
        "comments",
        "outgoing",
        "muted",
    )
    found: dict[str, Any] = {"email": held.email, "at": _plain(work.now)}
    found.update({name: [_row(row) for row in getattr(held, name)] for name in names})
    # Of a follow-up only what the person said: the rest is the department's.
    found["confirmations"] = [
        {name: _plain(getattr(f, name)) for name in _CONFIRMED} for f in held.follow_ups if f.satisfaction is not None
    ]
    found["activity"] = [
        {
            "seq": entry.seq,
            "at": _plain(entry.at),
            "action": entry.action,
            "subject": entry.subject,
            "details": entry.details,
        }
        for entry in entries(work, held)
    ]
    for name, row in held.of_plugins:
        found.setdefault(name, []).append(dict(row))
    return found


def _row(row: Any) -> dict[str, Any]:
    return {
        column.key: _plain(getattr(row, column.key))
        for column in row.__mapper__.column_attrs
        if column.key not in _LEFT_OUT
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
