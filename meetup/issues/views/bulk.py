"""Several new issues decided on at once: looked through on a page of their own, then all or none; with undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from meetup.issues import bulk, queries
from meetup.issues.models import BulkDecision, Issue
from meetup.issues.views import desk_forms
from meetup.issues.views.base import (
    bp,
    department_by_code,
    departments_today,
    draw,
    field_by_code,
    field_choices,
)
from meetup.web.current import current_work, link
from meetup.web.formats import name_of
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _, locale_code
from meetup.work import Work


def _numbers() -> list[int]:
    """The numbers that were ticked, each once, no more than a page of the inbox has."""
    typed = request.values.getlist("number")
    numbers = (int(one) for one in typed if one.isdecimal() and len(one) < 10)
    return list(dict.fromkeys(numbers))[: queries.PAGE]


def _chosen(work: Work) -> Sequence[Issue]:
    """The ticked issues, the oldest first, in one statement."""
    query = select(Issue).where(Issue.number.in_(_numbers())).options(*queries.WITH_PARTIES).order_by(Issue.id)
    return work.db.scalars(query).all()


def _show(accept: Any = None, decline: Any = None) -> Any:
    work = current_work()
    chosen, decided = _chosen(work), bulk.waiting(work)
    left = [one for one in chosen if one.state == "submitted" and one.id not in decided]
    return draw(
        "bulk.html",
        issues=left,
        decided=[one for one in chosen if one not in left],
        accept=accept or _offered(work, desk_forms.BulkAcceptForm(formdata=None)),
        decline=decline or desk_forms.DeclineForm(formdata=None),
        wanted=request.args.get("do", ""),
    )


def _offered(work: Work, form: Any) -> Any:
    each = ("", _("(as each of them says)"))
    form.field.choices = [each, *field_choices(work)]
    form.lead_department.choices = [each, *((one.code, name_of(one)) for one in departments_today(work))]
    return form


@bp.get("/organize/issues/several")
@allow("issue.triage")
def several() -> Any:
    """What was ticked, and what can be done with all of it."""
    return _show()


@bp.post("/organize/issues/several/<any(accept, decline):action>")
@allow("issue.triage")
def several_do(action: str) -> Any:
    """Take all of them on, or decline all of them; if one cannot be, none is."""
    work = current_work()
    form: Any = _offered(work, desk_forms.BulkAcceptForm()) if action == "accept" else desk_forms.DeclineForm()
    done = submit(form, lambda: _decide(work, action, form))
    if done is None:
        return _show(**{action: form})
    answer: Response = redirect(link("issues.queue"))
    return answer


@bp.post("/organize/issues/several/take-back")
@allow("issue.triage")
def take_back() -> Any:
    """Undo what was decided, as long as it has not been done."""
    work = current_work()
    key = request.form.get("decision", "")
    taken = key.isdecimal() and len(key) < 19 and bulk.take_back(work, int(key))
    work.commit()
    if not taken:
        flash(_("It is too late: it was done already."), "warning")
    answer: Response = redirect(link("issues.queue"))
    return answer


def _decide(work: Work, action: str, form: Any) -> BulkDecision:
    if action == "decline":
        return bulk.decide(work, action, _chosen(work), locale=locale_code(), reason=form.reason.data or "")
    field, lead = field_by_code(work, form.field.data), department_by_code(work, form.lead_department.data)
    return bulk.decide(work, action, _chosen(work), locale=locale_code(), field=field, lead=lead)
