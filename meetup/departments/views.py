"""The pages where departments, fields and the working calendar are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.departments import queries, service
from meetup.departments.forms import KIND_WORDS, DayForm, DepartmentForm, FieldForm
from meetup.departments.models import Department
from meetup.domain.faults import EMPTY, FILL_IN
from meetup.errors import InvalidInput, NotFound
from meetup.web.current import current_work, link
from meetup.web.forms import Form, submit
from meetup.web.guards import allow
from meetup.web.history import DEPARTMENT, history
from meetup.web.i18n import _
from meetup.web.pages import page

bp = Blueprint("departments", __name__)


@bp.get("/organize/departments/")
@allow("department.manage")
def index() -> Any:
    """The departments, the fields, and the days that are not as the calendar says."""
    return _show(FieldForm(formdata=None), DayForm(formdata=None))


def _show(field_form: Form, day_form: Form) -> Any:
    work = current_work()
    today = work.now.astimezone(work.zone).date()
    failed = request.method == "POST" and (field_form.failed or day_form.failed)
    text = page(
        "departments/index.html",
        departments=queries.all_departments(work.db),
        fields=queries.fields(work.db),
        overrides=queries.overrides(work.db, today.replace(month=1, day=1)),
        kind_name=lambda kind: _(str(KIND_WORDS.get(kind, kind))),
        today=today,
        field_form=field_form,
        day_form=day_form,
    )
    return text, 422 if failed else 200


@bp.route("/organize/departments/new", methods=["GET", "POST"])
@allow("department.manage")
def new() -> Any:
    """Enter a department."""
    form = DepartmentForm()
    _offer(form, None)
    done = submit(
        form,
        lambda: service.create_department(
            current_work(), code=form.code.data or "", **form.values(), successor=_successor(form)
        ),
    )
    return _answer(form, done, None)


@bp.route("/organize/departments/<int:key>", methods=["GET", "POST"])
@allow("department.manage")
def edit(key: int) -> Any:
    """Change a department; its code stays."""
    department = _by_key(key)
    form = DepartmentForm()
    _offer(form, department)
    if request.method == "GET":
        form.show(department)
    text = form.version.data or ""
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    done = submit(
        form,
        lambda: service.update_department(
            current_work(), department, version=version, **form.values(), successor=_successor(form)
        ),
    )
    return _answer(form, done, department if done else _by_key(key))


@bp.post("/organize/departments/fields")
@allow("department.manage")
def field() -> Any:
    """Enter a field of work."""
    form = FieldForm()
    return _small(
        form,
        lambda: service.create_field(
            current_work(), code=form.code.data or "", name=form.name.data or "", name_en=form.name_en.data or ""
        ),
        lambda: _show(form, DayForm(formdata=None)),
    )


@bp.post("/organize/departments/days")
@allow("department.manage")
def day() -> Any:
    """Make a day a holiday or a working day."""
    form = DayForm()

    def step() -> bool:
        if form.day.data is None:
            raise InvalidInput("day", EMPTY, FILL_IN)
        service.set_override(
            current_work(),
            form.day.data,
            form.kind.data or "",
            note=form.note.data or "",
            source=form.source.data or "",
        )
        return True

    return _small(form, step, lambda: _show(FieldForm(formdata=None), form))


def _small(form: Form, step: Callable[[], Any], again: Callable[[], Any]) -> Any:
    if submit(form, step) is None:
        return again()
    flash(_("Kept."), "success")
    answer: Any = redirect(link("departments.index"))
    return answer


def _offer(form: DepartmentForm, own: Department | None) -> None:
    others = queries.all_departments(current_work().db)
    form.offer([(one.code, one.name) for one in others if own is None or one.id != own.id])


def _successor(form: DepartmentForm) -> Department | None:
    code = form.successor.data or ""
    return service.by_code(current_work(), code, field="successor") if code else None


def _by_key(key: int) -> Department:
    query = select(Department).where(Department.id == key).options(joinedload(Department.successor))
    found = current_work().db.scalar(query)
    if found is None:
        raise NotFound()
    return found


def _answer(form: DepartmentForm, done: Department | None, department: Department | None) -> Any:
    if done is not None:
        flash(_("%(name)s: kept.", name=done.name), "success")
        answer: Any = redirect(link("departments.index"))
        return answer
    code = 422 if request.method == "POST" and form.failed else 200
    steps = history(current_work(), department.subject, DEPARTMENT) if department else []
    return page("departments/edit.html", form=form, department=department, steps=steps), code
