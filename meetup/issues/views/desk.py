"""One issue on the organiser's desk: everything about it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from meetup.departments.models import Department
from meetup.enterprises.service import open_contact
from meetup.errors import N_, InvalidInput, MeetupError, NotFound
from meetup.issues import queries, search, service
from meetup.issues.forms import uploads
from meetup.issues.models import Issue
from meetup.issues.personal import personal_parts
from meetup.issues.publication import public_names
from meetup.issues.values import PUBLISHABLE
from meetup.issues.views import desk_forms
from meetup.issues.views.base import (
    bp,
    demand_all,
    department_by_code,
    departments_today,
    draw,
    field_by_code,
    field_choices,
    work_and_actor,
)
from meetup.issues.views.standing import standings
from meetup.issues.views.story import story
from meetup.web.current import current_work, link
from meetup.web.formats import name_of, reached
from meetup.web.forms import submit, undo
from meetup.web.guards import allow, require
from meetup.web.i18n import _, ngettext
from meetup.web.saying import say
from meetup.work import Work

#: What can be done: action → (form, right, words when it is done).
ACTIONS: dict[str, tuple[type[Any], str, str]] = {
    "accept": (desk_forms.AcceptForm, "issue.triage", N_("The issue is taken on.")),
    "decline": (desk_forms.DeclineForm, "issue.triage", N_("The issue is not taken on; its sender is told why.")),
    "ask": (desk_forms.AskForm, "issue.triage", N_("The question is on its way.")),
    "merge": (desk_forms.MergeForm, "issue.triage", N_("The two issues go on together.")),
    "write": (desk_forms.WriteForm, "issue.triage", N_("Sent.")),
    "publish": (desk_forms.PublishForm, "issue.publish", N_("The text is published.")),
    "unpublish": (desk_forms.UnpublishForm, "issue.publish", N_("The text is taken off the public pages.")),
}


def _forms(issue: Issue, failed: tuple[str, Any] | None) -> dict[str, Any]:
    """A form for each action, the failed one as it was typed."""
    forms: dict[str, Any] = {}
    for name, (kind, _right, _words) in ACTIONS.items():
        forms[name] = failed[1] if failed and failed[0] == name else kind(formdata=None, prefix="")
    _fill(forms["accept"], issue, fresh=not (failed and failed[0] == "accept"))
    if not (failed and failed[0] == "publish"):
        publish = forms["publish"]
        publish.title.data = issue.published_title or issue.title
        publish.question.data = issue.published_question or issue.description
        publish.answer.data = issue.published_answer or issue.answer
    return forms


def _fill(form: Any, issue: Issue, *, fresh: bool) -> None:
    work = current_work()
    empty = ("", _("(choose)"))
    form.field.choices = [empty, *field_choices(work)]
    form.lead_department.choices = [empty, *((one.code, name_of(one)) for one in departments_today(work))]
    if fresh:
        form.field.data = issue.field.code if issue.field else ""
        chosen = issue.lead_department or issue.suggested_department
        form.lead_department.data = chosen.code if chosen else ""


def _personal(issue: Issue, forms: dict[str, Any]) -> list[str]:
    """What looks personal in the text that is to be published, and the name where it must not be said."""
    form = forms["publish"]
    text = "\n".join(str(one.data or "") for one in (form.title, form.question, form.answer))
    found = personal_parts(text)
    if not public_names(current_work(), [issue]) and issue.enterprise.name.casefold() in text.casefold():
        found.append(issue.enterprise.name)
    return found


def _show(number: int, failed: tuple[str, Any] | None = None) -> Any:
    work, actor = work_and_actor()
    issue = queries.by_number(work.db, number)
    demand_all(actor, issue)
    triage = actor.has("organizer")
    forms = _forms(issue, failed)
    return draw(
        "desk.html",
        issue=issue,
        failed=failed[1] if failed else None,
        failed_action=failed[0] if failed else "",
        forms_of=forms,
        form=failed[1] if failed else None,
        possible=issue.MACHINE.possible(issue.state) if triage else (),
        publishable=triage and issue.state in PUBLISHABLE and issue.visibility != "confidential",
        personal=_personal(issue, forms) if triage and issue.state in PUBLISHABLE else [],
        triage=triage,
        standing=standings(work, [issue])[issue.id],
        story=story(work, issue, staff=True),
        thread=queries.thread(work.db, issue, internal=True),
        files=queries.files(work.db, issue),
        revisions=queries.revisions(work.db, issue),
        signers=queries.co_signers(work.db, issue),
        locality=work.db.get(Department, issue.locality_id) if issue.locality_id else None,
        merged=work.db.scalars(select(Issue).where(Issue.merged_into_id == issue.id).order_by(Issue.id)).all(),
        duplicates=_duplicates(work, issue) if triage and issue.state == "submitted" else [],
    )


def _duplicates(work: Work, issue: Issue) -> list[Issue]:
    return search.similar(work.db, issue.title, public=False, exclude=issue.id, limit=4)


@bp.get("/organize/issues/<int:number>")
@allow("staff", of="issue.read_all")
def desk(number: int) -> Any:
    """Everything about an issue."""
    return _show(number)


@bp.post("/organize/issues/<int:number>/<any(accept, decline, ask, merge, write, publish, unpublish):action>")
@allow("staff", of={name: right for name, (_form, right, _words) in ACTIONS.items()})
def desk_do(number: int, action: str) -> Any:
    """One step with an issue."""
    kind, right, words = ACTIONS[action]
    require(right)
    work = current_work()
    issue = queries.by_number(work.db, number)
    form = kind()
    if action == "accept":
        _fill(form, issue, fresh=False)
    if submit(form, _step(work, issue, action, form)) is None:
        return _show(number, (action, form))
    flash(_(words), "success")
    after = _next_new(issue) if action in ("accept", "decline", "ask", "merge") and request.form.get("then") else ""
    answer: Response = redirect(after or link("issues.desk", number=number))
    return answer


@bp.post("/organize/issues/<int:number>/contact")
@allow("staff", of=("issue.read_all", "contact.open"))
def open_sender(number: int) -> Any:
    """Show how the sender is reached; that somebody looked is on record."""
    work, actor = work_and_actor()
    issue = queries.by_number(work.db, number)
    demand_all(actor, issue)
    require("contact.open", issue)
    open_contact(work, issue.contact, at=issue.subject)
    work.commit()
    flash(reached(issue.contact), "info")
    answer: Response = redirect(link("issues.desk", number=number))
    return answer


def _next_new(issue: Issue) -> str:
    """The next new issue, for those who go through them one after another."""
    following = search.inbox(current_work().db, states=("submitted",), oldest_first=True, limit=0)
    return link("issues.desk", number=following[0].number) if following else link("issues.queue")


def _step(work: Work, issue: Issue, action: str, form: Any) -> Callable[[], Any]:
    def step() -> Any:
        if action == "accept":
            return service.accept(
                work,
                issue,
                field=field_by_code(work, form.field.data),
                lead_department=department_by_code(work, form.lead_department.data),
            )
        if action == "decline":
            return service.decline(work, issue, reason=form.reason.data or "")
        if action == "ask":
            return service.request_information(work, issue, question=form.question.data or "")
        if action == "merge":
            return service.merge(work, issue, into=_other(work, form.into.data))
        if action == "write":
            if form.is_internal.data and uploads(form.attachments):
                raise InvalidInput(
                    "attachments",
                    N_("An internal note takes no documents: the enterprise would see them."),
                    N_("Write the note without them."),
                )
            message = service.write(
                work, issue, body=form.body.data or "", side="organizer", is_internal=bool(form.is_internal.data)
            )
            service.attach(work, issue, uploads(form.attachments), side="organizer")
            return message
        if action == "publish":
            return service.publish(
                work,
                issue,
                title=form.title.data or "",
                question=form.question.data or "",
                answer=form.answer.data or "",
                note=form.note.data or "",
            )
        return service.unpublish(work, issue, note=form.note.data or "")

    return step


def _other(work: Work, number: int) -> Issue | None:
    try:
        return queries.by_number(work.db, number, whole=False)
    except NotFound:
        return None


@bp.post("/organize/issues/<int:number>/files")
@allow("issue.publish")
def show_files(number: int) -> Any:
    """Decide which documents the public gets."""
    work = current_work()
    issue = queries.by_number(work.db, number, whole=False)
    chosen = {
        int(key): request.form.get(f"alt-{key}", "")
        for key in request.form.getlist("shown")
        if key.isdecimal() and len(key) < 19
    }
    try:
        service.show_files(work, issue, chosen)
        work.commit()
    except InvalidInput as error:
        undo(work.db)
        _flash_error(error)
    else:
        flash(
            ngettext(
                "%(num)d document is open to the public.", "%(num)d documents are open to the public.", len(chosen)
            ),
            "success",
        )
    answer: Response = redirect(link("issues.desk", number=number) + "#files")
    return answer


def _flash_error(error: MeetupError) -> None:
    flash(say(error), "error")
