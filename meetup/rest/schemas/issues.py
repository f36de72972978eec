"""Shapes of issues, agendas and conclusions."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from meetup.rest.schemas.base import AttachmentIn, PageQuery, Strict, line, moment, number, prose, told


class IssueIn(Strict):
    registration_id = number(1, 2**53, required=True)
    title = line(200, required=True)
    description = prose(required=True)
    field = line(40, allow_none=True)
    suggested_department = line(30, allow_none=True)
    visibility = fields.String(load_default="public", validate=validate.OneOf(["public", "anonymous", "confidential"]))
    kind = fields.String(
        load_default="obstacle",
        validate=validate.OneOf(["hardship", "obstacle", "proposal", "suggestion", "conduct"]),
    )
    attachments = fields.List(fields.Nested(AttachmentIn), validate=validate.Length(max=20))


class AcceptIn(Strict):
    field = line(40, required=True)
    lead_department = line(30, required=True)


class QuestionIn(Strict):
    question = prose(required=True)


class MergeIn(Strict):
    into = number(1, 2**53, required=True)


class TextIn(Strict):
    text = prose(required=True)


class IssueOut(Schema):
    id = told("integer", lambda row: row.number)
    number = fields.Integer()
    state = fields.String()
    kind = fields.String()
    channel = fields.String()
    visibility = fields.String()
    title = fields.String()
    description = fields.String()
    field = told("string", lambda row: row.field.code if row.field else None, empty=True)
    suggested_department = told(
        "string", lambda row: row.suggested_department.code if row.suggested_department else None, empty=True
    )
    lead_department = told("string", lambda row: row.lead_department.code if row.lead_department else None, empty=True)
    session_id = fields.Integer(allow_none=True)
    registration_id = fields.Integer(allow_none=True)
    enterprise = told("string", lambda row: row.enterprise.name)
    question = fields.String()
    decline_reason = fields.String()
    merged_into = told("integer", lambda row: row.merged_into.number if row.merged_into else None, empty=True)
    conclusion = fields.String()
    outcome = fields.String()
    answer = fields.String()
    received_at = moment("received_at", empty=False)
    answered_at = moment("answered_at")
    resolved_at = moment("resolved_at")
    published = told("boolean", lambda row: row.is_public)
    version = fields.Integer()


class AgendaItemIn(Strict):
    issue_id = number(1, 2**53, required=True)
    minutes = number(1, 600, load_default=10)


class AgendaItemOut(Schema):
    issue_id = fields.Integer()
    title = fields.String()
    minutes = fields.Integer()
    starts_at = fields.String()


class IssueQuery(PageQuery):
    q = fields.String(load_default="", validate=validate.Length(max=200))
    field = fields.String(load_default="", validate=validate.Length(max=40))
    state = fields.String(load_default="", validate=validate.Length(max=30))
