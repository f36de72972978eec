"""The form of an initiative."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from meetup.api import AtMost, Department, Form, Needed, lazy, name_of
from meetup_coffee_connect.blueprint import key_of
from meetup_coffee_connect.initiatives.models import Initiative


class InitiativeForm(Form):
    """An initiative, with the numbers of what it was tried for."""

    version = HiddenField()
    lead_department_id = SelectField(lazy("Whose initiative it is"), [Needed()], validate_choice=False)
    title = StringField(lazy("Title"), [Needed(), AtMost(200)])
    text = TextAreaField(
        lazy("What was tried, and what came of it"),
        [Needed(), AtMost(10_000)],
        description=lazy("Everyone can read it once it is published: name no enterprise and no person."),
        render_kw={"rows": 8},
    )
    year = IntegerField(lazy("Year"), [Optional(), Needed()], render_kw={"inputmode": "numeric"})
    issues = StringField(
        lazy("Numbers of issues"), [AtMost(200)], description=lazy("With commas between them, such as 12, 31.")
    )
    follow_ups = StringField(lazy("Numbers of follow-ups"), [AtMost(200)])

    def offer(self, departments: list[Department]) -> None:
        """The agencies that it can be of; the only one is chosen."""
        first = [SelectChoice("", "")] if len(departments) != 1 else []
        self.lead_department_id.choices = [*first, *(SelectChoice(str(one.id), name_of(one)) for one in departments)]

    def show(self, initiative: Initiative) -> None:
        """Show `initiative` as it is."""
        self.version.data = str(initiative.version)
        self.title.data, self.text.data, self.year.data = initiative.title, initiative.text, initiative.year
        self.issues.data = ", ".join(str(one.number) for one in initiative.issues)
        self.follow_ups.data = ", ".join(str(one.number) for one in initiative.follow_ups)

    def lead(self) -> int | None:
        """Whose it is, as typed."""
        return key_of(self.lead_department_id.data)

    def values(self) -> dict[str, Any]:
        """What was typed, but for whose it is."""
        return {
            "year": self.year.data,
            "title": self.title.data or "",
            "text": self.text.data or "",
            "issues": self.issues.data or "",
            "follow_ups": self.follow_ups.data or "",
        }
