"""What the pages about issues share: their blueprint, choices, and finding the issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, request
from sqlalchemy import select

from meetup.access import Actor, can
from meetup.departments.models import Department, Field
from meetup.departments.queries import fields, valid_departments
from meetup.domain.text import clean
from meetup.errors import InvalidInput, NotFound
from meetup.issues.forms import CHANNEL_WORDS, KIND_NAMES, Choices
from meetup.issues.models import Issue
from meetup.web.current import current_work
from meetup.web.formats import name_of
from meetup.web.guards import note_asked
from meetup.web.i18n import _
from meetup.web.pages import lines, page
from meetup.work import Work

bp = Blueprint("issues", __name__)


def asked(*names: str) -> dict[str, str]:
    """The filters of the address, cleaned; empty ones are left out."""
    found = {}
    for name in names:
        try:
            value = clean(request.args.get(name, ""), max_length=10_000)[:200]
        except InvalidInput:
            continue
        if value:
            found[name] = value
    return found


def key(value: Any) -> int:
    """A row's key in a page mark.

    Raises:
        ValueError: for what no row can have.
    """
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError(number)
    return number


def rank(value: Any) -> int:
    """How well a row fits what was searched for, in a page mark.

    Raises:
        ValueError: for what no row can have.
    """
    number = int(value)
    if not 0 <= number < 1_000:
        raise ValueError(number)
    return number


def instant(value: Any) -> datetime:
    """An instant in a page mark.

    Raises:
        ValueError: for what is none.
    """
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(value)
    return at


def draw(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of this feature, with the names of kinds and channels at hand; 422 if a form of it failed."""
    forms = [value for value in context.values() if hasattr(value, "failed")]
    code = 422 if request.method == "POST" and any(form.failed for form in forms) else status
    text = page(
        f"issues/{template}",
        kind_name=lambda value: _(KIND_NAMES[value]),
        channel_name=lambda value: _(CHANNEL_WORDS[value]),
        lines=lines,
        **context,
    )
    return text, code


def field_choices(work: Work) -> Choices:
    """Every field of work, by code."""
    return [(row.code, name_of(row)) for row in fields(work.db)]


def departments_today(work: Work) -> Sequence[Department]:
    """Every department that exists today, the ones people look for first."""
    return valid_departments(work.db, work.now.astimezone(work.zone).date())


def offer(form: Any, work: Work) -> None:
    """Fill an issue form's selects with what there is today."""
    every = departments_today(work)
    form.offer(
        fields=field_choices(work),
        departments=[(one.code, name_of(one)) for one in every],
        localities=[(one.code, name_of(one)) for one in every if one.kind == "locality"],
    )


def field_by_code(work: Work, code: str | None) -> Field | None:
    """The field with `code`, if there is one."""
    return work.db.scalar(select(Field).where(Field.code == code)) if code else None


def department_by_code(work: Work, code: str | None) -> Department | None:
    """The department with `code`, if there is one."""
    return work.db.scalar(select(Department).where(Department.code == code)) if code else None


def typed_issue(form: Any, work: Work) -> dict[str, Any]:
    """What an issue form says, as the service takes it."""
    return {
        "title": form.title.data or "",
        "description": form.description.data or "",
        "kind": form.kind.data,
        "visibility": form.visibility.data or "public",
        "procedure": form.procedure.data or "",
        "field": field_by_code(work, form.field.data),
        "suggested_department": department_by_code(work, form.suggested_department.data),
        "locality": department_by_code(work, form.locality.data),
    }


def may_see_all(actor: Actor, issue: Issue) -> bool:
    """Whether someone of the staff may read the whole issue, not only what is published.

    Organisers and leaders, and the officers of the department that leads; but about
    conduct no officer, since it may be about the reader (R23).
    """
    return actor.is_staff and can(actor, "issue.read_all", issue)


def demand_all(actor: Actor, issue: Issue) -> None:
    """Go on only if the actor may read the whole issue.

    Raises:
        NotFound: if not: that there is such an issue is nobody else's business.
    """
    note_asked("issue.read_all")
    if not may_see_all(actor, issue):
        raise NotFound()


def work_and_actor() -> tuple[Work, Actor]:
    """The request's unit of work, and who makes the request."""
    work = current_work()
    return work, work.actor
