"""The conclusion notice ("Thông báo kết luận"): printed, as a file, and what of it is edited until it is published."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup.errors import Stale
from meetup.followups import forms, service
from meetup.followups.views import docx, notice
from meetup.followups.views.base import bp, draw
from meetup.issues.checks import one_text
from meetup.issues.models import Issue
from meetup.issues.values import TEXT_LENGTH
from meetup.issues.views.agenda import agenda_of, session_by_slug
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import Work, edit


def _worded(work: Work, session: Session) -> dict[str, Issue]:
    """The issues whose conclusion stands in the notice and can be mended, by number, in the order of the paper."""
    if session.state == "reported":
        return {}
    rows = (item.issue for item in agenda_of(work, session))
    return {str(one.number): one for one in rows if one.conclusion and not notice.is_closed(one)}


def _edit(slug: str, form: forms.MinutesForm | None = None) -> Any:
    work = current_work()
    session = session_by_slug(work, slug)
    worded = _worded(work, session)
    if form is None:
        form = forms.MinutesForm(formdata=None)
        form.conclusion_number.data = session.conclusion_number
        form.summary.data = session.summary
        for number, issue in worded.items():
            form.conclusions.append_entry({"issue": number, "version": str(issue.version), "text": issue.conclusion})
    for row in form.conclusions:
        known = worded.get(row.form.issue.data or "")
        if known is not None:
            row.form.text.label.text = known.title
    may_report = "report" in session.MACHINE.possible(session.state)
    return draw("minutes_edit.html", session=session, form=form, may_report=may_report)


def _reword(work: Work, session: Session, form: forms.MinutesForm) -> None:
    worded = _worded(work, session)
    for row in form.conclusions:
        issue = worded.get(row.form.issue.data or "")
        if issue is None:
            # It was published, or taken off the agenda, while somebody wrote.
            raise Stale()
        seen = row.form.version.data or ""
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
        service.reword(work, issue, text=row.form.text.data or "", version=version)


@bp.get("/organize/sessions/<slug>/minutes")
@allow("session.manage")
def minutes(slug: str) -> Any:
    """The notice as it would be printed."""
    work = current_work()
    session = session_by_slug(work, slug)
    return draw("minutes.html", session=session, paper=notice.write(work, session), has_docx=docx.is_available())


@bp.get("/organize/sessions/<slug>/minutes.docx")
@allow("session.manage")
def minutes_file(slug: str) -> Response:
    """The notice as a file for a word processor: the draft, and what was published."""
    work = current_work()
    session = session_by_slug(work, slug)
    paper = notice.write(work, session)
    content = docx.document(
        paper,
        title=_("Conclusion notice: %(title)s", title=session.title),
        author=paper.authority,
        at=session.reported_at or work.now,
    )
    response = Response(content, content_type=docx.CONTENT_TYPE)
    name = "-".join([_("conclusion-notice"), session.slug, *([_("draft")] if paper.draft else [])])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/organize/sessions/<slug>/minutes/edit")
@allow("session.manage")
def edit_minutes(slug: str) -> Any:
    """The paper's number, the words of its conclusions, and the summary that is published with it."""
    return _edit(slug)


@bp.post("/organize/sessions/<slug>/minutes/edit")
@allow("session.manage")
def save_minutes(slug: str) -> Any:
    """Keep what was typed; of a held session it is published by it, unless the button says that it stays a draft."""
    work = current_work()
    session = session_by_slug(work, slug)
    form = forms.MinutesForm()

    def step() -> bool:
        _reword(work, session, form)
        number = one_text(
            "conclusion_number", form.conclusion_number.data or "", limit=60, multiline=False, required=False
        )
        summary = one_text("summary", form.summary.data or "", limit=TEXT_LENGTH, required=False)
        # First as it was typed: what is left empty in a report stays as it was kept before.
        edit(work, session, "minutes", conclusion_number=number, summary=summary)
        if "draft" not in request.form and "report" in session.MACHINE.possible(session.state):
            sessions.report(work, session, conclusion_number=number, summary=summary)
        return True

    if submit(form, step) is None:
        return _edit(slug, form)
    flash(_("The report is published.") if session.state == "reported" else _("The notice is kept."), "success")
    return redirect(link("follow_ups.minutes", slug=slug))
