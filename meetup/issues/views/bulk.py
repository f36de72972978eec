"""Several new issues decided on at once: looked through on a page of their own, then all or none.

Nothing takes it back: an issue that was taken on or declined never becomes a new one again, and
its sender has a mail by then. So the page says beforehand what happens to each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from meetup.errors import N_, Fault, InvalidInput
from meetup.issues import queries, service
from meetup.issues.models import Issue
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
from meetup.web.i18n import _, ngettext
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
    chosen = _chosen(work)
    return draw(
        "bulk.html",
        issues=[one for one in chosen if one.state == "submitted"],
        decided=[one for one in chosen if one.state != "submitted"],
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
    form: Any
    if action == "accept":
        form = _offered(work, desk_forms.BulkAcceptForm())
        _offered(work, form)
    else:
        form = desk_forms.DeclineForm()
    step = _accept if action == "accept" else _decline
    count = submit(form, lambda: step(work, form, _chosen(work)))
    if count is None:
        return _show(**{action: form})
    flash(_said(action, count), "success")
    answer: Response = redirect(link("issues.queue"))
    return answer


def _said(action: str, count: int) -> str:
    if action == "accept":
        return ngettext("%(num)d issue is taken on.", "%(num)d issues are taken on.", count)
    return ngettext(
        "%(num)d issue is not taken on; its sender is told why.",
        "%(num)d issues are not taken on; their senders are told why.",
        count,
    )


def _each(issues: Sequence[Issue], step: Callable[[Issue], Any]) -> int:
    if not issues:
        raise InvalidInput("", N_("No issue was chosen."), N_("Tick some in the list."))
    for issue in issues:
        step(issue)
    return len(issues)


def _accept(work: Work, form: Any, issues: Sequence[Issue]) -> int:
    field = field_by_code(work, form.field.data)
    lead = department_by_code(work, form.lead_department.data)
    faults = [
        Fault(name, rule, N_("Choose one for all of them, or leave these out."), number=number)
        for name, rule, number in (
            *(
                ("field", N_("Issue %(number)s names no field."), one.number)
                for one in issues
                if not (field or one.field)
            ),
            *(
                ("lead_department", N_("Issue %(number)s suggests no agency."), one.number)
                for one in issues
                if not (lead or one.lead_department or one.suggested_department)
            ),
        )
    ]
    if faults:
        raise InvalidInput.many(faults)
    return _each(
        issues,
        lambda one: service.accept(
            work,
            one,
            field=field or one.field,
            lead_department=lead or one.lead_department or one.suggested_department,
        ),
    )


def _decline(work: Work, form: Any, issues: Sequence[Issue]) -> int:
    reason = form.reason.data or ""
    return _each(issues, lambda one: service.decline(work, one, reason=reason))
