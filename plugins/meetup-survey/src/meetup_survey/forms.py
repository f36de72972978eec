"""The forms: of the organiser, and those that enterprises answer by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, FormField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice

from meetup.api import AtMost, FieldList, Form, InvalidInput, MeetupError, Needed, _, lazy, name_of
from meetup_survey.answering import LONGEST_TEXT
from meetup_survey.models import Answer, Outcome, Question, Rules
from meetup_survey.questions import MOST, Typed
from meetup_survey.texts import clean

KIND_WORDS = {
    "mark": lazy("A mark from 1 to 5"),
    "choice": lazy("One of several choices"),
    "number": lazy("A whole number"),
    "text": lazy("Words"),
}
MARK_WORDS = {
    5: lazy("5 – very much"),
    4: lazy("4 – much"),
    3: lazy("3 – somewhat"),
    2: lazy("2 – little"),
    1: lazy("1 – not at all"),
}
_DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class QuestionPart(Part):
    """One question."""

    key = HiddenField()
    place = StringField(lazy("Place in the order"), render_kw={**_DIGITS, "maxlength": 3})
    kind = SelectField(
        lazy("Answered by"),
        choices=[SelectChoice(kind, words) for kind, words in KIND_WORDS.items()],
        validate_choice=False,
    )
    name = TextAreaField(lazy("Question in Vietnamese"), [AtMost(300)], render_kw={"rows": 2})
    name_en = TextAreaField(lazy("Question in English"), [AtMost(300)], render_kw={"rows": 2})
    choices = TextAreaField(
        lazy("Choices"),
        description=lazy("One a line, Vietnamese and English with a | between: “Có | Yes”. For choices alone."),
        render_kw={"rows": 3},
    )
    is_required = BooleanField(lazy("Has to be answered"))


class SurveyForm(Form):
    """When a programme asks, and what."""

    version = HiddenField()
    is_on = BooleanField(lazy("Ask those who came, after each session"))
    delay = StringField(lazy("How long after its end"), [Needed()], render_kw=_DIGITS)
    unit = SelectField(
        lazy("Hours or days"),
        choices=[SelectChoice("hours", lazy("hours")), SelectChoice("days", lazy("days"))],
        validate_choice=False,
    )
    open_days = StringField(
        lazy("How many days it can be answered"), [Needed()], render_kw=_DIGITS, description=lazy("From 1 to 60.")
    )
    outcome_is_on = BooleanField(lazy("Ask what a solution brought, when its enterprise has confirmed it"))
    outcome_days = StringField(
        lazy("How many days after the confirmation"),
        [Needed()],
        render_kw=_DIGITS,
        description=lazy("Days saved, money released, jobs: they take a while to show."),
    )
    questions = FieldList(
        FormField(QuestionPart),
        lazy("Questions"),
        # One more than may be kept, so that a page without scripts has a row to write in.
        max_entries=MOST + 1,
        description=lazy("A question whose words are taken away is asked no more; its answers stay."),
    )

    parts_failed = False

    def show(self, rules: Rules, questions: Sequence[Question]) -> None:
        """Show what holds, and a row for one more question."""
        days = rules.delay_hours % 24 == 0 and rules.delay_hours > 0
        self.version.data = str(rules.version)
        self.is_on.data, self.outcome_is_on.data = rules.is_on, rules.outcome_is_on
        self.delay.data = str(rules.delay_hours // 24 if days else rules.delay_hours)
        self.unit.data = "days" if days else "hours"
        self.open_days.data, self.outcome_days.data = str(rules.open_days), str(rules.outcome_days)
        for place, one in enumerate(questions, 1):
            lines = [f"{choice.name} | {choice.name_en}" if choice.name_en else choice.name for choice in one.choices]
            self.questions.append_entry(
                {
                    "key": str(one.id or place),
                    "place": str(place),
                    "kind": one.kind,
                    "name": one.name,
                    "name_en": one.name_en,
                    "choices": "\n".join(lines),
                    "is_required": one.is_required,
                }
            )
        self.questions.append_entry({"kind": "mark"})

    def rules(self) -> dict[str, object]:
        """What was typed of the rules."""
        return {
            name: self[name].data for name in ("is_on", "delay", "unit", "open_days", "outcome_is_on", "outcome_days")
        }

    def typed(self) -> list[Any]:
        """The fields into which somebody typed words, those of questions among them."""
        inner = [field for row in self.questions for field in row.form if field.type == "TextAreaField" and field.data]
        return [*super().typed(), *inner]

    def questions_typed(self) -> list[Typed]:
        """What was typed of the questions."""
        names = ("key", "place", "kind", "name", "name_en", "choices")
        return [
            Typed(
                **{name: clean(row.form[name].data or "") for name in names},
                is_required=bool(row.form.is_required.data),
            )
            for row in self.questions
        ]

    def take(self, error: MeetupError) -> None:
        """Put the faults of one question at its fields, the others as ever."""
        if not isinstance(error, InvalidInput):
            super().take(error)
            return
        others = []
        for fault in error.faults:
            parts = fault.field.split(".")
            if len(parts) == 3 and parts[0] == "questions":
                field = self.questions.entries[int(parts[1])].form[parts[2]]
                field.errors = [*field.errors, fault.say(_)]
                self.parts_failed = True
            else:
                others.append(fault)
        if others:
            super().take(InvalidInput.many(others))

    @property
    def failed(self) -> bool:
        """Whether it cannot be taken: answer 422."""
        return self.parts_failed or super().failed


def answer_form(questions: Sequence[Question]) -> Form:
    """A form with a field for each question, in the reader's language."""
    fields = {f"q{one.id}": _field(one) for one in questions}
    form: Form = type("AnswerForm", (Form,), fields)()
    return form


