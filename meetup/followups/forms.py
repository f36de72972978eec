"""The forms about follow-ups: for departments, the organiser, the secretary and the enterprise."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from meetup.domain.issues import OUTCOMES
from meetup.errors import N_, InvalidInput, MeetupError
from meetup.issues.attachments import ACCEPT
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH
from meetup.web.fields import DayField
from meetup.web.forms import Form, _Translations
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

    text = TextAreaField(lazy("What has been done"), [InputRequired(), Length(max=TEXT_LENGTH)], id="progress-text")
    is_internal = BooleanField(lazy("For the staff only; the enterprise is not told"), id="progress-internal")


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

    text = TextAreaField(lazy("Opinion of your agency"), [InputRequired(), Length(max=TEXT_LENGTH)], id="opinion-text")


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


class OrderRow(Form):
    """One order of a conclusion; a row that is left empty counts for nothing."""

    class Meta:
        csrf = False

    lead_department = SelectField(lazy("Lead agency"), [Optional()])
    coordinating = StringField(
        lazy("Coordinating (codes)"), [Optional(), Length(max=200)], render_kw={"autocomplete": "off"}
    )
    working_days = IntegerField(lazy("Working days"), [Optional()], render_kw={"inputmode": "numeric"})
    due_on = DayField(lazy("or until"), [Optional()])
    task = StringField(lazy("What is to be done"), [Optional(), Length(max=TEXT_LENGTH)])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed in this row."""
        return not any(field.raw_data and str(field.raw_data[0]).strip() for field in self)


class ConclusionForm(Form):
    """What the chair concluded, as the secretary takes it down."""

    text = TextAreaField(lazy("The chair's conclusion"), [Optional(), Length(max=TEXT_LENGTH)], id="conclusion-text")
    lines = TextAreaField(
        lazy("Orders, one a line"),
        [Optional(), Length(max=TEXT_LENGTH)],
        id="conclusion-lines",
        description=lazy("Codes, working days or a date, colon, task: STC 10 ngày làm việc: hướng dẫn hồ sơ"),
        render_kw={"rows": 3, "spellcheck": "false"},
    )
    follow_ups = FieldList(FormField(OrderRow), lazy("Orders by fields"), min_entries=3, max_entries=20)
    outcome = SelectField(lazy("Answered on the spot"), [Optional()], id="conclusion-outcome")
    answer = TextAreaField(lazy("The answer"), [Optional(), Length(max=TEXT_LENGTH)], id="conclusion-answer")
    legal_references = TextAreaField(
        lazy("Legal references"), [Optional(), Length(max=REASON_LENGTH)], id="conclusion-legal"
    )

    #: Which order came from which row, so that faults find their row; those of typed lines have none.
    row_of: dict[int, int]

    def take(self, error: MeetupError) -> None:
        """Put the fault of an order at its own row and field."""
        if not isinstance(error, InvalidInput):
            super().take(error)
            return
        rest = []
        translate = _Translations().gettext
        for fault in error.faults:
            name, _dot, more = fault.field.partition(".")
            at, _dot, inner = more.partition(".")
            if name != "follow_ups" or not at.isdigit():
                rest.append(fault)
                continue
            row = getattr(self, "row_of", {}).get(int(at))
            entry = self.follow_ups.entries[row].form if row is not None else None
            names = {"coordinating_departments": "coordinating"}
            target = entry._fields.get(names.get(inner, inner)) if entry is not None else self.lines
            message = fault.say(translate)
            if target is not None:
                target.errors = [*target.errors, message]
            else:
                self.general.append(message)
        if rest:
            super().take(InvalidInput.many(rest))

    @property
    def failed(self) -> bool:
        """Whether it was sent and cannot be taken, in a row of it too."""
        return super().failed or any(field.errors for entry in self.follow_ups for field in entry.form)


class MinutesForm(Form):
    """The paper's number and the summary that is published."""

    conclusion_number = StringField(
        lazy("Number of the notice"), [Optional(), Length(max=60)], description=lazy("Such as 123/TB-UBND")
    )
    summary = TextAreaField(lazy("Summary for the public"), [Optional(), Length(max=TEXT_LENGTH)])
