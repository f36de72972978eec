"""The mails about issues: what each of them shows, looked up just before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.departments.models import Department
from meetup.domain.agenda import starting_times
from meetup.errors import N_
from meetup.issues import queries
from meetup.issues.models import AgendaItem, Comment, Issue, Message
from meetup.issues.notices import own_url
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Notice, Prepared, Superseded
from meetup.sessions.models import Session
from meetup.work import Work

Prepare = Callable[[Work, Outgoing], Prepared]


def _issue(work: Work, key: Any) -> Issue:
    found = work.db.scalar(
        select(Issue)
        .where(Issue.id == key)
        .options(*queries.WITH_PARTIES, joinedload(Issue.contact), joinedload(Issue.merged_into))
    )
    if found is None:
        raise Superseded(N_("the issue is gone"))
    return found


def _for_reader(work: Work, row: Outgoing) -> dict[str, Any]:
    """What a mail to an enterprise begins with: its own issue, and the one that it is about.

    Someone who follows another's issue sees the own title, or the published one, never the other's words.
    """
    issue = _issue(work, row.context["issue"])
    follows = bool(row.context.get("follows"))
    own = _issue(work, row.context["own"]) if row.context.get("own") else None
    if not follows:
        title, url = issue.title, own_url(work, issue)
    elif own is not None:
        title, url = own.title, own_url(work, own)
    else:
        title = issue.published_title if issue.is_public else ""
        url = work.mount.url("issues.show", number=issue.number) if issue.is_public else ""
    return {
        "issue": issue,
        "number": own.number if own is not None else issue.number,
        "issue_title": title,
        "follows": follows,
        "name": row.recipient_name,
        "department": issue.lead_department,
        "action_url": url,
    }


def _for_staff(work: Work, row: Outgoing) -> dict[str, Any]:
    issue = _issue(work, row.context["issue"])
    return {
        "issue": issue,
        "number": issue.number,
        "issue_title": issue.title,
        "follows": False,
        "name": row.recipient_name,
        "department": issue.lead_department,
        "action_url": work.mount.url("issues.desk", number=issue.number),
    }


def _to_reader(work: Work, row: Outgoing) -> Prepared:
    return Prepared(_for_reader(work, row))


def _declined(work: Work, row: Outgoing) -> Prepared:
    context = _for_reader(work, row)
    issue: Issue = context["issue"]
    return Prepared({**context, "reason": "" if context["follows"] and not issue.is_shared else issue.decline_reason})


def _to_staff(work: Work, row: Outgoing) -> Prepared:
    return Prepared(_for_staff(work, row))


def _question(work: Work, row: Outgoing) -> Prepared:
    context = _for_reader(work, row)
    if context["issue"].state != "needs_information":
        raise Superseded(N_("the question was answered"))
    return Prepared(context)


def _assigned(work: Work, row: Outgoing) -> Prepared:
    context = _for_staff(work, row)
    issue: Issue = context["issue"]
    if issue.lead_department_id != row.context["department"]:
        raise Superseded(N_("another department leads now"))
    context["department"] = work.get(Department, row.context["department"])
    context["conduct"] = issue.kind == "conduct"
    return Prepared(context)


def _merged(work: Work, row: Outgoing) -> Prepared:
    context = _for_reader(work, row)
    into: Issue = _issue(work, context["issue"].merged_into_id)
    context["into"] = into
    context["into_title"] = into.published_title if into.is_public else ""
    return Prepared(context)


def _scheduled(work: Work, row: Outgoing) -> Prepared:
    context = _for_reader(work, row)
    session: Session = work.get(Session, row.context["session"])
    items = work.db.scalars(
        select(AgendaItem).where(AgendaItem.session_id == session.id).order_by(AgendaItem.position, AgendaItem.id)
    ).all()
    times = starting_times(session.starts_at, [item.minutes for item in items])
    at = next((at for item, at in zip(items, times, strict=False) if item.issue_id == row.context["issue"]), None)
    if at is None or session.state == "cancelled":
        raise Superseded(N_("it is no longer on the agenda"))
    told = not context["follows"] or context["issue"].is_shared_at(session)
    context |= {"session": session if told else None, "at": at if told else None}
    return Prepared(context)


def _published(work: Work, row: Outgoing) -> Prepared:
    context = _for_reader(work, row)
    issue: Issue = context["issue"]
    if not issue.is_public:
        raise Superseded(N_("it is no longer published"))
    context["public_url"] = work.mount.url("issues.show", number=issue.number)
    return Prepared(context)


def _message(work: Work, row: Outgoing) -> Prepared:
    message: Message = work.get(Message, row.context["message"])
    context = _for_staff(work, row) if row.context.get("staff") else _for_reader(work, row)
    department = work.get(Department, message.department_id) if message.department_id else None
    if context["issue"].kind == "conduct" and row.context.get("department"):
        # The head of an agency answers by mail: no account of the agency shows such an issue.
        context["action_url"] = ""
    return Prepared({**context, "message": message, "sender": department})


def _information(work: Work, row: Outgoing) -> Prepared:
    return Prepared({**_for_staff(work, row), "message": work.get(Message, row.context["message"])})


def _comment(work: Work, row: Outgoing) -> Prepared:
    comment: Comment = work.get(Comment, row.context["comment"])
    if comment.state != "pending":
        raise Superseded(N_("the comment was decided on"))
    context = _for_staff(work, row)
    return Prepared({**context, "comment": comment, "action_url": work.mount.url("issues.comments")})


NOTICES = [
    Notice("issue_received", _to_reader, N_("Receipt for an issue")),
    Notice("issue_question", _question, N_("More information about an issue is needed")),
    Notice("issue_information", _information, N_("Information about an issue was given")),
    Notice("issue_accepted", _to_reader, N_("An issue was taken on")),
    Notice("issue_assigned", _assigned, N_("A department leads an issue")),
    Notice("issue_declined", _declined, N_("An issue was not taken on")),
    Notice("issue_merged", _merged, N_("An issue goes on with another")),
    Notice("issue_withdrawn", _to_staff, N_("An issue was withdrawn")),
    Notice("issue_scheduled", _scheduled, N_("An issue is on the agenda")),
    Notice("issue_published", _published, N_("An issue was published")),
    Notice("issue_message", _message, N_("A message about an issue")),
    Notice("comment_waiting", _comment, N_("A comment waits for moderation")),
]
