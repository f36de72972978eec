"""The forms about follow-ups: for departments, the organiser, the secretary and the enterprise."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from meetup.domain.issues import OUTCOMES
from meetup.errors import N_
from meetup.followups.models import Draft
from meetup.issues.attachments import ACCEPT
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH
from meetup.web.fields import DayField, FieldList
from meetup.web.forms import Form
from meetup.web.i18n import lazy

Choices = list[tuple[str, str]]

OUTCOME_WORDS = {
    "resolved": N_("Resolved: what was asked for is done"),
    "explained": N_("Explained: the rules and the way are made clear"),
    "planned": N_("Planned: will be done by a date that the answer names"),
    "beyond_authority": N_("Beyond authority: forwarded to a higher level"),
    "referred_out": N_("A complaint or denunciation: takes another way"),
    "declined": N_("Not agreed to, with reasons"),
}

SATISFACTION = {
    5: N_("5 – very satisfied"),
    4: N_("4 – satisfied"),
    3: N_("3 – acceptable"),
    2: N_("2 – dissatisfied"),
    1: N_("1 – very dissatisfied"),
}


def reason_field(words: str, name: str, **more: Any) -> TextAreaField:
    """A required text of some lines, with an id of its own since several forms share a page."""
    return TextAreaField(lazy(words), [InputRequired(), Length(max=REASON_LENGTH)], id=name, **more)


class AcceptForm(Form):
    """The department takes it on."""

    officer = StringField(
        lazy("Officer who works on it"),
        [Optional(), Length(max=120)],
        id="accept-officer",
        description=lazy("For the staff only; the public sees the agency."),
    )


class ProgressForm(Form):
    """A note of progress."""

    text = TextAreaField(
        lazy("What has been done"),
        [InputRequired(), Length(max=TEXT_LENGTH)],
        id="progress-text",
        description=lazy("@name calls a colleague, @CODE an agency: they get a message."),
    )
    is_internal = BooleanField(lazy("For the staff only; the enterprise is not told"), id="progress-internal")


class ExplainForm(Form):
    """An agency's explanation of what was late."""

    text = TextAreaField(
        lazy("Why it is late"),
        [InputRequired(), Length(max=REASON_LENGTH)],
        id="explain-text",
        description=lazy("It is given once, stands beside the figure and changes no count. Name no private person."),
    )


class AnswerForm(Form):
    """A department's answer."""

    outcome = RadioField(
        lazy("Outcome"),
        [InputRequired()],
        id="answer-outcome",
        choices=[(value, lazy(OUTCOME_WORDS[value])) for value in OUTCOMES],
    )
    text = TextAreaField(
        lazy("Answer to the enterprise"),
        [InputRequired(), Length(max=TEXT_LENGTH)],
        id="answer-text",
        description=lazy("What was done, what will be done by when, or why it cannot be. “Noted” is no answer."),
    )
    legal_references = TextAreaField(
        lazy("Legal references"),
        [Optional(), Length(max=REASON_LENGTH)],
        id="answer-legal",
        description=lazy("Number of the document and the article, one a line."),
    )
    forwarded_to = StringField(
        lazy("Forwarded to (for what is beyond authority)"), [Optional(), Length(max=200)], id="answer-forwarded"
    )
    how_to_file = TextAreaField(
        lazy("Where and how to file it (for complaints and denunciations)"),
        [Optional(), Length(max=REASON_LENGTH)],
        id="answer-file",
    )
    attachments = MultipleFileField(lazy("Documents"), id="answer-attachments", render_kw={"accept": ACCEPT})


