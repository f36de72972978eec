"""The staff's forms about issues."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from meetup.issues.attachments import ACCEPT
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH
from meetup.web.forms import Form
from meetup.web.i18n import lazy


class AcceptForm(Form):
    """Take an issue on."""

    field = SelectField(lazy("Field"), validators=[InputRequired()])
    lead_department = SelectField(lazy("Lead agency"), validators=[InputRequired()])


class BulkAcceptForm(Form):
    """Take several on: one field and one agency for all, or what each of them says."""

    field = SelectField(lazy("Field"), validators=[Optional()])
    lead_department = SelectField(lazy("Lead agency"), validators=[Optional()])


class DeclineForm(Form):
    """Not take it on."""

    reason = TextAreaField(
        lazy("Reason, as the enterprise will read it"),
        [InputRequired(), Length(max=REASON_LENGTH)],
        description=lazy("For a complaint or denunciation: say where and how it is filed."),
        render_kw={"rows": 3},
    )


class AskForm(Form):
    """Ask the enterprise back."""

    question = TextAreaField(
        lazy("What do we need to know?"), [InputRequired(), Length(max=REASON_LENGTH)], render_kw={"rows": 3}
    )


class MergeForm(Form):
    """Merge it into another."""

    into = IntegerField(
        lazy("Number of the issue that it goes on with"),
        [InputRequired(message=lazy("Write the number of the other issue."))],
        render_kw={"inputmode": "numeric"},
    )


class WriteForm(Form):
    """Write to the enterprise, or a note for the staff."""

    body = TextAreaField(lazy("Message"), [InputRequired(), Length(max=TEXT_LENGTH)], render_kw={"rows": 4})
    is_internal = BooleanField(lazy("Internal note: only the staff reads it"))
    attachments = MultipleFileField(lazy("Documents"), render_kw={"accept": ACCEPT})


class PublishForm(Form):
    """The text that the public reads."""

    title = StringField(lazy("Title"), [InputRequired(), Length(max=TITLE_LENGTH)])
    question = TextAreaField(lazy("Question"), [InputRequired(), Length(max=TEXT_LENGTH)], render_kw={"rows": 6})
    answer = TextAreaField(lazy("Answer"), [Optional(), Length(max=TEXT_LENGTH)], render_kw={"rows": 8})
    note = StringField(
        lazy("What was corrected, and why"),
        [Optional(), Length(max=REASON_LENGTH)],
        description=lazy("Stands in the public history of corrections. Needed once the text is published."),
    )


class UnpublishForm(Form):
    """Take the text off the public pages."""

    note = StringField(
        lazy("Why it is taken off"),
        [InputRequired(), Length(max=REASON_LENGTH)],
        description=lazy("Stands on the page instead of the text."),
    )


class RejectForm(Form):
    """Not show a comment."""

    reason = StringField(lazy("Reason"), [InputRequired(), Length(max=REASON_LENGTH)])
