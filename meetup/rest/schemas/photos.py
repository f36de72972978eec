"""Shapes of photographs."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from meetup.domain.photos import PHOTO
from meetup.photos.service import ALT, CAPTION, CREDIT, MOST
from meetup.rest.schemas.base import ContentField, Strict, line, number


class PhotoPatch(Strict):
    caption = line(CAPTION)
    caption_en = line(CAPTION)
    credit = line(CREDIT)
    alt = line(ALT, metadata={"description": "What it shows, in Vietnamese; none is published without."})
    alt_en = line(ALT)


class PhotoIn(PhotoPatch):
    name = line(200, required=True)
    content = ContentField(required=True, metadata={"type": "string", "format": "byte"})


class PhotoPublishIn(Strict):
    nobody_unasked = fields.Boolean(
        required=True,
        metadata={"description": "True: nobody can be recognised on it who did not agree to photographs."},
    )


class PhotoMoveIn(Strict):
    place = number(1, MOST, required=True, metadata={"description": "Its place among the session's, from 1 on."})


class PhotoOut(Schema):
    id = fields.Integer()
    session_id = fields.Integer()
    state = fields.String(validate=validate.OneOf(PHOTO.states))
    position = fields.Integer()
    caption = fields.String()
    caption_en = fields.String()
    credit = fields.String()
    alt = fields.String()
    alt_en = fields.String()
    content_type = fields.String()
    size = fields.Integer(metadata={"description": "In bytes, as it is kept."})
    width = fields.Integer()
    height = fields.Integer()
    sha256 = fields.String()
    url = fields.String(allow_none=True, metadata={"description": "None while it is not published."})
    small_url = fields.String(allow_none=True, metadata={"description": "The narrower copy that the page shows."})
    published_at = fields.String(allow_none=True)
    version = fields.Integer()


class PhotosOut(Schema):
    items = fields.List(fields.Nested(PhotoOut))
    without_consent = fields.Integer(metadata={"description": "Of how many people present no agreement is held."})