class DraftForm(Form):
    """An answer that the head of the agency looks at before it is sent."""

    version = HiddenField(id="draft-version")
    outcome = SelectField(
        lazy("Outcome"),
        [Optional()],
        id="draft-outcome",
        choices=[("", lazy("(not yet)")), *((value, lazy(OUTCOME_WORDS[value])) for value in OUTCOMES)],
    )
    text = TextAreaField(
        lazy("Answer to the enterprise"),
        [InputRequired(), Length(max=TEXT_LENGTH)],
        id="draft-text",
        description=lazy("What was done, what will be done by when, or why it cannot be. “Noted” is no answer."),
    )
    legal_references = TextAreaField(
        lazy("Legal references"),
        [Optional(), Length(max=REASON_LENGTH)],
        id="draft-legal",
        description=lazy("Number of the document and the article, one a line."),
    )
    forwarded_to = StringField(
        lazy("Forwarded to (for what is beyond authority)"), [Optional(), Length(max=200)], id="draft-forwarded"
    )
    how_to_file = TextAreaField(
        lazy("Where and how to file it (for complaints and denunciations)"),
        [Optional(), Length(max=REASON_LENGTH)],
        id="draft-file",
    )
    attachments = MultipleFileField(lazy("Documents"), id="draft-attachments", render_kw={"accept": ACCEPT})
    is_ready = BooleanField(lazy("It is ready: ask the head to approve it"), id="draft-ready")

    def show(self, draft: Draft | None) -> None:
        """Show `draft` as it is; nothing: an empty form."""
        self.version.data = str(draft.version) if draft is not None else "0"
        if draft is not None:
            for name in ("outcome", "text", "legal_references", "forwarded_to", "how_to_file"):
                self[name].data = getattr(draft, name)


class ApproveForm(Form):
    """The head approves the draft as it stands."""

    version = HiddenField(id="approve-version")


class ReturnDraftForm(Form):
    """The head returns the draft."""

    version = HiddenField(id="return-version")
    remark = reason_field(N_("What is to be changed"), "return-remark")


class TransferForm(Form):
    """Asking another department to take it over."""

    to = SelectField(lazy("To which agency"), [InputRequired()], id="transfer-to")
    reason = reason_field(N_("Why"), "transfer-reason")
    ground = reason_field(
        N_("On what ground"),
        "transfer-ground",
        description=lazy("The regulation or decision that makes it the other agency's. The due date does not move."),
    )


class RefuseForm(Form):
    """Not taking it over."""

    reason = reason_field(N_("Why it is not yours"), "refuse-reason")


class DecideForm(Form):
    """The chair or the organiser decides who leads."""

    to = SelectField(lazy("Who leads from now on"), [InputRequired()], id="decide-to")
    reason = reason_field(N_("Why"), "decide-reason")


class ExtensionForm(Form):
    """Asking for a later due date."""

    due_on = DayField(lazy("New due date"), [InputRequired()], id="extend-due")
    reason = reason_field(N_("Why"), "extend-reason")


class ReasonForm(Form):
    """A decision against something, with its reason."""

    reason = reason_field(N_("Why"), "reason")


class SendBackForm(Form):
    """The answer is not enough."""

    reason = reason_field(N_("What is missing"), "send-back-reason")


class GrantForm(Form):
    """An extension is granted."""

    reason = StringField(lazy("Remark"), [Optional(), Length(max=REASON_LENGTH)], id="grant-reason")


class OpinionForm(Form):
    """A coordinating department's opinion."""

    text = TextAreaField(
        lazy("Opinion of your agency"),
        [InputRequired(), Length(max=TEXT_LENGTH)],
        id="opinion-text",
        description=lazy("@name calls a colleague, @CODE an agency: they get a message."),
    )


class ConfirmForm(Form):
    """The enterprise confirms."""

    satisfaction = RadioField(
        lazy("How satisfied are you with how it was dealt with?"),
        [InputRequired()],
        choices=[(str(value), lazy(words)) for value, words in SATISFACTION.items()],
    )
    comment = TextAreaField(lazy("Remark"), [Optional(), Length(max=REASON_LENGTH)], id="confirm-comment")


class AgreeForm(Form):
    """The enterprise agrees with an answer that was given on the spot."""


class ReopenForm(Form):
    """The enterprise says that it is not solved."""

    reason = reason_field(N_("What is not solved yet"), "reopen-reason")


class WordingRow(Form):
    """The words of one conclusion, as the notice has them."""

    class Meta:
        csrf = False

    issue = HiddenField()
    version = HiddenField()
    text = TextAreaField(
        lazy("The chair's conclusion"), [DataRequired(), Length(max=TEXT_LENGTH)], render_kw={"rows": 4}
    )


class MinutesForm(Form):
    """The paper's number, the words of its conclusions and the summary that is published."""

    conclusion_number = StringField(
        lazy("Number of the notice"), [Optional(), Length(max=60)], description=lazy("Such as 123/TB-UBND")
    )
    conclusions = FieldList(FormField(WordingRow), lazy("Conclusions"))
    summary = TextAreaField(lazy("Summary for the public"), [Optional(), Length(max=TEXT_LENGTH)])