def _field(question: Question) -> Any:
    words = name_of(question)
    needed = [Needed()] if question.is_required else []
    if question.kind == "mark":
        choices = [SelectChoice(str(mark), said) for mark, said in MARK_WORDS.items()]
        return RadioField(words, needed, choices=choices, validate_choice=False)
    if question.kind == "choice":
        choices = [SelectChoice(str(one.key), name_of(one)) for one in question.choices]
        return RadioField(words, needed, choices=choices, validate_choice=False)
    if question.kind == "number":
        return StringField(words, needed, render_kw=_DIGITS)
    return TextAreaField(words, [*needed, AtMost(LONGEST_TEXT)], render_kw={"rows": 3})


def show_answers(form: Form, answers: Mapping[int, Answer]) -> None:
    """Show what was answered before."""
    for key, one in answers.items():
        field = form._fields.get(f"q{key}")
        if field is not None:
            field.data = one.text if one.number is None else str(one.number)


class OutcomeForm(Form):
    """What a solution brought."""

    days_saved = StringField(
        lazy("Working days saved"),
        description=lazy("Of yours and your employees', since then and up to today."),
        render_kw=_DIGITS,
    )
    money_vnd = StringField(
        lazy("Money released, in VND"),
        description=lazy("Such as a refund paid out, a fee saved, a loan granted: 1.500.000."),
        render_kw=_DIGITS,
    )
    jobs = StringField(lazy("Jobs kept or made"), render_kw=_DIGITS)
    text = TextAreaField(lazy("What has changed for you?"), [AtMost(LONGEST_TEXT)], render_kw={"rows": 3})

    def show(self, outcome: Outcome) -> None:
        """Show what was said before."""
        for name in ("days_saved", "money_vnd", "jobs"):
            value = getattr(outcome, name)
            # Grouped as it is written in Vietnam; it is read back in any way of writing.
            self[name].data = "" if value is None else f"{value:,}".replace(",", ".")
        self.text.data = outcome.text


def typed(form: Form) -> dict[str, str]:
    """What was typed, by field."""
    return {field.name: str(field.data or "") for field in form}
