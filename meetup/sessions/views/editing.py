"""Drafting a session and changing one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select

from meetup.domain.faults import EMPTY, FILL_IN, plain
from meetup.errors import N_, InvalidInput
from meetup.programmes.models import Programme
from meetup.programmes.service import rule
from meetup.sessions import queries, service
from meetup.sessions.forms import SessionForm
from meetup.sessions.models import Session
from meetup.sessions.views.base import bp, draw
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _


@bp.route("/organize/sessions/new", methods=["GET", "POST"])
@allow("session.manage")
def new() -> Any:
    """Begin a session."""
    work = current_work()
    programmes = queries.programmes(work)
    form = SessionForm()
    form.offer(programmes)
    if request.method == "GET" and programmes:
        form.capacity.data = rule(programmes[0], work.settings, "seats")
        form.timezone.data = programmes[0].timezone
    session = submit(form, lambda: _draft(form))
    if session is not None:
        flash(_("The draft is kept. Nobody but the staff sees it until it is published."), "success")
        answer: Any = redirect(link("sessions.desk", slug=session.slug))
        return answer
    return draw("edit.html", form=form, session=None, programmes=programmes)


def _draft(form: SessionForm) -> Session:
    work = current_work()
    programme = work.db.scalar(select(Programme).where(Programme.slug == plain(form.programme.data)))
    if programme is None:
        raise InvalidInput("programme", N_("There is no such programme."), N_("Choose one of them."))
    values = _values(form, programme.timezone)
    return service.draft(work, programme=programme, **values)


@bp.route("/organize/sessions/<slug>/edit", methods=["GET", "POST"])
@allow("session.manage")
def edit(slug: str) -> Any:
    """Change a session; another time or place reaches everyone who registered."""
    work = current_work()
    session = queries.by_slug(work, slug)
    require("session.manage", session)
    form = SessionForm()
    form.offer([session.programme])
    if request.method == "GET":
        form.show(session)
    done = submit(form, lambda: _update(form, session))
    if done is not None:
        flash(_("The session is changed."), "success")
        answer: Any = redirect(link("sessions.desk", slug=done.slug))
        return answer
    if request.method == "POST":
        session = queries.by_slug(work, slug)
    return draw("edit.html", form=form, session=session, programmes=[session.programme])


def _update(form: SessionForm, session: Session) -> Session:
    text = form.version.data or ""
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return service.update(current_work(), session, version=version, **_values(form, session.timezone))


def _values(form: SessionForm, zone: str) -> dict[str, Any]:
    values = form.values(zone)
    for name in ("capacity", "seats_per_enterprise"):
        if values[name] is None:
            raise InvalidInput(name, EMPTY, FILL_IN)
    return values
