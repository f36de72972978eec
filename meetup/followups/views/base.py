"""What the pages about follow-ups share: their blueprint, working days left, choices of departments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, request
from sqlalchemy import select

from meetup.access import LEADER, ORGANIZER
from meetup.departments.models import Department
from meetup.departments.queries import valid_departments
from meetup.departments.service import calendar
from meetup.domain.workdays import WorkCalendar
from meetup.errors import NotAllowed, NotFound
from meetup.followups import queries
from meetup.followups.forms import OUTCOME_WORDS
from meetup.followups.models import FollowUp
from meetup.web.current import current_actor, current_work
from meetup.web.formats import name_of
from meetup.web.guards import require
from meetup.web.i18n import _
from meetup.web.pages import lines, page
from meetup.work import Work

bp = Blueprint("follow_ups", __name__)


def draw(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of this feature; 422 if a form of it failed."""
    forms = [value for value in context.values() if hasattr(value, "failed")]
    forms += [form for form in (context.get("forms_by_name") or {}).values() if hasattr(form, "failed")]
    code = 422 if request.method == "POST" and any(form.failed for form in forms) else status
    text = page(
        f"follow_ups/{template}",
        lines=lines,
        outcome_words=lambda value: _(OUTCOME_WORDS[value]) if value in OUTCOME_WORDS else value,
        **context,
    )
    return text, code


def today() -> date:
    """The day it is, in the site's zone."""
    work = current_work()
    return work.now.astimezone(work.zone).date()


def days_left(cal: WorkCalendar, now: date, due_on: date) -> int:
    """Working days left; below 0, how many it is late, at least one once the day has passed."""
    return -max(cal.between(due_on, now), 1) if now > due_on else cal.between(now, due_on)


def with_days(work: Work, rows: Iterable[FollowUp]) -> list[tuple[FollowUp, int]]:
    """Follow-ups, each with its working days left."""
    cal, now = calendar(work), today()
    return [(row, days_left(cal, now, row.due_on)) for row in rows]


def departments_today(work: Work) -> Sequence[Department]:
    """Every department that exists today."""
    return valid_departments(work.db, today())


def choices(work: Work, *, blank: str = "", without: int | None = None) -> list[tuple[str, str]]:
    """(code, name) of the departments of today, for a select."""
    first = [("", blank or _("(choose)"))]
    return first + [(one.code, f"{one.code} · {name_of(one)}") for one in departments_today(work) if one.id != without]


def department_by_code(work: Work, code: str | None) -> Department | None:
    """The department with `code`, if there is one."""
    return work.db.scalar(select(Department).where(Department.code == code)) if code else None


def scope_of_request(work: Work) -> tuple[queries.Scope, Department | None]:
    """Whose follow-ups this request may look at: an officer's own department's, anyone's for organiser and leader.

    Raises:
        NotAllowed: for an officer without a department.
        NotFound: for a department that there is not.
    """
    actor = current_actor()
    if actor.has(ORGANIZER, LEADER):
        code = request.args.get("department", "")[:40]
        chosen = department_by_code(work, code)
        if code and chosen is None:
            raise NotFound()
        if chosen is None and actor.department_id is not None and "department" not in request.args:
            chosen = work.db.get(Department, actor.department_id)
        return queries.Scope(chosen.id if chosen else None, conduct=True), chosen
    own = work.db.get(Department, actor.department_id) if actor.department_id is not None else None
    if own is None:
        raise NotAllowed()
    return queries.Scope(own.id, conduct=queries.may_see_conduct(actor, own)), own


def readable(number: int) -> FollowUp:
    """The follow-up with `number`, if the actor may read it.

    Raises:
        NotFound: if not, or if there is none.
    """
    work, actor = current_work(), current_actor()
    f = queries.by_number(work.db, number)
    require("follow_up.read", f)
    if f.issue.kind == "conduct":
        own = work.db.get(Department, actor.department_id) if actor.department_id is not None else None
        if not queries.may_see_conduct(actor, own):
            raise NotFound()
    return f
