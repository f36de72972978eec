"""Shapes of scorecards and of the activity log."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from meetup.rest.schemas.base import moment


class ActivityQuery(Schema):
    class Meta:
        unknown = RAISE

    subject = fields.String(load_default="", validate=validate.Length(max=80))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))


class ActivityOut(Schema):
    seq = fields.Integer()
    at = moment("at", empty=False)
    actor_kind = fields.String()
    actor_id = fields.String()
    actor_name = fields.String(allow_none=True)
    action = fields.String()
    subject = fields.String()
    about = fields.String()
    before = fields.String()
    after = fields.String()
    details = fields.Dict(allow_none=True)
    details_digest = fields.String()
    request_id = fields.String()
    prev_hash = fields.String()
    hash = fields.String()


class ScorecardQuery(Schema):
    class Meta:
        unknown = RAISE

    by = fields.String(load_default="department", validate=validate.OneOf(["department", "field", "criterion"]))
    since = fields.Date(data_key="from", load_default=None, allow_none=True)
    until = fields.Date(data_key="to", load_default=None, allow_none=True)


class ScorecardOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String()
    kind = fields.String()
    assigned = fields.Integer()
    open = fields.Integer()
    answered = fields.Integer()
    on_time = fields.Integer()
    late = fields.Integer()
    overdue_now = fields.Integer()
    closed = fields.Integer()
    closed_on_time = fields.Integer()
    confirmed = fields.Integer()
    no_response = fields.Integer()
    median_days_to_first_response = fields.Float(allow_none=True)
    median_days_to_closing = fields.Float(allow_none=True)
    transfers = fields.Integer()
    extensions = fields.Integer()
    pass_around = fields.Integer()
    reopened = fields.Integer()
    reopen_rate = fields.Float(allow_none=True)
    satisfaction = fields.Float(allow_none=True)
    satisfaction_count = fields.Integer()
    score = fields.Float(allow_none=True)
    place = fields.Integer(allow_none=True)
