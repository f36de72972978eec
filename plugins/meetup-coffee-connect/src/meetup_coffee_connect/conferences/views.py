"""The pages of review conferences: for everyone those that are published, for organisers all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from meetup.api import (
    NotFound,
    Work,
    _,
    allow,
    can,
    current_actor,
    current_work,
    frozen_periods,
    link,
    page,
    submit,
)
from meetup_coffee_connect.blueprint import bp, status_of, take_step, version_of
from meetup_coffee_connect.conferences import service
from meetup_coffee_connect.conferences.forms import ConferenceForm
from meetup_coffee_connect.conferences.models import Conference

_STEPS = {"publish": service.publish, "take-back": service.take_back}


def published_of(work: Work, year: int) -> Conference | None:
    """The published conference that reviews `year`."""
    query = select(Conference).where(Conference.year == year, Conference.state == "published")
    return work.db.scalar(query)


@bp.get("/conferences/")
@allow("public")
def conferences() -> Any:
    """The review conferences, the newest first: at most one a year."""
    found = [one for one in _all(current_work()) if one.state == "published"]
    return page("coffee_connect/conferences/public.html", conferences=found)


@bp.get("/conferences/<int(max=2147483647):year>")
@allow("public")
def conference(year: int) -> Any:
    """The conference that reviews a year: minutes, lessons, and the figures of the year."""
    work = current_work()
    found = published_of(work, year)
    if found is None:
        raise NotFound()
    return page(
        "coffee_connect/conferences/show.html",
        conference=found,
        figures=next((one for one in frozen_periods(work, year=year) if one.kind == "year"), None),
        may_review=can(current_actor(), "desk.leader"),
    )


@bp.get("/organize/conferences/")
@allow("desk.organize")
def all_conferences() -> Any:
    """All of them, for organisers."""
    return page("coffee_connect/conferences/desk.html", conferences=_all(current_work()))


@bp.route("/organize/conferences/new", methods=["GET", "POST"])
@allow("desk.organize")
def prepare_conference() -> Any:
    """Enter a conference."""
    form = ConferenceForm()
    made = submit(form, lambda: service.prepare(current_work(), **form.values()))
    if made is not None:
        flash(_("Kept."), "success")
        return redirect(link("coffee_connect.edit_conference", key=made.id))
    return page("coffee_connect/conferences/edit.html", form=form), status_of(form)


@bp.route("/organize/conferences/<int(max=2147483647):key>", methods=["GET", "POST"])
@allow("desk.organize")
def edit_conference(key: int) -> Any:
    """Change a conference."""
    work = current_work()
    found: Conference = work.get(Conference, key)
    form = ConferenceForm()
    if request.method == "GET":
        form.show(found)

    def step() -> bool:
        service.rewrite(work, found, version=version_of(form), **form.values())
        return True

    if submit(form, step):
        flash(_("Kept."), "success")
        return redirect(link("coffee_connect.edit_conference", key=key))
    body = page("coffee_connect/conferences/edit.html", form=form, conference=work.get(Conference, key))
    return body, status_of(form)


@bp.post("/organize/conferences/<int(max=2147483647):key>/<any('publish', 'take-back'):step>")
@allow("desk.organize")
def step_conference(key: int, step: str) -> Response:
    """Publish it, or take it back."""
    back = link("coffee_connect.edit_conference", key=key)
    return take_step(_STEPS[step], current_work().get(Conference, key), back, _("Kept."))


def _all(work: Work) -> Sequence[Conference]:
    # One a year: as many as there are years.
    return work.db.scalars(select(Conference).order_by(Conference.year.desc())).all()
