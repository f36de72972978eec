"""Shapes of programmes, departments and fields."""

from __future__ import annotations

from datetime import date as day
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from meetup.departments.models import KINDS as DEPARTMENT_KINDS
from meetup.rest.schemas.base import Strict, line, prose, told


class LegalBasis(Strict):
    name = line(300)
    number = line(120)
    date = fields.Date()
    url = fields.URL(schemes={"http", "https"})

    @post_load
    def written(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """The date as text, as the programme keeps it."""
        return {name: value.isoformat() if isinstance(value, day) else value for name, value in data.items()}


class ProgrammeIn(Strict):
    name = line(200, required=True)
    name_en = line(200)
    slug = line(80)
    description = prose()
    legal_basis = fields.Nested(LegalBasis)
    rules = fields.Dict(keys=fields.String(validate=validate.Length(max=40)))
    goals = fields.List(fields.Dict(keys=fields.String()))
    launched_on = fields.Date(allow_none=True)
    timezone = line(60)
    email = fields.Email()


class ProgrammePatch(ProgrammeIn):
    name = line(200)


class ProgrammeOut(Schema):
    id = fields.Integer()
    slug = fields.String()
    name = fields.String()
    name_en = fields.String()
    description = fields.String()
    legal_basis = fields.Dict()
    rules = fields.Dict()
    goals = fields.List(fields.Dict())
    launched_on = fields.Date(allow_none=True)
    timezone = fields.String()
    email = fields.String()
    last_number = fields.Integer()
    version = fields.Integer()


class DepartmentIn(Strict):
    code = line(30, required=True)
    name = line(200, required=True)
    name_en = line(200)
    kind = fields.String(load_default="department", validate=validate.OneOf(DEPARTMENT_KINDS))
    email = fields.Email()
    head_email = fields.Email()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    successor = line(30, allow_none=True)


class DepartmentPatch(Strict):
    name = line(200)
    name_en = line(200)
    kind = fields.String(validate=validate.OneOf(DEPARTMENT_KINDS))
    email = fields.Email()
    head_email = fields.Email()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    successor = line(30, allow_none=True)


class FieldIn(Strict):
    code = line(40, required=True)
    name = line(120, required=True)
    name_en = line(120)


class FieldOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String()


class DepartmentOut(Schema):
    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    name_en = fields.String()
    kind = fields.String()
    email = fields.String()
    head_email = fields.String()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    successor = told(
        "string", lambda row: row.successor.code if row.successor_id and row.successor else None, empty=True
    )
    version = fields.Integer()
