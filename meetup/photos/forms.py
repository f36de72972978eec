"""The organiser's forms for a session's photographs."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from meetup.photos.service import ALT, CAPTION, CREDIT
from meetup.pictures import TYPES
from meetup.web.fields import AtMost, Needed
from meetup.web.forms import Form
from meetup.web.i18n import lazy

_CREDIT = {"placeholder": "Ảnh: Nguyễn Văn A"}


class AddForm(Form):
    """Photographs as they come from a camera."""

    photos = MultipleFileField(
        lazy("Photographs"), [Needed()], render_kw={"accept": ",".join(end for ends in TYPES.values() for end in ends)}
    )
    credit = StringField(
        lazy("Credit"),
        [AtMost(CREDIT)],
        description=lazy("Who took them; it stands below each and can be changed there."),
        render_kw=_CREDIT,
    )


class WordsForm(Form):
    """What is said of one photograph."""

    alt = TextAreaField(
        lazy("Description in Vietnamese"),
        [Needed(), AtMost(ALT)],
        description=lazy("Say in words what the photograph shows, for readers who cannot see it."),
        render_kw={"rows": 2},
    )
    caption = StringField(lazy("Caption"), [AtMost(CAPTION)])
    credit = StringField(lazy("Credit"), [AtMost(CREDIT)], render_kw=_CREDIT)
    alt_en = TextAreaField(lazy("Description in English"), [AtMost(ALT)], render_kw={"rows": 2})
    caption_en = StringField(lazy("Caption in English"), [AtMost(CAPTION)])
    version = HiddenField()

    def words(self) -> dict[str, str]:
        """What was typed, as the service takes it."""
        return {one.short_name: one.data or "" for one in self if one.short_name not in {"version", "csrf_token"}}

    def seen(self) -> int | None:
        """The version that the person saw, if the form says so."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class PublishForm(Form):
    """The word of whoever publishes a photograph."""

    nobody_unasked = BooleanField(lazy("Nobody can be recognised on it who did not agree to photographs."), [Needed()])


class StepForm(Form):
    """A step that needs no words: withhold, remove, move."""
