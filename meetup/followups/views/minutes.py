"""The conclusion notice ("Thông báo kết luận"): printed, as a file, and the number and summary that go with it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from werkzeug.wrappers import Response

from meetup.followups import forms
from meetup.followups.views import docx, notice
from meetup.followups.views.base import bp, draw
from meetup.issues.checks import one_text
from meetup.issues.values import TEXT_LENGTH
from meetup.issues.views.agenda import session_by_slug
from meetup.sessions import service as sessions
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import edit


def _edit(slug: str, form: forms.MinutesForm | None = None) -> Any:
    session = session_by_slug(current_work(), slug)
    if form is None:
        form = forms.MinutesForm(formdata=None)
        form.conclusion_number.data = session.conclusion_number
        form.summary.data = session.summary
    may_report = "report" in session.MACHINE.possible(session.state)
    return draw("minutes_edit.html", session=session, form=form, may_report=may_report)


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
    """The paper's number and the summary that is published with it."""
    return _edit(slug)


@bp.post("/organize/sessions/<slug>/minutes/edit")
@allow("session.manage")
def save_minutes(slug: str) -> Any:
    """Keep number and summary; of a held session they are published by it."""
    work = current_work()
    session = session_by_slug(work, slug)
    form = forms.MinutesForm()

    def step() -> bool:
        number, summary = form.conclusion_number.data or "", form.summary.data or ""
        if "report" in session.MACHINE.possible(session.state):
            sessions.report(work, session, conclusion_number=number, summary=summary)
        else:
            number = one_text("conclusion_number", number, limit=60, multiline=False, required=False)
            summary = one_text("summary", summary, limit=TEXT_LENGTH, required=False)
            edit(work, session, "minutes", conclusion_number=number, summary=summary)
        return True

    if submit(form, step) is None:
        return _edit(slug, form)
    flash(_("The notice is kept."), "success")
    return redirect(link("follow_ups.minutes", slug=slug))
