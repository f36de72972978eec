"""The mails about follow-ups: what each of them shows, looked up just before it leaves."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from meetup.departments.models import Department
from meetup.domain.followups import OWES_ANSWER
from meetup.errors import N_
from meetup.followups.letter import Context, for_reader, for_staff, letter, needs
from meetup.followups.models import Coordination, Draft, Extension, FollowUp, Progress, Transfer
from meetup.followups.service import latest_answer
from meetup.issues.models import Issue
from meetup.issues.notices import own_url
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Expired, Notice, Prepared, Superseded
from meetup.work import Work


def _assigned(work: Work, row: Outgoing, f: FollowUp) -> Context:
    if f.lead_department_id != row.context["department"]:
        raise Superseded(N_("another department leads now"))
    needs(f, OWES_ANSWER, N_("no answer is owed any more"))
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
    needs(f, OWES_ANSWER, N_("no answer is owed any more"))
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
    needs(f, {"transfer_requested"}, N_("the transfer was settled"))
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
    return {"quote": "" if row.context.get("follows") and not f.issue.is_shared else note.body}


def _opinion(work: Work, row: Outgoing, f: FollowUp) -> Context:
    part = work.db.scalar(
        select(Coordination).where(Coordination.follow_up_id == f.id, Coordination.department_id == row.context["by"])
    )
    return {"quote": part.opinion if part else "", "by": work.get(Department, row.context["by"])}


def _draft_waiting(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    draft = work.db.get(Draft, row.context["draft"]) if "draft" in row.context else None
    if draft is not None and draft.state != "waiting":
        raise Superseded(N_("the draft does not wait any more"))
    return {"quote": draft.text if draft is not None else ""}


def _draft_returned(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    return {"quote": row.context["reason"]}


def _mention(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {"quote": row.context["reason"], "by": row.context.get("by", "")}


def _answered(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, {"answered"}, N_("the answer was looked at"))
    given = latest_answer(work, f.id)
    if given is None or given.id != row.context["answer"]:
        raise Superseded(N_("there is a newer answer"))
    return {"quote": given.text, "answer": given}


def _sent_back(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, {"accepted", "transfer_requested"}, N_("it was answered again"))
    return {"quote": row.context["reason"]}


def _verified(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, {"verified"}, N_("the enterprise has replied"))
    given = latest_answer(work, f.id)
    asked = not row.context.get("follows")
    quote = given.text if given is not None else ""
    if not asked and not f.issue.is_shared:
        given, quote = None, f.issue.answer_for_all
    return {
        "answer": given,
        "quote": quote,
        "confirm_by": f.confirm_by,
        "action_words": N_("Confirm or reopen") if asked else N_("See how it stands"),
    }


def _closed(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, {"closed"}, N_("it is not closed"))
    return {"closing": f.closing, "satisfaction": f.satisfaction, "quote": ""}


def _reopened(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {"quote": row.context["reason"], "again": f.reopens_id is not None}


def _due(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    if work.now.astimezone(work.zone).date() > f.due_on:
        raise Expired(N_("the due date has passed"))
    return {}


def _overdue(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, OWES_ANSWER, N_("no answer is owed any more"))
    if work.now.astimezone(work.zone).date() <= f.due_on:
        raise Superseded(N_("the due date has moved"))
    return {"whom": row.context.get("whom", ""), "passed_on": f.transfers}


def _apology(work: Work, row: Outgoing, f: FollowUp) -> Context:
    return {**_overdue(work, row, f), "promised": date.fromisoformat(row.context["promised"])}


def _confirm_soon(work: Work, row: Outgoing, f: FollowUp) -> Context:
    needs(f, {"verified"}, N_("the enterprise has replied"))
    return {"confirm_by": f.confirm_by, "action_words": N_("Confirm or reopen")}


def _closed_letter(work: Work, row: Outgoing) -> Prepared:
    side = for_staff if row.context.get("staff") else for_reader
    f, context = side(work, row)
    return Prepared({**context, "staff": bool(row.context.get("staff")), **_closed(work, row, f)})


def _at_once(work: Work, row: Outgoing) -> Prepared:
    """An answer on the spot has no follow-up; the issue itself is looked up."""
    issue: Issue = work.get(Issue, row.context["issue"])
    if issue.state not in {"answered", "resolved"}:
        raise Superseded(N_("the issue goes on"))
    own = work.get(Issue, row.context["own"]) if row.context.get("own") else issue
    follows = bool(row.context.get("follows"))
    told = issue.is_shared or not follows
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
            "quote": issue.answer if told else issue.answer_for_all,
            "references": issue.legal_references if told else "",
            "action_url": url,
            "action_words": N_("See the answer"),
        }
    )


NOTICES = [
    Notice("follow_up_assigned", letter(for_staff, _assigned), N_("A follow-up is assigned")),
    Notice("follow_up_coordinating", letter(for_staff, _coordinating), N_("Your agency coordinates")),
    Notice("follow_up_progress", letter(for_reader, _progress), N_("Progress of your issue")),
    Notice("follow_up_opinion", letter(for_staff, _opinion), N_("An opinion on a follow-up")),
    Notice("draft_waiting", letter(for_staff, _draft_waiting), N_("A draft to approve")),
    Notice("draft_returned", letter(for_staff, _draft_returned), N_("A draft is returned")),
    Notice("follow_up_mention", letter(for_staff, _mention), N_("You are mentioned")),
    Notice("follow_up_answered", letter(for_staff, _answered), N_("An answer to verify")),
    Notice("follow_up_sent_back", letter(for_staff, _sent_back), N_("An answer is sent back")),
    Notice("follow_up_verified", letter(for_reader, _verified), N_("Your issue has an answer")),
    Notice("follow_up_closed", _closed_letter, N_("A follow-up is closed")),
    Notice("follow_up_reopened", letter(for_staff, _reopened), N_("A follow-up is reopened")),
    Notice("issue_answered_at_once", _at_once, N_("Your issue was answered on the spot")),
    Notice("transfer_asked", letter(for_staff, _transfer_open), N_("A transfer is asked of you")),
    Notice("transfer_to_decide", letter(for_staff, _transfer_open), N_("A transfer to decide")),
    Notice("transfer_settled", letter(for_staff, _transfer_settled), N_("A transfer is decided")),
    Notice("transfer_unanswered", letter(for_staff, _transfer_waits), N_("A transfer without an answer")),
    Notice("extension_asked", letter(for_staff, _extension_open), N_("An extension to decide")),
    Notice("extension_settled", letter(for_staff, _extension_settled), N_("An extension is decided")),
    Notice("follow_up_postponed", letter(for_reader, _postponed), N_("Your issue has a new date")),
    Notice("follow_up_due", letter(for_staff, _due), N_("Reminders before a due date"), mutable=True),
    Notice("follow_up_overdue", letter(for_staff, _overdue), N_("Reminders past a due date")),
    Notice("follow_up_escalated", letter(for_staff, _overdue), N_("Reports of what is overdue")),
    Notice("follow_up_apology", letter(for_reader, _apology), N_("An apology for a delay")),
    Notice("follow_up_confirm_soon", letter(for_reader, _confirm_soon), N_("Reminders to confirm"), mutable=True),
]
