"""Drafting a session and changing one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select

from meetup.domain.faults import EMPTY, FILL_IN, Faults, plain
from meetup.errors import N_, InvalidInput, MeetupError
from meetup.outbox.views import tell_batch
from meetup.programmes.models import Programme
from meetup.programmes.service import rule
from meetup.sessions import queries, series, service
from meetup.sessions.forms import SessionForm, SessionOrSeriesForm
from meetup.sessions.models import Session
from meetup.sessions.views.base import bp, draw
from meetup.sessions.views.series import look
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
    form = SessionOrSeriesForm()
    form.offer(programmes)
    form.offer_ways(alone=True)
    if request.method == "GET" and programmes:
        form.capacity.data = rule(programmes[0], work.settings, "seats")
        form.timezone.data = programmes[0].timezone
    if "look" in request.form:
        return _looked(form, programmes)
    session = submit(form, lambda: _draft(form))
    if session is not None:
        flash(_("The draft is kept. Nobody but the staff sees it until it is published."), "success")
        target = "sessions.series" if session.series_uid else "sessions.desk"
        answer: Any = redirect(link(target, slug=session.slug))
        return answer
    return draw("edit.html", form=form, session=None, programmes=programmes)


def _looked(form: SessionOrSeriesForm, programmes: Sequence[Programme]) -> Any:
    """The form again with the dates that the series would have; nothing is stored."""
    dates = None
    if form.validate():
        try:
            zone, starts_at, ends_at = _first(form, programmes)
            rule = form.rule(starts_at, zone)
            dates = look(current_work(), rule, starts_at, ends_at, zone, bool(form.skip_holidays.data))
        except MeetupError as error:
            form.take(error)
    return draw("edit.html", form=form, session=None, programmes=programmes, dates=dates)


def _first(form: SessionOrSeriesForm, programmes: Sequence[Programme]) -> tuple[str, datetime, datetime]:
    chosen = next((one for one in programmes if one.slug == form.programme.data), None)
    values = form.values(chosen.timezone if chosen else current_work().settings.timezone)
    faults = Faults()
    for name in ("starts_at", "ends_at"):
        if values[name] is None:
            faults.add(name, EMPTY, FILL_IN)
    faults.stop()
    return values["timezone"], values["starts_at"], values["ends_at"]


def _draft(form: SessionOrSeriesForm) -> Session:
    work = current_work()
    programme = work.db.scalar(select(Programme).where(Programme.slug == plain(form.programme.data)))
    if programme is None:
        raise InvalidInput("programme", N_("There is no such programme."), N_("Choose one of them."))
    values = _values(form, programme.timezone)
    if not form.repeats.data:
        return service.draft(work, programme=programme, **values)
    zone, starts_at, _ends_at = _first(form, [programme])
    rule = form.rule(starts_at, zone)
    return series.start(
        work, programme=programme, rule=str(rule), skip_holidays=bool(form.skip_holidays.data), **values
    )


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
        tell_batch()
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
