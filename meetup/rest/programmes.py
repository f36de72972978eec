"""Programmes and departments over the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.departments import service as departments
from meetup.departments.models import Department, Field
from meetup.programmes import service as programmes
from meetup.programmes.models import Programme
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, MATCH_HEADER, Resource, call, check_match, tagged
from meetup.rest.schemas import (
    DepartmentIn,
    DepartmentOut,
    DepartmentPatch,
    FieldIn,
    FieldOut,
    PageQuery,
    ProgrammeIn,
    ProgrammeOut,
    ProgrammePatch,
    page_of,
)
from meetup.web.current import current_work
from meetup.web.paging import paged, unpack

bp = Resource("programmes", __name__, description="Programmes, departments and fields of work.")


@bp.post("/programmes")
@call("programme.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ProgrammeIn)
@bp.response(201, ProgrammeOut)
def create_programme(data: dict[str, Any]) -> Any:
    """Begin a programme with its legal basis and rules."""
    row = programmes.create_programme(current_work(), **data)
    return tagged(row, row, 201)


@bp.get("/programmes")
@call("staff")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ProgrammeOut))
def list_programmes(query: dict[str, Any]) -> Any:
    """The programmes, oldest first."""
    mark = unpack(query["after"], int)
    statement = select(Programme).order_by(Programme.id).limit(query["limit"] + 1)
    if mark:
        statement = statement.where(Programme.id > mark[0])
    page = paged(current_work().db.scalars(statement).all(), query["limit"], lambda row: (row.id,))
    return {"items": page.items, "next": page.next or None}


@bp.get("/programmes/<int:programme_id>")
@call("staff")
@bp.response(200, ProgrammeOut)
def read_programme(programme_id: int) -> Any:
    """One programme."""
    row = find.programme_by_id(programme_id)
    return tagged(row, row)


@bp.patch("/programmes/<int:programme_id>")
@call("programme.manage")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(ProgrammePatch)
@bp.response(200, ProgrammeOut)
def update_programme(data: dict[str, Any], programme_id: int) -> Any:
    """Change a programme."""
    row = find.programme_by_id(programme_id)
    check_match(row)
    programmes.update_programme(current_work(), row, **data)
    return tagged(row, row)


def _department(code: str) -> Any:
    return find.one(select(Department).where(Department.code == code).options(joinedload(Department.successor)))


def _with_successor(data: dict[str, Any]) -> dict[str, Any]:
    if "successor" in data:
        code = data["successor"]
        data["successor"] = find.department(code, "successor") if code else None
    return data


@bp.post("/departments")
@call("department.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(DepartmentIn)
@bp.response(201, DepartmentOut)
def create_department(data: dict[str, Any]) -> Any:
    """Add a department, branch or locality."""
    departments.create_department(current_work(), **_with_successor(data))
    row = _department(data["code"].strip())
    return tagged(row, row, 201)


@bp.get("/departments")
@call("staff")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(DepartmentOut))
def list_departments(query: dict[str, Any]) -> Any:
    """The departments by code."""
    mark = unpack(query["after"], str)
    statement = (
        select(Department).options(joinedload(Department.successor)).order_by(Department.code).limit(query["limit"] + 1)
    )
    if mark:
        statement = statement.where(Department.code > mark[0])
    page = paged(current_work().db.scalars(statement).all(), query["limit"], lambda row: (row.code,))
    return {"items": page.items, "next": page.next or None}


@bp.get("/departments/<code>")
@call("staff")
@bp.response(200, DepartmentOut)
def read_department(code: str) -> Any:
    """One department."""
    row = _department(code)
    return tagged(row, row)


@bp.patch("/departments/<code>")
@call("department.manage")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(DepartmentPatch)
@bp.response(200, DepartmentOut)
def update_department(data: dict[str, Any], code: str) -> Any:
    """Change a department; its code stays."""
    row = _department(code)
    check_match(row)
    departments.update_department(current_work(), row, **_with_successor(data))
    row = _department(code)
    return tagged(row, row)


@bp.post("/fields")
@call("department.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(FieldIn)
@bp.response(201, FieldOut)
def create_field(data: dict[str, Any]) -> Any:
    """Add a field of work."""
    return departments.create_field(current_work(), **data)


@bp.get("/fields")
@call("staff")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(FieldOut))
def list_fields(query: dict[str, Any]) -> Any:
    """The fields of work by code."""
    mark = unpack(query["after"], str)
    statement = select(Field).order_by(Field.code).limit(query["limit"] + 1)
    if mark:
        statement = statement.where(Field.code > mark[0])
    page = paged(current_work().db.scalars(statement).all(), query["limit"], lambda row: (row.code,))
    return {"items": page.items, "next": page.next or None}
