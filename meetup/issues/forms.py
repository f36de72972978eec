"""The forms about issues, for enterprises and the public."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from meetup.enterprises.models import KINDS as ENTERPRISE_KINDS
from meetup.errors import N_
from meetup.issues.attachments import ACCEPT
from meetup.issues.publication import COMMENT_LENGTH
from meetup.issues.values import KINDS, REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, VISIBILITIES, Upload
from meetup.web.forms import Form
from meetup.web.i18n import _, lazy, ngettext

#: What WTForms itself says of our fields, so that the catalogue has it.
WTFORMS_SAYS = (
    N_("This field is required."),
    N_("Not a valid choice."),
    N_("Not a valid integer value."),
    N_("Invalid Choice: could not coerce."),
)


def _too_long(limit: int) -> str:
    """The same of a text that is too long: WTForms takes this very sentence out of our catalogue."""
    return ngettext(
        "Field cannot be longer than %(max)d character.",
        "Field cannot be longer than %(max)d characters.",
        limit,
        max=limit,
    )


#: What a select offers: (value, words).
Choices = list[tuple[str, str]]

KIND_WORDS = {
    "obstacle": N_("Obstacle: a rule or procedure stands in the way"),
    "hardship": N_("Hardship: conditions are difficult"),
    "proposal": N_("Petition: an agency is asked to act"),
    "suggestion": N_("Suggestion: how something could be better"),
    "conduct": N_("Conduct of an officer (goes to the head of the agency, never public)"),
}
KIND_NAMES = {
    "obstacle": N_("Obstacle"),
    "hardship": N_("Hardship"),
    "proposal": N_("Petition"),
    "suggestion": N_("Suggestion"),
    "conduct": N_("Conduct of an officer"),
}
VISIBILITY_WORDS = {
    "public": N_("Published with our name"),
    "anonymous": N_("Published without our name"),
    "confidential": N_("Not published"),
}
CHANNEL_WORDS = {
    "portal": N_("This site"),
    "coffee": N_("At a session"),
    "phone": N_("Telephone"),
    "hotline": N_("Hotline"),
    "paper": N_("Paper form"),
    "letter": N_("Letter"),
    "mail": N_("E-mail"),
    "dialogue": N_("Formal dialogue"),
    "reception": N_("Reception of citizens"),
    "guidance": N_("Guidance at an agency"),
}
ENTERPRISE_WORDS = {
    "enterprise": N_("Enterprise"),
    "household": N_("Household business"),
    "cooperative": N_("Cooperative"),
    "investor": N_("Investor"),
    "citizen": N_("Citizen"),
    "association": N_("Association, for its members"),
}


def worded(values: tuple[str, ...], words: dict[str, str]) -> list[tuple[str, Any]]:
    """(value, words in the page's language) for a select or radio buttons."""
    return [(value, lazy(words[value])) for value in values]


def uploads(field: Any) -> list[Upload]:
    """The files that were chosen; a chooser left empty sends one without a name."""
    return [Upload(one.filename, one.read()) for one in field.data or () if getattr(one, "filename", "")]


class IssueForm(Form):
    """An enterprise hands in an issue."""

    title = StringField(lazy("In one sentence: what is it about?"), [InputRequired(), Length(max=TITLE_LENGTH)])
    description = TextAreaField(
        lazy("What happened, where, and what would help?"),
        [InputRequired(), Length(max=TEXT_LENGTH)],
        description=lazy("Leave out personal identity numbers, telephone numbers and e-mail addresses."),
    )
    kind = SelectField(lazy("Kind"), choices=worded(KINDS, KIND_WORDS), default="obstacle")
    field = SelectField(lazy("Field"), validators=[Optional()])
    suggested_department = SelectField(
        lazy("Which agency should answer?"),
        validators=[Optional()],
        description=lazy("A suggestion; the organiser decides."),
    )
    locality = SelectField(lazy("Where is it? (commune or ward)"), validators=[Optional()])
    procedure = StringField(lazy("Administrative procedure concerned"), [Optional(), Length(max=200)])
    visibility = RadioField(
        lazy("May the issue and its answer be published?"),
        choices=worded(VISIBILITIES, VISIBILITY_WORDS),
        description=lazy(
            "The name of a household business or a citizen is personal: whoever chooses to publish it agrees to that, "
            "and may take the agreement back at any time."
        ),
        default="public",
    )
    attachments = MultipleFileField(lazy("Documents"), render_kw={"accept": ACCEPT})

    def offer(self, *, fields: Choices, departments: Choices, localities: Choices) -> None:
        """Fill the selects with what there is today."""
        none = ("", _("(not sure)"))
        self.field.choices = [none, *fields]
        self.suggested_department.choices = [none, *departments]
        self.locality.choices = [none, *localities]


class SenderFields:
    """Who sends it, for those who have no registration."""

    sender_kind = SelectField(lazy("You are"), choices=worded(ENTERPRISE_KINDS, ENTERPRISE_WORDS), default="enterprise")
    sender_name = StringField(
        lazy("Name of the enterprise or organisation"),
        [Optional(), Length(max=200)],
        description=lazy("Citizens may leave it empty."),
    )
    tax_code = StringField(
        lazy("Tax code"),
        [Optional(), Length(max=20)],
        description=lazy("If there is one. Citizens and foreign investors need none."),
    )
    name = StringField(lazy("Full name of the contact person"), [InputRequired(), Length(max=120)])
    email = EmailField(
        lazy("E-mail"),
        [InputRequired(), Length(max=254)],
        description=lazy("The receipt and every answer go there. It is never published."),
    )
    phone = TelField(lazy("Telephone"), [Optional(), Length(max=30)])


class OpenIssueForm(SenderFields, IssueForm):
    """Anyone hands in an issue, without a session or an account."""

    consent = BooleanField(
        lazy("I agree that these data are used to deal with this issue."),
        [InputRequired(message=lazy("Without this consent the issue cannot be dealt with."))],
    )


class DeskIssueForm(SenderFields, IssueForm):
    """The staff enters an issue for someone who called, wrote or came."""

    channel = SelectField(
        lazy("How it came in"), choices=worded(tuple(CHANNEL_WORDS)[1:], CHANNEL_WORDS), default="phone"
    )
    session = SelectField(lazy("Session"), validators=[Optional()])
    language = SelectField(
        lazy("Language of the mails"), choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    consent = BooleanField(
        lazy("The person was told what the data are used for, and agrees."),
        [InputRequired(message=lazy("Without this consent the issue cannot be dealt with."))],
    )


class MessageForm(Form):
    """A line of the thread, with documents."""

    body = TextAreaField(lazy("Message"), [InputRequired(), Length(max=TEXT_LENGTH)])
    attachments = MultipleFileField(lazy("Documents"), render_kw={"accept": ACCEPT})


class InformForm(Form):
    """The enterprise gives the information that it was asked for."""

    text = TextAreaField(lazy("Your answer"), [InputRequired(), Length(max=TEXT_LENGTH)])
    attachments = MultipleFileField(lazy("Documents"), render_kw={"accept": ACCEPT})


class CommentForm(Form):
    """A reader's comment on a published issue."""

    name = StringField(lazy("Name"), [InputRequired(), Length(max=120)])
    # R40: these words stand here verbatim, in the public comment form alone.
    email = EmailField(
        lazy("E-mail"),
        [InputRequired(), Length(max=254)],
        description=lazy("Your e-mail address will not be published."),
    )
    body = TextAreaField(lazy("Comment"), [InputRequired(), Length(max=COMMENT_LENGTH)])
    parent = SelectField(lazy("In reply to"), validators=[Optional()], coerce=str)


class ReasonForm(Form):
    """A reason, where there has to be one."""

    reason = TextAreaField(lazy("Reason"), [InputRequired(), Length(max=REASON_LENGTH)])
