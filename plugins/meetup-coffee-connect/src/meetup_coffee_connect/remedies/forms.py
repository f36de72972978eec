"""The forms of remedies: what is ordered, and how far it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from meetup.api import AtMost, DayField, Department, Form, Needed, lazy, name_of
from meetup_coffee_connect.blueprint import key_of
from meetup_coffee_connect.remedies.models import Remedy

_DAY: dict[str, Any] = {"placeholder": "30/06/2027", "inputmode": "numeric", "autocomplete": "off"}


class PlanForm(Form):
    """What is to be done, by whom, by when."""

    task = TextAreaField(lazy("What is to be done"), [Needed(), AtMost(2_000)], render_kw={"rows": 3})
    lead_department_id = SelectField(lazy("Whose remedy it is"), [Needed()], validate_choice=False)
    due_on = DayField(lazy("Due on"), [Needed()], render_kw=_DAY)

    def offer(self, departments: list[Department]) -> None:
        """The agencies that it can be given to."""
        self.lead_department_id.choices = [
            SelectChoice("", ""),
            *(SelectChoice(str(one.id), name_of(one)) for one in departments),
        ]

    def ordered(self) -> dict[str, Any]:
        """What was typed."""
        day: date | None = self.due_on.data
        return {
            "task": self.task.data or "",
            "lead_department_id": key_of(self.lead_department_id.data),
            "due_on": day,
        }


class ReportForm(Form):
    """How far a remedy is, and what shows it."""

    version = HiddenField()
    evidence = TextAreaField(
        lazy("Progress and evidence"),
        [AtMost(5_000)],
        description=lazy("What was done so far; at the end, what shows that it is done."),
        render_kw={"rows": 4},
    )
    evidence_url = StringField(lazy("Link to the evidence"), [AtMost(500)], render_kw={"inputmode": "url"})

    def show(self, remedy: Remedy) -> None:
        """Show `remedy` as it is."""
        self.version.data = str(remedy.version)
        self.evidence.data, self.evidence_url.data = remedy.evidence, remedy.evidence_url

    def reported(self) -> dict[str, Any]:
        """What was typed."""
        return {"evidence": self.evidence.data or "", "evidence_url": self.evidence_url.data or ""}


class ReorderForm(PlanForm, ReportForm):
    """All of it, for organisers."""

    def show(self, remedy: Remedy) -> None:
        """Show `remedy` as it is."""
        super().show(remedy)
        self.task.data, self.due_on.data = remedy.task, remedy.due_on
        self.lead_department_id.data = str(remedy.lead_department_id)
