"""The mails about follow-ups: what each of them shows, looked up just before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.departments.models import Department
from meetup.departments.service import calendar
from meetup.domain.followups import OWES_ANSWER
from meetup.errors import N_
from meetup.followups.models import Answer, Coordination, Extension, FollowUp, Progress, Transfer
from meetup.followups.notices import page_url
from meetup.followups.queries import WITH_ROW
from meetup.issues.models import Issue
from meetup.issues.notices import own_url
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Expired, Notice, Prepared, Superseded
from meetup.work import Work

Context = dict[str, Any]
More = Callable[[Work, Outgoing, FollowUp], Context]


def _load(work: Work, row: Outgoing) -> FollowUp:
    query = (
        select(FollowUp)
        .where(FollowUp.id == row.context["follow_up"])
        .options(*WITH_ROW, joinedload(FollowUp.issue).joinedload(Issue.contact))
        .execution_options(populate_existing=True)
    )
    found = work.db.scalars(query).unique().one_or_none()
    if found is None:
        raise Superseded(N_("the follow-up is gone"))
    return found


def _common(work: Work, row: Outgoing, f: FollowUp) -> Context:
    today = work.now.astimezone(work.zone).date()
    cal = calendar(work)
    late = max(cal.between(f.due_on, today), 1) if today > f.due_on else 0
    return {
        "f": f,
        "number": f.number,
        "task": f.task,
        "due_on": f.due_on,
        "left": cal.between(today, f.due_on) if not late else 0,
        "late": late,
        "department": f.lead_department,
        "name": row.recipient_name,
        "quote": "",
        "action_words": "",
    }


def _staff(work: Work, row: Outgoing) -> tuple[FollowUp, Context]:
    f = _load(work, row)
    context = _common(work, row, f)
    context |= {
        "title": f.issue.title,
        "issue_number": f.issue.number,
        "enterprise": f.enterprise.name,
        "action_url": work.mount.url("follow_ups.show", number=f.number),
        "action_words": N_("Open the follow-up"),
    }
    return f, context


def _reader(work: Work, row: Outgoing) -> tuple[FollowUp, Context]:
    """For an enterprise: its own issue; who follows another's sees the own title or the published one."""
    f = _load(work, row)
    context = _common(work, row, f)
    issue = f.issue
    known: int | str = ""
    if not row.context.get("follows"):
        title, url, known = issue.title, page_url(work, f, issue), issue.number
    elif row.context.get("own"):
        own = work.get(Issue, row.context["own"])
        title, url, known = own.title, own_url(work, own), own.number
    else:
        title = issue.published_title if issue.is_public else ""
        url = work.mount.url("issues.show", number=issue.number) if issue.is_public else ""
        known = issue.number if issue.is_public else ""
    context |= {
        "title": title,
        "issue_number": known,
        "follows": bool(row.context.get("follows")),
        "action_url": url,
        "action_words": N_("See how it stands"),
    }
    return f, context


