"""The conclusion notice ("Thông báo kết luận"): a draft of what was recorded, in the form of Vietnamese offices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect
from sqlalchemy import func, select

from meetup.followups import forms, queries
from meetup.followups.views.base import bp, draw
from meetup.issues.checks import one_text
from meetup.issues.values import TEXT_LENGTH
from meetup.issues.views.agenda import agenda_of, session_by_slug
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import Work, edit


@dataclass(frozen=True)
class Attendance:
    """Who came: enterprises and people, and how many were expected."""

    enterprises: int
    people: int
    expected: int


def attendance(work: Work, session: Session) -> Attendance:
    """Counted in the database."""
    rows = work.db.execute(
        select(Registration.state, func.count(), func.coalesce(func.sum(Registration.seats), 0))
        .where(Registration.session_id == session.id, Registration.state.in_(("attended", "confirmed", "absent")))
        .group_by(Registration.state)
    ).all()
    by_state = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    came = by_state.get("attended", (0, 0))
    return Attendance(came[0], came[1], sum(people for _count, people in by_state.values()))


def _edit(slug: str, form: forms.MinutesForm | None = None) -> Any:
    session = session_by_slug(current_work(), slug)
    if form is None:
        form = forms.MinutesForm(formdata=None)
        form.conclusion_number.data = session.conclusion_number
        form.summary.data = session.summary
    may_report = "report" in session.MACHINE.possible(session.state)
    return draw("minutes_edit.html", session=session, form=form, may_report=may_report)


def _recipients(ordered: dict[int, list[Any]]) -> list[Any]:
    """Everyone who got an order, each once, in the order of the paper."""
    found: dict[int, Any] = {}
    for rows in ordered.values():
        for f in rows:
            found.setdefault(f.lead_department.id, f.lead_department)
            for part in f.coordinating:
                found.setdefault(part.department.id, part.department)
    return list(found.values())


@bp.get("/organize/sessions/<slug>/minutes")
@allow("session.manage")
def minutes(slug: str) -> Any:
    """The notice as it would be printed."""
    work = current_work()
    session = session_by_slug(work, slug)
    ordered: dict[int, list[Any]] = {}
    for f in queries.of_session(work.db, session.id):
        ordered.setdefault(f.issue_id, []).append(f)
    return draw(
        "minutes.html",
        session=session,
        programme=work.get(Programme, session.programme_id),
        items=[item for item in agenda_of(work, session) if item.issue.state not in ("scheduled", "accepted")],
        ordered=ordered,
        came=attendance(work, session),
        at=(session.reported_at or work.now).astimezone(work.zone),
        recipients=_recipients(ordered),
    )


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
