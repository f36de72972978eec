"""Shapes of follow-ups."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from meetup.rest.schemas.base import AttachmentIn, PageQuery, Strict, line, moment, number, prose, told


class FollowUpOrderIn(Strict):
    lead_department = line(30, required=True)
    coordinating_departments = fields.List(line(30), validate=validate.Length(max=50))
    task = prose(required=True)
    due_on = fields.Date()
    working_days = number(1, 1000)


class ConclusionIn(Strict):
    text = prose(required=True)
    follow_ups = fields.List(fields.Nested(FollowUpOrderIn), load_default=list, validate=validate.Length(max=50))
    outcome = line(20)
    answer = prose()
    legal_references = prose()


class TransferIn(Strict):
    to = line(30, required=True)
    reason = prose(required=True)
    ground = prose()


class ExtendIn(Strict):
    due_on = fields.Date(required=True)
    reason = prose(required=True)


class AnswerIn(Strict):
    text = prose(required=True)
    outcome = line(20, load_default="resolved")
    legal_references = prose()
    forwarded_to = line(200)
    how_to_file = prose()
    attachments = fields.List(fields.Nested(AttachmentIn), validate=validate.Length(max=20))


class ConfirmIn(Strict):
    satisfaction = number(1, 5, required=True)
    comment = prose()


class FollowUpOut(Schema):
    id = told("integer", lambda row: row.number)
    number = fields.Integer()
    issue_id = told("integer", lambda row: row.issue.number)
    session_id = fields.Integer(allow_none=True)
    state = fields.String()
    task = fields.String()
    lead_department = told("string", lambda row: row.lead_department.code)
    transfer_to = told("string", lambda row: row.transfer_to.code if row.transfer_to else None, empty=True)
    coordinating_departments = fields.Method("codes", metadata={"type": "array", "items": {"type": "string"}})
    due_on = fields.Date()
    first_due_on = fields.Date()
    overdue = fields.Method("is_overdue", metadata={"type": "boolean"})
    assigned_at = moment("assigned_at", empty=False)
    accepted_at = moment("accepted_at")
    answered_at = moment("answered_at")
    verified_at = moment("verified_at")
    closed_at = moment("closed_at")
    closing = fields.String()
    outcome = fields.String()
    satisfaction = fields.Integer(allow_none=True)
    transfers = fields.Integer()
    extensions = fields.Integer()
    reopenings = fields.Integer()
    version = fields.Integer()

    def codes(self, row: Any) -> list[str]:
        """The codes of the coordinating departments."""
        return [part.department.code for part in row.coordinating]

    def is_overdue(self, row: Any) -> bool:
        """Whether it is overdue today."""
        from meetup.rest.find import overdue

        return overdue(row)


class FollowUpQuery(PageQuery):
    department = fields.String(load_default="", validate=validate.Length(max=30))
    state = fields.String(load_default="", validate=validate.Length(max=30))
    overdue = fields.Boolean(load_default=None, allow_none=True)
    due_before = fields.Date(load_default=None, allow_none=True)
