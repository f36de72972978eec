"""The form for a programme."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, HiddenField, IntegerField, StringField, TextAreaField, URLField
from wtforms.validators import Optional

from meetup.programmes.models import Programme
from meetup.web.fields import AtMost, DayField, Needed
from meetup.web.forms import Form
from meetup.web.i18n import lazy

_RULES = ("seats", "working_days", "confirm_days", "offer_hours", "alarm_hours")
_DAY: dict[str, Any] = {"placeholder": "05/09/2026", "inputmode": "numeric", "autocomplete": "off"}


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

    def show(self, programme: Programme) -> None:
        """Show `programme` as it is."""
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
            "launched_on": self.launched_on.data,
            "legal_basis": {
                "name": self.legal_name.data,
                "number": self.legal_number.data,
                "date": self.legal_date.data.isoformat() if self.legal_date.data else "",
                "url": self.legal_url.data,
            },
            "rules": {**kept, **rules},
        }
