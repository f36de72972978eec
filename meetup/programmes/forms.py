"""The form for a programme."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, FormField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, URLField
from wtforms import Form as WTForm
from wtforms.validators import Optional

from meetup.programmes.models import Programme
from meetup.scorecards.words import MEASURES
from meetup.web.fields import AtMost, DayField, FieldList, Needed
from meetup.web.forms import Form
from meetup.web.i18n import lazy

_RULES = ("seats", "working_days", "confirm_days", "offer_hours", "alarm_hours")
_DAY: dict[str, Any] = {"placeholder": "05/09/2026", "inputmode": "numeric", "autocomplete": "off"}


#: Rows for goals that a form has; empty ones are dropped.
_GOALS = 5


class GoalForm(WTForm):
    """One goal: what is aimed at, and what it is measured by."""

    name = StringField(lazy("Goal"), [AtMost(200)])
    target = StringField(lazy("Target"), [AtMost(20)], render_kw={"inputmode": "decimal"})
    unit = StringField(lazy("Unit"), [AtMost(20)])
    measure = SelectField(
        lazy("Measured by"),
        choices=[("", lazy("(nothing)")), *((key, lazy(said)) for key, said in MEASURES.items())],
        validate_choice=False,
    )


class ProgrammeForm(Form):
    """A programme: what it is called, what it rests on, and its own rules."""

    version = HiddenField()
    name = StringField(lazy("Name"), [Needed(), AtMost(200)])
    name_en = StringField(lazy("Name in English"), [AtMost(200)])
    description = TextAreaField(lazy("Description"), [AtMost(5_000)], render_kw={"rows": 4})
    email = EmailField(
        lazy("E-mail of the organiser"), [AtMost(254)], description=lazy("What enterprises send reaches this address.")
    )
    launched_on = DayField(lazy("Launched on"), render_kw=_DAY)
    timezone = StringField(lazy("Time zone"), [AtMost(60)], render_kw={"autocomplete": "off"})
    legal_name = StringField(lazy("Legal basis"), [AtMost(300)])
    legal_number = StringField(lazy("Number"), [AtMost(80)], render_kw={"placeholder": "123/KH-UBND"})
    legal_date = DayField(lazy("Date"), render_kw=_DAY)
    legal_url = URLField(lazy("Link"), [AtMost(500)])
    seats = IntegerField(lazy("Seats of a session"), [Optional()])
    working_days = IntegerField(lazy("Working days for an answer"), [Optional()])
    confirm_days = IntegerField(lazy("Working days to confirm an answer"), [Optional()])
    offer_hours = IntegerField(lazy("Hours that an offered seat is kept"), [Optional()])
    alarm_hours = IntegerField(lazy("Hours ahead that calendars ring"), [Optional()])

    goals = FieldList(FormField(GoalForm), lazy("Goals"), min_entries=_GOALS, max_entries=50)

    def show(self, programme: Programme) -> None:
        """Show `programme` as it is."""
        for _more in range(len(self.goals), len(programme.goals or [])):
            self.goals.append_entry()
        for row, goal in zip(self.goals, programme.goals or [], strict=False):
            for name in ("name", "target", "unit", "measure"):
                row.form[name].data = str(goal.get(name, "")) if isinstance(goal, dict) else ""
        for name in ("name", "name_en", "description", "email", "launched_on", "timezone"):
            self[name].data = getattr(programme, name)
        basis = programme.legal_basis or {}
        for part in ("name", "number", "url"):
            self[f"legal_{part}"].data = basis.get(part, "")
        self.legal_date.process_formdata([basis.get("date", "")])
        for name in _RULES:
            self[name].data = (programme.rules or {}).get(name)
        self.version.data = str(programme.version)

    def values(self, known: Programme | None = None) -> dict[str, Any]:
        """What was typed, as the service takes it; rules that have no field here are kept."""
        kept = {name: value for name, value in ((known.rules if known else {}) or {}).items() if name not in _RULES}
        rules = {name: self[name].data for name in _RULES if self[name].data is not None}
        return {
            **{name: self[name].data for name in ("name", "name_en", "description", "email", "timezone")},
            "goals": self._goals(known),
            "launched_on": self.launched_on.data,
            "legal_basis": {
                "name": self.legal_name.data,
                "number": self.legal_number.data,
                "date": self.legal_date.data.isoformat() if self.legal_date.data else "",
                "url": self.legal_url.data,
            },
            "rules": {**kept, **rules},
        }

    def _goals(self, known: Programme | None) -> list[dict[str, Any]]:
        """The goals that have a name; what a goal says besides, by the API, is kept."""
        before = {str(one.get("name")): one for one in (known.goals if known else []) or [] if isinstance(one, dict)}
        typed = [
            {name: (row.form[name].data or "").strip() for name in ("name", "target", "unit", "measure")}
            for row in self.goals
        ]
        return [{**before.get(goal["name"], {}), **goal} for goal in typed if goal["name"]]
