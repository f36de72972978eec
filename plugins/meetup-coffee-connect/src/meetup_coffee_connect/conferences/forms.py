"""The form of a review conference."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from meetup.api import AtMost, DayField, Form, Needed, lazy
from meetup_coffee_connect.conferences.models import Conference

_NAMES = ("year", "held_on", "venue", "minutes", "lessons", "report_url")
_DAY: dict[str, Any] = {"placeholder": "30/06/2027", "inputmode": "numeric", "autocomplete": "off"}


class ConferenceForm(Form):
    """A conference, its minutes, and what was learned."""

    version = HiddenField()
    year = IntegerField(lazy("Year that it reviews"), [Optional(), Needed()], render_kw={"inputmode": "numeric"})
    held_on = DayField(lazy("Held on"), [Needed()], render_kw=_DAY)
    venue = StringField(lazy("Venue"), [AtMost(200)])
    minutes = TextAreaField(lazy("Minutes of the conference"), [AtMost(50_000)], render_kw={"rows": 10})
    lessons = TextAreaField(lazy("Lessons"), [AtMost(50_000)], render_kw={"rows": 6})
    report_url = StringField(
        lazy("Link to the signed report"),
        [AtMost(500)],
        description=lazy("Where it lies outside of this site. The figures of the year are linked by themselves."),
        render_kw={"inputmode": "url"},
    )

    def show(self, conference: Conference) -> None:
        """Show `conference` as it is."""
        self.version.data = str(conference.version)
        for name in _NAMES:
            self[name].data = getattr(conference, name)

    def values(self) -> dict[str, Any]:
        """What was typed."""
        typed = {name: self[name].data for name in _NAMES}
        return {name: value if name in ("year", "held_on") else value or "" for name, value in typed.items()}
