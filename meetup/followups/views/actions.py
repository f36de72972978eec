"""What can be done with a follow-up on its page: each action's form, right and service call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meetup.departments.models import Department
from meetup.errors import N_, Stale
from meetup.followups import drafting, forms, service
from meetup.followups.models import Draft, Extension, FollowUp
from meetup.followups.views.base import department_by_code
from meetup.issues.forms import uploads
from meetup.web.forms import Form
from meetup.work import Work


def _extension(work: Work, f: FollowUp) -> Extension:
    found = service.open_extension(work, f)
    if found is None:
        raise Stale()
    return found


def _opinion(work: Work, f: FollowUp, form: Any) -> None:
    department = work.db.get(Department, work.actor.department_id) if work.actor.department_id else None
    service.opinion(work, f, department, text=form.text.data or "")


def _answer(work: Work, f: FollowUp, form: Any) -> None:
    service.answer(
        work,
        f,
        text=form.text.data or "",
        outcome=form.outcome.data or "",
        legal_references=form.legal_references.data or "",
        forwarded_to=form.forwarded_to.data or "",
        how_to_file=form.how_to_file.data or "",
        attachments=uploads(form.attachments),
    )


def _seen(form: Any) -> int:
    """The version that the person saw; 0 for what is no number."""
    seen = form.version.data or ""
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0


def _draft(work: Work, f: FollowUp, form: Any) -> None:
    draft = drafting.write(
        work,
        f,
        text=form.text.data or "",
        outcome=form.outcome.data or "",
        legal_references=form.legal_references.data or "",
        forwarded_to=form.forwarded_to.data or "",
        how_to_file=form.how_to_file.data or "",
        attachments=uploads(form.attachments),
        version=_seen(form),
    )
    if form.is_ready.data:
        drafting.ask(work, f, draft)


def _live(work: Work, f: FollowUp) -> Draft:
    found = drafting.live_draft(work.db, f)
    if found is None:
        raise Stale()
    return found


def _transfer(work: Work, f: FollowUp, form: Any) -> None:
    to = department_by_code(work, form.to.data)
    service.request_transfer(work, f, to=to, reason=form.reason.data or "", ground=form.ground.data or "")


Run = Callable[[Work, FollowUp, Any], Any]

#: What can be done: action → (form, right, what it does, words when it is done).
ACTIONS: dict[str, tuple[type[Form], str, Run, str]] = {
    "accept": (
        forms.AcceptForm,
        "follow_up.accept",
        lambda work, f, form: service.accept(work, f, officer=form.officer.data or ""),
        N_("Taken on."),
    ),
    "progress": (
        forms.ProgressForm,
        "follow_up.progress",
        lambda work, f, form: service.progress(work, f, text=form.text.data or "", is_public=not form.is_internal.data),
        N_("Noted."),
    ),
    "explain": (
        forms.ExplainForm,
        "follow_up.answer",
        lambda work, f, form: service.explain(work, f, text=form.text.data or ""),
        N_("The explanation stands beside the figure from now on."),
    ),
    "answer": (forms.AnswerForm, "follow_up.answer", _answer, N_("The answer is with the organiser.")),
    "draft": (forms.DraftForm, "follow_up.draft", _draft, N_("The draft is kept.")),
    "drop-draft": (
        Form,
        "follow_up.draft",
        lambda work, f, form: drafting.drop(work, _live(work, f)),
        N_("The draft is dropped."),
    ),
    "approve": (
        forms.ApproveForm,
        "follow_up.approve",
        lambda work, f, form: drafting.approve(work, f, _live(work, f), version=_seen(form)),
        N_("Approved: the answer is with the organiser."),
    ),
    "return-draft": (
        forms.ReturnDraftForm,
        "follow_up.approve",
        lambda work, f, form: drafting.give_back(
            work, f, _live(work, f), remark=form.remark.data or "", version=_seen(form)
        ),
        N_("The draft is returned."),
    ),
    "transfer": (forms.TransferForm, "follow_up.transfer", _transfer, N_("The transfer is asked for.")),
    "accept-transfer": (
        Form,
        "follow_up.answer_transfer",
        lambda work, f, form: service.accept_transfer(work, f),
        N_("Your agency leads from now on."),
    ),
    "refuse-transfer": (
        forms.RefuseForm,
        "follow_up.answer_transfer",
        lambda work, f, form: service.refuse_transfer(work, f, reason=form.reason.data or ""),
        N_("The transfer is refused."),
    ),
    "decide-transfer": (
        forms.DecideForm,
        "follow_up.decide_transfer",
        lambda work, f, form: service.decide_transfer(
            work, f, to=department_by_code(work, form.to.data), reason=form.reason.data or ""
        ),
        N_("It is decided who leads."),
    ),
    "extend": (
        forms.ExtensionForm,
        "follow_up.extend",
        lambda work, f, form: service.request_extension(
            work, f, due_on=form.due_on.data, reason=form.reason.data or ""
        ),
        N_("The extension is asked for."),
    ),
    "grant-extension": (
        forms.GrantForm,
        "follow_up.decide_extension",
        lambda work, f, form: service.grant_extension(work, _extension(work, f), form.reason.data or ""),
        N_("The extension is granted."),
    ),
    "refuse-extension": (
        forms.ReasonForm,
        "follow_up.decide_extension",
        lambda work, f, form: service.refuse_extension(work, _extension(work, f), reason=form.reason.data or ""),
        N_("The extension is refused."),
    ),
    "opinion": (forms.OpinionForm, "follow_up.progress", _opinion, N_("Your opinion is with the lead agency.")),
    "verify": (
        Form,
        "follow_up.verify",
        lambda work, f, form: service.verify(work, f),
        N_("The enterprise is asked to confirm."),
    ),
    "send-back": (
        forms.SendBackForm,
        "follow_up.send_back",
        lambda work, f, form: service.send_back(work, f, reason=form.reason.data or ""),
        N_("The answer is back with the department."),
    ),
}
