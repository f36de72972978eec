"""The pages where programmes are founded and changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select

from meetup.domain.faults import plain
from meetup.errors import NotFound
from meetup.programmes import service
from meetup.programmes.forms import ProgrammeForm
from meetup.programmes.models import Programme
from meetup.web.current import current_mount, current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.history import PROGRAMME, history
from meetup.web.i18n import _
from meetup.web.pages import page

bp = Blueprint("programmes", __name__)


@bp.get("/organize/programmes/")
@allow("programme.manage")
def index() -> Any:
    """The programmes."""
    programmes = current_work().db.scalars(select(Programme).order_by(Programme.id)).all()
    return page("programmes/index.html", programmes=programmes)


@bp.route("/organize/programmes/new", methods=["GET", "POST"])
@allow("programme.manage")
def new() -> Any:
    """Found a programme."""
    work = current_work()
    form = ProgrammeForm()
    if request.method == "GET":
        form.timezone.data = work.settings.timezone
    done = submit(form, lambda: service.create_programme(current_work(), **form.values()))
    return _answer(form, done, None)


@bp.route("/organize/programmes/<slug>", methods=["GET", "POST"])
@allow("programme.manage")
def edit(slug: str) -> Any:
    """Change a programme."""
    programme = _by_slug(slug)
    form = ProgrammeForm()
    if request.method == "GET":
        form.show(programme)
    done = submit(
        form,
        lambda: service.update_programme(
            current_work(), programme, version=version_of(form.version.data), **form.values(programme)
        ),
    )
    return _answer(form, done, programme if done else _by_slug(slug))


def version_of(text: str | None) -> int | None:
    """The version that a form was opened with."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _by_slug(slug: str) -> Programme:
    found = current_work().db.scalar(select(Programme).where(Programme.slug == plain(slug)))
    if found is None:
        raise NotFound()
    return found


def _answer(form: ProgrammeForm, done: Programme | None, programme: Programme | None) -> Any:
    if done is not None:
        flash(_("The programme is kept."), "success")
        answer: Any = redirect(link("programmes.index"))
        return answer
    code = 422 if request.method == "POST" and form.failed else 200
    widget = current_mount().url("sessions.widget", programme=programme.slug) if programme else ""
    return page(
        "programmes/edit.html",
        form=form,
        programme=programme,
        steps=history(current_work(), programme.subject, PROGRAMME) if programme else [],
        widget=widget,
        widget_sites=current_mount().settings.widget_sites,
        news=current_mount().url("issues.feed"),
    ), code
