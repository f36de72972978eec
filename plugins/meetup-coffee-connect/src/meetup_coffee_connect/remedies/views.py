"""The pages of remedies: what is weak and what is done about it; plan one, report on it, finish it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup.api import (
    FrozenPeriod,
    NotFound,
    _,
    allow,
    can,
    current_actor,
    current_work,
    frozen_periods,
    link,
    page,
    require,
    submit,
)
from meetup_coffee_connect import agencies
from meetup_coffee_connect.blueprint import bp, key_of, status_of, take_step, version_of
from meetup_coffee_connect.naming import period_words
from meetup_coffee_connect.remedies import queries, service
from meetup_coffee_connect.remedies.forms import PlanForm, ReorderForm, ReportForm
from meetup_coffee_connect.remedies.models import Remedy


@bp.get("/department/remedies/")
@allow("desk.department")
def remedies() -> Any:
    """The component criteria of a closed period, the weak ones marked, and what is done about each."""
    work = current_work()
    periods = frozen_periods(work)
    chosen = key_of(request.args.get("period"))
    period = next((one for one in periods if chosen in (None, one.key)), None)
    if chosen and period is None:
        raise NotFound()
    return page(
        "coffee_connect/remedies/index.html",
        periods=periods,
        period=period,
        treated=queries.treated(work, period) if period else [],
        floor=work.settings.coffee_connect_weak,
        today=work.now.astimezone(work.zone).date(),
        period_words=period_words,
        may_act=lambda remedy: can(current_actor(), "department.act", remedy),
        may_plan=can(current_actor(), "desk.organize"),
    )


@bp.route("/organize/remedies/<int(max=2147483647):period>/<component>/new", methods=["GET", "POST"])
@allow("desk.organize")
def plan_remedy(period: int, component: str) -> Any:
    """Plan a remedy for a component criterion."""
    work = current_work()
    found = _period(period)
    line = next((one for one in found.versions[0].cards()[0].components if one.key == component), None)
    if line is None:
        raise NotFound()
    form = PlanForm()
    form.offer(agencies.choices(work))
    if submit(form, lambda: service.plan(work, found, component, **form.ordered())) is not None:
        flash(_("The remedy is planned."), "success")
        return redirect(link("coffee_connect.remedies", period=period))
    body = page("coffee_connect/remedies/edit.html", form=form, period=found, component=line, period_words=period_words)
    return body, status_of(form)


@bp.route("/department/remedies/<int(max=2147483647):key>", methods=["GET", "POST"])
@allow("desk.department", of="department.act")
def remedy(key: int) -> Any:
    """One remedy: its agency says how far it is, organisers change all of it."""
    work = current_work()
    found = _allowed(key)
    form: ReportForm = _form()
    if request.method == "GET":
        form.show(found)

    def step() -> bool:
        if isinstance(form, ReorderForm):
            service.reorder(work, found, **form.ordered(), **form.reported(), version=version_of(form))
        else:
            service.report(work, found, **form.reported(), version=version_of(form))
        return True

    if submit(form, step):
        flash(_("Kept."), "success")
        return redirect(link("coffee_connect.remedy", key=key))
    found = queries.by_key(work, key)
    period = _period(found.period_id)
    line = next(one for one in period.versions[0].cards()[0].components if one.key == found.component)
    body = page(
        "coffee_connect/remedies/edit.html",
        form=form,
        remedy=found,
        period=period,
        component=line,
        period_words=period_words,
        today=work.now.astimezone(work.zone).date(),
        may_reopen=can(current_actor(), "desk.organize"),
    )
    return body, status_of(form)


@bp.post("/department/remedies/<int(max=2147483647):key>/finish")
@allow("desk.department", of="department.act")
def finish_remedy(key: int) -> Response:
    """It is done."""
    back = link("coffee_connect.remedy", key=key)
    return take_step(service.finish, _allowed(key), back, _("The remedy is done."))


@bp.post("/organize/remedies/<int(max=2147483647):key>/reopen")
@allow("desk.organize")
def reopen_remedy(key: int) -> Response:
    """It is not done after all."""
    back = link("coffee_connect.remedy", key=key)
    return take_step(service.reopen, queries.by_key(current_work(), key), back, _("The remedy is open again."))


def _form() -> ReportForm:
    if not can(current_actor(), "desk.organize"):
        return ReportForm()
    form = ReorderForm()
    form.offer(agencies.choices(current_work()))
    return form


def _allowed(key: int) -> Remedy:
    found = queries.by_key(current_work(), key)
    require("department.act", found)
    return found


def _period(key: int) -> FrozenPeriod:
    found = frozen_periods(current_work(), key=key)
    if not found:
        raise NotFound()
    return found[0]
