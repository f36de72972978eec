"""Shapes of sessions, invitations and registrations."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from meetup.enterprises.models import KINDS as ENTERPRISE_KINDS
from meetup.rest.schemas.base import Instant, Strict, line, number, prose, rfc3339, told


class SessionPatch(Strict):
    title = line(200)
    topic = line(200)
    description = prose()
    starts_at = Instant()
    ends_at = Instant()
    timezone = line(60)
    venue = line(300)
    online_url = fields.URL(schemes={"http", "https"}, allow_none=True)
    capacity = number(1, 10_000)
    seats_per_enterprise = number(1, 100)
    registration_opens_at = Instant(allow_none=True)
    registration_closes_at = Instant(allow_none=True)
    chair = line(120)
    chair_role = line(120)
    delegate = line(120)
    delegate_role = line(120)
    secretary = line(120)
    is_private = fields.Boolean()


class RecurrenceIn(Strict):
    rrule = line(300, required=True, metadata={"description": "RFC 5545 §3.3.10: FREQ=MONTHLY;BYDAY=3FR"})
    skip_holidays = fields.Boolean()


class SessionIn(SessionPatch):
    programme = fields.Raw(
        required=True, metadata={"type": ["integer", "string"], "description": "The programme's id or slug."}
    )
    title = line(200, required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    recurrence = fields.Nested(RecurrenceIn, allow_none=True)


def _in_zone(name: str, *, always: bool = False) -> fields.Function:
    kind = "string" if always else ["string", "null"]
    return fields.Function(
        lambda row: rfc3339(getattr(row, name), row.timezone), metadata={"type": kind, "format": "date-time"}
    )


class SessionOut(Schema):
    id = fields.Integer()
    slug = fields.String()
    uid = fields.String()
    number = fields.Integer(allow_none=True)
    programme = told("string", lambda row: row.programme.slug)
    state = fields.String()
    sequence = fields.Integer()
    version = fields.Integer()
    title = fields.String()
    topic = fields.String()
    description = fields.String()
    chair = fields.String()
    chair_role = fields.String()
    delegate = fields.String()
    delegate_role = fields.String()
    secretary = fields.String()
    starts_at = _in_zone("starts_at", always=True)
    ends_at = _in_zone("ends_at", always=True)
    timezone = fields.String()
    venue = fields.String()
    online_url = fields.String()
    capacity = fields.Integer()
    seats_per_enterprise = fields.Integer()
    seats_taken = fields.Integer()
    seats_left = fields.Integer()
    registration_opens_at = _in_zone("registration_opens_at")
    registration_closes_at = _in_zone("registration_closes_at")
    is_private = fields.Boolean()
    cancel_reason = fields.String()
    conclusion_number = fields.String()
    recurrence = fields.Dict(allow_none=True)
    series_uid = fields.String()
    recurrence_id = _in_zone("recurrence_id")


class SeriesChangeIn(Strict):
    rrule = line(300, required=True, metadata={"description": "RFC 5545 §3.3.10; a COUNT counts from this session on."})
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    skip_holidays = fields.Boolean(load_default=False)
    reason = prose(metadata={"description": "For those whose session falls on no date any more."})
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only say what would become of it."})


class SeriesMoveOut(Schema):
    session_id = fields.Integer()
    starts_at = fields.String(allow_none=True, metadata={"description": "None: on no date any more."})


class SeriesChangeOut(Schema):
    is_whole = fields.Boolean(metadata={"description": "The series itself changes; else a new one begins here."})
    sessions = fields.List(fields.Nested(SeriesMoveOut))
    made = fields.List(fields.String(metadata={"description": "Dates that get a session."}))


class SeriesEndOut(Schema):
    called_off = fields.List(fields.Integer())


class ReasonIn(Strict):
    reason = prose(required=True)


class ReportIn(Strict):
    conclusion_number = line(60)
    summary = prose()


class InvitationIn(Strict):
    tax_code = line(40, allow_none=True)
    kind = fields.String(load_default="enterprise", validate=validate.OneOf(ENTERPRISE_KINDS))
    name = line(200, required=True)
    contact_name = line(120, required=True)
    email = line(254, required=True)
    phone = line(40)
    language = fields.String(validate=validate.OneOf(["vi", "en"]))


class InvitationsOut(Schema):
    sent = fields.Integer()
    known = fields.Integer()
    faults = fields.Dict(keys=fields.String(), values=fields.Dict())


class EnterpriseIn(Strict):
    kind = fields.String(load_default="enterprise", validate=validate.OneOf(ENTERPRISE_KINDS))
    tax_code = line(40, allow_none=True)
    name = line(200, required=True)
    sector = line(120)


class ContactIn(Strict):
    name = line(120, required=True)
    email = line(254, required=True)
    phone = line(40)
    language = fields.String(load_default="vi", validate=validate.OneOf(["vi", "en"]))


class ParticipantIn(Strict):
    name = line(120, required=True)
    position = line(120)


class RegistrationIn(Strict):
    enterprise = fields.Nested(EnterpriseIn, required=True)
    contact = fields.Nested(ContactIn, required=True)
    participants = fields.List(fields.Nested(ParticipantIn), required=True, validate=validate.Length(1, 100))
    response = fields.String(load_default="accepted", validate=validate.OneOf(["accepted", "tentative", "declined"]))
    consent = fields.Boolean(required=True)


class RegistrationPatch(Strict):
    response = fields.String(validate=validate.OneOf(["accepted", "tentative", "declined"]))
    participants = fields.List(fields.Nested(ParticipantIn), validate=validate.Length(1, 100))


class CancelIn(Strict):
    reason = prose()


class RegistrationOut(Schema):
    id = fields.Integer()
    session_id = fields.Integer()
    state = fields.String()
    seats = fields.Integer()
    waitlist_position = fields.Integer(allow_none=True)
    manage_url = fields.String()
    enterprise = fields.Dict()
    contact = fields.Dict()
    participants = fields.List(fields.Dict())
    offered_until = fields.String(allow_none=True)
    checked_in_at = fields.String(allow_none=True)
    version = fields.Integer()