def _nothing(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {}


def _for(side: Callable[[Work, Outgoing], tuple[FollowUp, Context]], more: More = _nothing) -> Any:
    def prepare(work: Work, row: Outgoing) -> Prepared:
        f, context = side(work, row)
        return Prepared({**context, **more(work, row, f)})

    return prepare


def _needs(f: FollowUp, states: frozenset[str] | set[str], why: str) -> None:
    if f.state not in states:
        raise Superseded(why)


def _assigned(work: Work, row: Outgoing, f: FollowUp) -> Context:
    if f.lead_department_id != row.context["department"]:
        raise Superseded(N_("another department leads now"))
    _needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    along = work.db.scalars(
        select(Department)
        .join(Coordination, Coordination.department_id == Department.id)
        .where(Coordination.follow_up_id == f.id)
        .order_by(Coordination.id)
    ).all()
    return {
        "quote": f.issue.conclusion,
        "along": along,
        "conduct": f.issue.kind == "conduct",
        "took_over": f.transfers > 0,
        "again": f.reopens_id is not None,
    }


def _coordinating(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    return {}


def _transfer(work: Work, row: Outgoing, f: FollowUp) -> Context:
    moved: Transfer = work.get(Transfer, row.context["transfer"])
    return {
        "transfer": moved,
        "quote": moved.reason,
        "ground": moved.ground,
        "asker": work.get(Department, moved.from_id),
        "receiver": work.get(Department, moved.to_id),
    }


def _transfer_open(work: Work, row: Outgoing, f: FollowUp) -> Context:
    context = _transfer(work, row, f)
    if context["transfer"].decision:
        raise Superseded(N_("the transfer was settled"))
    return context


def _transfer_settled(work: Work, row: Outgoing, f: FollowUp) -> Context:
    context = _transfer(work, row, f)
    moved: Transfer = context["transfer"]
    return {**context, "quote": moved.decision_reason, "decision": moved.decision}


def _transfer_waits(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, {"transfer_requested"}, N_("the transfer was settled"))
    return {"receiver": f.transfer_to}


def _extension(work: Work, row: Outgoing, f: FollowUp) -> Context:
    asked: Extension = work.get(Extension, row.context["extension"])
    return {"extension": asked, "asked_due_on": asked.asked_due_on, "quote": asked.reason}


def _extension_open(work: Work, row: Outgoing, f: FollowUp) -> Context:
    context = _extension(work, row, f)
    if context["extension"].decision:
        raise Superseded(N_("the extension was decided on"))
    return context


def _extension_settled(work: Work, row: Outgoing, f: FollowUp) -> Context:
    context = _extension(work, row, f)
    asked: Extension = context["extension"]
    return {**context, "decision": asked.decision, "quote": asked.decision_reason}


def _postponed(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {**_extension(work, row, f), "quote": ""}


def _progress(work: Work, row: Outgoing, f: FollowUp) -> Context:
    note: Progress = work.get(Progress, row.context["progress"])
    return {"quote": "" if row.context.get("follows") and f.issue.visibility == "confidential" else note.body}


def _opinion(work: Work, row: Outgoing, f: FollowUp) -> Context:
    part = work.db.scalar(
        select(Coordination).where(Coordination.follow_up_id == f.id, Coordination.department_id == row.context["by"])
    )
    return {"quote": part.opinion if part else "", "by": work.get(Department, row.context["by"])}


def _last_answer(work: Work, f: FollowUp) -> Answer | None:
    return work.db.scalar(
        select(Answer).where(Answer.follow_up_id == f.id).order_by(Answer.round.desc(), Answer.id.desc()).limit(1)
    )


def _answered(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, {"answered"}, N_("the answer was looked at"))
    given = _last_answer(work, f)
    if given is None or given.id != row.context["answer"]:
        raise Superseded(N_("there is a newer answer"))
    return {"quote": given.text, "answer": given}


def _sent_back(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, {"accepted", "transfer_requested"}, N_("it was answered again"))
    return {"quote": row.context["reason"]}


def _verified(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, {"verified"}, N_("the enterprise has replied"))
    given = _last_answer(work, f)
    asked = not row.context.get("follows")
    return {
        "answer": given,
        "quote": given.text if given is not None else "",
        "confirm_by": f.confirm_by,
        "action_words": N_("Confirm or reopen") if asked else N_("See how it stands"),
    }


def _closed(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, {"closed"}, N_("it is not closed"))
    return {"closing": f.closing, "satisfaction": f.satisfaction, "quote": ""}


def _reopened(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {"quote": row.context["reason"], "again": f.reopens_id is not None}


def _due(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    if work.now.astimezone(work.zone).date() > f.due_on:
        raise Expired(N_("the due date has passed"))
    return {}


def _overdue(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    if work.now.astimezone(work.zone).date() <= f.due_on:
        raise Superseded(N_("the due date has moved"))
    return {"whom": row.context.get("whom", ""), "passed_on": f.transfers}


def _apology(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {**_overdue(work, row, f), "promised": date.fromisoformat(row.context["promised"])}


def _confirm_soon(work: Work, row: Outgoing, f: FollowUp) -> Context:
    _needs(f, {"verified"}, N_("the enterprise has replied"))
    return {"confirm_by": f.confirm_by, "action_words": N_("Confirm or reopen")}


def _closed_letter(work: Work, row: Outgoing) -> Prepared:
    side = _staff if row.context.get("staff") else _reader
    f, context = side(work, row)
    return Prepared({**context, "staff": bool(row.context.get("staff")), **_closed(work, row, f)})


def _at_once(work: Work, row: Outgoing) -> Prepared:
    """An answer on the spot has no follow-up; the issue itself is looked up."""
    issue: Issue = work.get(Issue, row.context["issue"])
    if issue.state not in {"answered", "resolved"}:
        raise Superseded(N_("the issue goes on"))
    own = work.get(Issue, row.context["own"]) if row.context.get("own") else issue
    follows = bool(row.context.get("follows"))
    if follows and own is issue:
        url = work.mount.url("issues.show", number=issue.number) if issue.is_public else ""
        title = issue.published_title if issue.is_public else ""
    else:
        url, title = own_url(work, own), own.title
    return Prepared(
        {
            "number": own.number,
            "title": title,
            "name": row.recipient_name,
            "follows": follows,
            "quote": issue.answer,
            "references": issue.legal_references,
            "action_url": url,
            "action_words": N_("See the answer"),
        }
    )


NOTICES = [
    Notice("follow_up_assigned", _for(_staff, _assigned), N_("A follow-up is assigned")),
    Notice("follow_up_coordinating", _for(_staff, _coordinating), N_("Your agency coordinates")),
    Notice("follow_up_progress", _for(_reader, _progress), N_("Progress of your issue")),
    Notice("follow_up_opinion", _for(_staff, _opinion), N_("An opinion on a follow-up")),
    Notice("follow_up_answered", _for(_staff, _answered), N_("An answer to verify")),
    Notice("follow_up_sent_back", _for(_staff, _sent_back), N_("An answer is sent back")),
    Notice("follow_up_verified", _for(_reader, _verified), N_("Your issue has an answer")),
    Notice("follow_up_closed", _closed_letter, N_("A follow-up is closed")),
    Notice("follow_up_reopened", _for(_staff, _reopened), N_("A follow-up is reopened")),
    Notice("issue_answered_at_once", _at_once, N_("Your issue was answered on the spot")),
    Notice("transfer_asked", _for(_staff, _transfer_open), N_("A transfer is asked of you")),
    Notice("transfer_to_decide", _for(_staff, _transfer_open), N_("A transfer to decide")),
    Notice("transfer_settled", _for(_staff, _transfer_settled), N_("A transfer is decided")),
    Notice("transfer_unanswered", _for(_staff, _transfer_waits), N_("A transfer without an answer")),
    Notice("extension_asked", _for(_staff, _extension_open), N_("An extension to decide")),
    Notice("extension_settled", _for(_staff, _extension_settled), N_("An extension is decided")),
    Notice("follow_up_postponed", _for(_reader, _postponed), N_("Your issue has a new date")),
    Notice("follow_up_due", _for(_staff, _due), N_("Reminders before a due date"), mutable=True),
    Notice("follow_up_overdue", _for(_staff, _overdue), N_("Reminders past a due date")),
    Notice("follow_up_escalated", _for(_staff, _overdue), N_("Reports of what is overdue")),
    Notice("follow_up_apology", _for(_reader, _apology), N_("An apology for a delay")),
    Notice("follow_up_confirm_soon", _for(_reader, _confirm_soon), N_("Reminders to confirm"), mutable=True),
]
