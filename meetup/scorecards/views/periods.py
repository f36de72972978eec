"""Where organisers keep periods: open one, weigh its components, close it, correct it by a new version."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup.domain.criteria import COMPONENTS, CRITERIA
from meetup.errors import InvalidInput
from meetup.scorecards import periods as reading
from meetup.scorecards import service
from meetup.scorecards.forms import CorrectForm, NewPeriodForm, WeightsForm
from meetup.scorecards.models import Period
from meetup.scorecards.views.base import bp, draw, period_words
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.history import PERIOD, history
from meetup.web.i18n import _

_TREE = tuple((key, tuple(one.key for one in COMPONENTS.values() if one.criterion == key)) for key in CRITERIA)


@bp.get("/organize/periods/")
@allow("scorecard.manage")
def periods() -> Any:
    """Every period, the newest first."""
    return draw("periods.html", periods=reading.listed(current_work().db))


@bp.route("/organize/periods/new", methods=["GET", "POST"])
@allow("scorecard.manage")
def new_period() -> Any:
    """Open a period."""
    form = NewPeriodForm()
    if request.method == "GET":
        form.show()
    done = submit(
        form,
        lambda: service.open_period(
            current_work(),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            name=form.name.data or "",
            name_en=form.name_en.data or "",
            weights=form.weights(),
        ),
    )
    if done is None:
        return draw("period_new.html", form=form, tree=_TREE)
    flash(_("The period “%(name)s” is open.", name=period_words(done)), "success")
    return redirect(link("scorecards.period", key=done.id))


@bp.get("/organize/periods/<int:key>")
@allow("scorecard.manage")
def period(key: int) -> Any:
    """One period: its weights, its versions, and what can be done with it."""
    return _show(reading.by_key(current_work().db, key))


def _show(found: Period, form: WeightsForm | None = None, correct: CorrectForm | None = None) -> Any:
    work = current_work()
    if form is None:
        form = WeightsForm(formdata=None)
        form.show(found)
    if correct is None:
        correct = CorrectForm(formdata=None)
        correct.show(found)
    return draw(
        "period.html",
        period=found,
        form=form if found.state == "open" else None,
        correct=correct if found.state == "closed" else None,
        versions=reading.snapshots(work.db, found),
        untouched=service.is_untouched,
        over=work.now.astimezone(work.zone).date() > found.ends_on,
        tree=_TREE,
        steps=history(work, found.subject, PERIOD),
    )


@bp.post("/organize/periods/<int:key>/weigh")
@allow("scorecard.manage")
def weigh_period(key: int) -> Any:
    """Change the weights and the name."""
    work = current_work()
    found = reading.by_key(work.db, key)
    form = WeightsForm()
    seen = form.version.data or ""

    def step() -> Period:
        return service.weigh(
            work,
            found,
            weights=form.weights(),
            name=form.name.data or "",
            name_en=form.name_en.data or "",
            version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
        )

    if submit(form, step) is None:
        return _show(reading.by_key(work.db, key), form=form)
    flash(_("The weights are kept."), "success")
    return redirect(link("scorecards.period", key=key))


@bp.post("/organize/periods/<int:key>/close")
@allow("scorecard.manage")
def close_period(key: int) -> Response:
    """Close and freeze it."""
    work = current_work()
    try:
        service.close_period(work, reading.by_key(work.db, key))
    except InvalidInput as error:
        work.db.rollback()
        flash(error.say(_), "error")
        return redirect(link("scorecards.period", key=key))
    work.commit()
    flash(_("The period is closed. Its figures stand as they are."), "success")
    return redirect(link("scorecards.period", key=key))


@bp.post("/organize/periods/<int:key>/correct")
@allow("scorecard.manage")
def correct_period(key: int) -> Any:
    """Correct it by a new version."""
    work = current_work()
    found = reading.by_key(work.db, key)
    form = CorrectForm()

    def step() -> bool:
        service.correct_period(work, found, reason=form.reason.data or "", weights=form.weights())
        return True

    if submit(form, step) is None:
        return _show(reading.by_key(work.db, key), correct=form)
    flash(_("A new version stands; the one before can still be read."), "success")
    return redirect(link("scorecards.period", key=key))
