"""The secretary's page during a session: who came, what is on, and what the chair concludes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.domain.agenda import starting_times
from meetup.errors import NotFound, WrongState
from meetup.followups import queries, service
from meetup.followups.views.attendance import attendance
from meetup.followups.views.base import bp, departments_today, draw
from meetup.followups.views.conclusion import ConclusionForm, fill, orders_of
from meetup.issues import queries as issue_queries
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.issues.views.agenda import agenda_of, session_by_slug
from meetup.sessions.models import Session
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import Work

#: What can still be concluded.
WAITING = ("scheduled", "discussed", "accepted")


def _since(work: Work, session: Session) -> datetime | None:
    """When the issue that is on stage was put there."""
    return work.db.scalar(
        select(Activity.at)
        .where(Activity.subject == session.subject, Activity.action == "session.stage")
        .order_by(Activity.seq.desc())
        .limit(1)
    )


def _blank(work: Work) -> Any:
    """One empty row, for the button that adds rows."""
    empty = ConclusionForm(formdata=None)
    return fill(work, empty).follow_ups[0]


def _show(slug: str, chosen: int | None = None, form: ConclusionForm | None = None) -> Any:
    work = current_work()
    session = session_by_slug(work, slug)
    items = agenda_of(work, session)
    times = starting_times(session.starts_at, [item.minutes for item in items])
    wanted = chosen if chosen is not None else session.on_stage_id
    place = next((n for n, item in enumerate(items) if item.issue_id == wanted), None)
    now_on = items[place] if place is not None else None
    ordered: dict[int, list[Any]] = {}
    for f in queries.of_session(work.db, session.id):
        ordered.setdefault(f.issue_id, []).append(f)
    following = [item for n, item in enumerate(items) if item.issue.state in WAITING and n != place]
    after = [item for item in following if place is None or items.index(item) > place] or following
    return draw(
        "live.html",
        session=session,
        items=list(zip(items, times, strict=True)),
        now_on=now_on,
        next_on=after[0] if after else None,
        since=_since(work, session) if now_on is not None and session.on_stage_id == now_on.issue_id else None,
        ordered=ordered,
        came=attendance(work, session),
        form=form or fill(work, ConclusionForm(formdata=None)),
        blank=_blank(work),
        codes=departments_today(work),
        may_conclude=now_on is not None and now_on.issue.state in WAITING,
        desk_url=link("follow_ups.live", slug=slug).removesuffix("live"),
    )


@bp.get("/organize/sessions/<slug>/live")
@allow("session.manage")
def live(slug: str) -> Any:
    """The page; ``?issue=`` opens one that is not on stage."""
    asked = request.args.get("issue", "")
    chosen = None
    if asked.isdecimal():
        chosen = issue_queries.by_number(current_work().db, int(asked[:12]), whole=False).id
    return _show(slug, chosen)


@bp.post("/organize/sessions/<slug>/live/stage")
@allow("session.manage")
def put_on(slug: str) -> Any:
    """Put the next issue on stage, or clear it."""
    work = current_work()
    session = session_by_slug(work, slug)
    number = request.form.get("issue", "")
    issue = issue_queries.by_number(work.db, int(number[:12]), whole=False) if number.isdecimal() else None
    if number and issue is None:
        raise NotFound()
    issues.put_on_stage(work, session, issue)
    work.commit()
    return redirect(link("follow_ups.live", slug=slug))


@bp.post("/organize/sessions/<slug>/live/<int:number>")
@allow("issue.conclude")
def conclude(slug: str, number: int) -> Any:
    """Record what the chair concluded on one issue of the agenda."""
    work = current_work()
    session = session_by_slug(work, slug)
    issue = issue_queries.by_number(work.db, number)
    if issue.id not in {item.issue_id for item in agenda_of(work, session)}:
        raise NotFound()
    form = fill(work, ConclusionForm())
    made = submit(form, partial(_record, work, issue, form))
    if made is None:
        again = issue_queries.by_number(work.db, number, whole=False)
        return _show(slug, again.id, fill(work, form))
    flash(_conclusion_words(issue, len(made)), "success")
    return redirect(link("follow_ups.live", slug=slug))


def _conclusion_words(issue: Issue, orders: int) -> str:
    if orders:
        return _("Recorded: issue %(number)s, %(count)s follow-ups ordered.", number=issue.number, count=orders)
    return _("Recorded: issue %(number)s.", number=issue.number)


@bp.route("/organize/issues/<int:number>/conclusion", methods=["GET", "POST"])
@allow("issue.conclude")
def conclude_alone(number: int) -> Any:
    """Send an issue to work, or answer it, without waiting for a session."""
    work = current_work()
    issue = issue_queries.by_number(work.db, number)
    if request.method == "GET" and issue.state not in WAITING:
        raise WrongState("issue", issue.state, "discuss", issue.MACHINE.possible(issue.state))
    form = fill(work, ConclusionForm())
    made = submit(form, partial(_record, work, issue, form))
    if made is None:
        issue = issue_queries.by_number(work.db, number)
        return draw(
            "conclude.html", issue=issue, form=fill(work, form), blank=_blank(work), codes=departments_today(work)
        )
    flash(_conclusion_words(issue, len(made)), "success")
    return redirect(link("issues.desk", number=number))


def _record(work: Work, issue: Issue, form: ConclusionForm) -> list[Any]:
    return service.conclude(
        work,
        issue,
        text=form.text.data or "",
        orders=orders_of(work, form),
        outcome=form.outcome.data or "",
        answer=form.answer.data or "",
        legal_references=form.legal_references.data or "",
    )
