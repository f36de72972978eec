"""The organiser's inbox of issues, and entering one for somebody else."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from meetup.filters.views import saved
from meetup.issues import bulk, queries, search, service
from meetup.issues.forms import DeskIssueForm, uploads
from meetup.issues.models import Issue
from meetup.issues.views.base import asked, bp, departments_today, draw, field_choices, key, offer, typed_issue
from meetup.issues.views.entry import sender
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.web.current import current_work, link
from meetup.web.formats import format_date, name_of
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.paging import paged, unpack
from meetup.work import Work

#: The tabs of the inbox: name → states.
TABS: dict[str, tuple[str, ...]] = {
    "new": ("submitted",),
    "asked": ("needs_information",),
    "accepted": ("accepted",),
    "agenda": ("scheduled", "discussed"),
    "work": ("in_follow_up",),
    "answered": ("answered",),
    "done": queries.CLOSED,
    "all": (),
}


@bp.get("/organize/issues/")
@allow("issue.triage")
def queue() -> Any:
    """Issues by what is to be done with them; new ones first, the oldest on top."""
    work = current_work()
    tab = request.args.get("tab", "new")
    tab = tab if tab in TABS else "new"
    chosen = asked("q", "field", "department")
    mark = unpack(request.args.get("after", ""), key)
    waiting = tab in ("new", "asked", "accepted")
    rows = search.inbox(
        work.db,
        q=chosen.get("q", ""),
        field=chosen.get("field", ""),
        department=chosen.get("department", ""),
        states=TABS[tab],
        oldest_first=waiting,
        after=mark[0] if mark else 0,
    )
    found = paged(rows, queries.PAGE, lambda issue: (issue.id,))
    numbers = queries.counts(work.db)
    return draw(
        "queue.html",
        saved=saved("issues"),
        decisions=bulk.mine(work),
        decided=bulk.waiting(work),
        issues=found.items,
        tab=tab,
        tabs=[
            (name, numbers[""] if name == "done" else sum(numbers.get(state, 0) for state in states))
            for name, states in TABS.items()
            if states
        ],
        most_counted=queries.MOST_COUNTED,
        asked=chosen,
        fields=field_choices(work),
        departments=[(one.code, name_of(one)) for one in departments_today(work)],
        next=link("issues.queue", tab=tab, **chosen, after=found.next) if found.next else "",
        first=link("issues.queue", tab=tab, **chosen) if mark else "",
    )


def _sessions(work: Work) -> list[tuple[str, str]]:
    rows = work.db.scalars(
        select(Session)
        .where(Session.state.in_(("draft", "published", "held")))
        .order_by(Session.starts_at.desc())
        .limit(50)
    )
    return [(row.slug, f"{format_date(row.starts_at, row.timezone)} · {row.title}") for row in rows]


def _registration(work: Work, session: Session | None, enterprise_id: int, contact_id: int) -> Registration | None:
    """The registration of the same person in that session: then the issue stands on its own page, too."""
    if session is None:
        return None
    return work.db.scalar(
        select(Registration).where(
            Registration.session_id == session.id,
            Registration.enterprise_id == enterprise_id,
            Registration.contact_id == contact_id,
            Registration.state != "cancelled",
        )
    )


@bp.route("/organize/issues/new", methods=["GET", "POST"])
@allow("issue.triage")
def enter() -> Any:
    """Enter an issue for someone who called, wrote or came; the same receipt goes out (R26)."""
    work = current_work()
    form = DeskIssueForm()
    offer(form, work)
    form.session.choices = [("", _("(without a session)")), *_sessions(work)]
    if request.method == "GET" and request.args.get("session"):
        form.session.data, form.channel.data = request.args["session"], "coffee"

    def take() -> Issue:
        enterprise, contact = sender(work, form, channel=form.channel.data, language=form.language.data)
        session = (
            work.db.scalar(select(Session).where(Session.slug == form.session.data)) if form.session.data else None
        )
        work.db.flush()
        return service.submit(
            work,
            registration=_registration(work, session, enterprise.id, contact.id),
            session=session,
            enterprise=enterprise,
            contact=contact,
            channel=form.channel.data,
            attachments=uploads(form.attachments),
            **typed_issue(form, work),
        )

    issue = submit(form, take)
    if issue is None:
        return draw("enter.html", form=form)
    flash(
        _("Issue %(number)s is taken in; the receipt goes to %(mail)s.", number=issue.number, mail=form.email.data),
        "success",
    )
    answer: Response = redirect(link("issues.desk", number=issue.number))
    return answer
