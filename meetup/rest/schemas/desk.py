"""Shapes of what the organiser's desk does."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from meetup.rest.schemas.base import Instant, PageQuery, Strict, line, moment, number, prose
from meetup.rest.schemas.sessions import EnterpriseIn, ParticipantIn


class CopyIn(Strict):
    starts_at = Instant(required=True)


class VisitorIn(Strict):
    name = line(120, required=True)
    email = line(254)
    phone = line(40)


class WalkInIn(Strict):
    enterprise = fields.Nested(EnterpriseIn, required=True)
    contact = fields.Nested(VisitorIn, required=True)
    participants = fields.List(fields.Nested(ParticipantIn), load_default=list, validate=validate.Length(max=100))


class CountOut(Schema):
    count = fields.Integer()


class StageIn(Strict):
    issue_id = number(1, 2**53, allow_none=True, load_default=None)


class WordingIn(Strict):
    issue_id = number(1, 2**53, required=True)
    text = prose(required=True)


class MinutesIn(Strict):
    conclusion_number = line(60)
    summary = prose()
    conclusions = fields.List(fields.Nested(WordingIn), load_default=list, validate=validate.Length(max=100))


class MessageIn(Strict):
    text = prose(required=True)
    is_internal = fields.Boolean(load_default=False)


class PublishIn(Strict):
    title = line(200, required=True)
    question = prose(required=True)
    answer = prose(load_default="")
    note = prose(load_default="")


class NoteIn(Strict):
    note = prose(required=True)


class FileIn(Strict):
    id = number(1, 2**53, required=True)
    description = line(300, load_default="")


class CoSignIn(Strict):
    registration_id = number(1, 2**53, required=True)


class CommentQuery(PageQuery):
    state = fields.String(load_default="pending", validate=validate.OneOf(["pending", "approved", "rejected"]))


class CommentOut(Schema):
    id = fields.Integer()
    name = fields.String()
    body = fields.String()
    state = fields.String()
    reject_reason = fields.String()
    at = moment("at", empty=False)


class DayIn(Strict):
    kind = fields.String(required=True, validate=validate.OneOf(["holiday", "workday", ""]))
    note = line(200, load_default="")
    source = line(200, load_default="")


class OutgoingQuery(PageQuery):
    state = fields.String(
        load_default="dead",
        validate=validate.OneOf(["queued", "leased", "sent", "dead", "superseded", "expired"]),
    )


class OutgoingOut(Schema):
    id = fields.Integer()
    kind = fields.String()
    channel = fields.String()
    recipient = fields.String()
    subject = fields.String()
    state = fields.String()
    reason = fields.String()
    attempts = fields.Integer()
    not_before = moment("not_before", empty=False)
    sent_at = moment("sent_at")
    message_id = fields.String()
    request_id = fields.String()


class RuleQuery(Schema):
    programme = fields.String(load_default="", validate=validate.Length(max=80))


class RuleIn(Strict):
    kind = line(20, required=True)
    whom = line(20, required=True)
    amount = number(0, 1000, load_default=0)
    unit = fields.String(load_default="w", validate=validate.OneOf(["h", "d", "w"]))
    channel = line(20, load_default="mail")
    notice = line(60, load_default="")
    enabled = fields.Boolean(load_default=True)
    in_digest = fields.Boolean(load_default=False)
    weekday = number(0, 6, load_default=0)
    hour = number(0, 23, load_default=8)


class RulePatch(Strict):
    amount = number(0, 1000)
    unit = fields.String(validate=validate.OneOf(["h", "d", "w"]))
    channel = line(20)
    notice = line(60)
    enabled = fields.Boolean()
    in_digest = fields.Boolean()
    weekday = number(0, 6)
    hour = number(0, 23)


class RuleOut(Schema):
    key = fields.String()
    kind = fields.String()
    whom = fields.String()
    amount = fields.Integer()
    unit = fields.String()
    channel = fields.String()
    notice = fields.String()
    enabled = fields.Boolean()
    in_digest = fields.Boolean()
    weekday = fields.Integer()
    hour = fields.Integer()


class OwnRulesIn(Strict):
    own = fields.Boolean(required=True)
