"""The pages of initiatives: for everyone those that are published, for agencies their own, for organisers all."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup.api import (
    Department,
    NotFound,
    Work,
    _,
    allow,
    can,
    current_actor,
    current_work,
    link,
    page,
    require,
    submit,
)
from meetup_coffee_connect import agencies
from meetup_coffee_connect.blueprint import bp, status_of, take_step, version_of
from meetup_coffee_connect.initiatives import queries, service
from meetup_coffee_connect.initiatives.forms import InitiativeForm
from meetup_coffee_connect.initiatives.models import Initiative

_STEPS = {
    "publish": service.publish,
    "take-back": service.take_back,
    "choose": service.choose,
    "unchoose": service.unchoose,
}


@bp.get("/initiatives/")
@allow("public")
def initiatives() -> Any:
    """What agencies tried, the newest year first."""
    found = queries.published(current_work(), request.args.get("after", ""))
    return page("coffee_connect/initiatives/public.html", found=found, next_url=_next("initiatives", found.next))


@bp.get("/initiatives/<int(max=2147483647):key>")
@allow("public")
def initiative(key: int) -> Any:
    """One initiative that is published."""
    found = queries.by_key(current_work(), key)
    if not found.is_public:
        raise NotFound()
    shown = [one for one in found.issues if one.is_public]
    return page("coffee_connect/initiatives/show.html", initiative=found, issues=shown)


@bp.get("/department/initiatives/")
@allow("desk.department")
def own_initiatives() -> Any:
    """An officer's agency's, or all."""
    work, actor = current_work(), current_actor()
    wide = can(actor, "desk.leader")
    own = None if wide else actor.department_id or 0
    found = queries.listed(work, request.args.get("after", ""), own)
    return page(
        "coffee_connect/initiatives/desk.html",
        found=found,
        next_url=_next("own_initiatives", found.next),
        may_act=lambda one: can(actor, "department.act", one),
        may_record=bool(_agencies(work)),
    )


@bp.route("/department/initiatives/new", methods=["GET", "POST"])
@allow("desk.department")
def record_initiative() -> Any:
    """Record an initiative."""
    work = current_work()
    mine = _agencies(work)
    if not mine:
        raise NotFound()
    form = InitiativeForm()
    form.offer(mine)
    if request.method == "GET":
        form.year.data = work.now.astimezone(work.zone).year

    def step() -> Initiative:
        lead = form.lead()
        return service.record(
            work, lead_department_id=lead if lead in {one.id for one in mine} else None, **form.values()
        )

    made = submit(form, step)
    if made is not None:
        flash(_("The initiative is recorded. Organisers publish it."), "success")
        return redirect(link("coffee_connect.edit_initiative", key=made.id))
    return page("coffee_connect/initiatives/edit.html", form=form), status_of(form)


@bp.route("/department/initiatives/<int(max=2147483647):key>", methods=["GET", "POST"])
@allow("desk.department", of="department.act")
def edit_initiative(key: int) -> Any:
    """Change an initiative; organisers publish it and mark the best."""
    work = current_work()
    found = queries.by_key(work, key)
    require("department.act", found)
    form = InitiativeForm()
    form.offer([found.lead_department])
    if request.method == "GET":
        form.show(found)

    def step() -> bool:
        service.rewrite(work, found, version=version_of(form), **form.values())
        return True

    if submit(form, step):
        flash(_("Kept."), "success")
        return redirect(link("coffee_connect.edit_initiative", key=key))
    body = page(
        "coffee_connect/initiatives/edit.html",
        form=form,
        initiative=queries.by_key(work, key),
        may_publish=can(current_actor(), "desk.organize"),
    )
    return body, status_of(form)


@bp.post("/organize/initiatives/<int(max=2147483647):key>/<any('publish', 'take-back', 'choose', 'unchoose'):step>")
@allow("desk.organize")
def step_initiative(key: int, step: str) -> Response:
    """Publish it, take it back, mark it as among the best, or no longer."""
    back = link("coffee_connect.edit_initiative", key=key)
    return take_step(_STEPS[step], queries.by_key(current_work(), key), back, _("Kept."))


def _agencies(work: Work) -> list[Department]:
    """Whose initiatives the actor may record."""
    actor = current_actor()
    if can(actor, "desk.organize"):
        return agencies.choices(work)
    own = work.db.get(Department, actor.department_id) if actor.department_id is not None else None
    return [own] if own is not None else []


def _next(name: str, mark: str) -> str:
    return link(f"coffee_connect.{name}", after=mark) if mark else ""
