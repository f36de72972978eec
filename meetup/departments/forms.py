"""The forms for departments, fields and days that are not as the calendar says."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField

from meetup.departments.models import KINDS, Department
from meetup.errors import N_
from meetup.web.fields import AtMost, DayField, Needed
from meetup.web.forms import Form
from meetup.web.i18n import lazy

KIND_WORDS = {
    "department": N_("Department of the province (sở)"),
    "branch": N_("Branch of a central agency (ngành)"),
    "locality": N_("Locality (commune or ward)"),
}
_NAMES = ("name", "name_en", "kind", "email", "head_email", "needs_approval", "valid_from", "valid_to")
_DAY: dict[str, Any] = {"placeholder": "01/07/2025", "inputmode": "numeric", "autocomplete": "off"}


class DepartmentForm(Form):
    """A department, branch or locality."""

    version = HiddenField()
    code = StringField(lazy("Code"), [Needed(), AtMost(30)], description=lazy("Short and lasting, such as STC."))
    name = StringField(lazy("Name"), [Needed(), AtMost(200)])
    name_en = StringField(lazy("Name in English"), [AtMost(200)])
    kind = SelectField(lazy("Kind"), choices=[(kind, lazy(KIND_WORDS[kind])) for kind in KINDS])
    email = EmailField(lazy("E-mail"), [AtMost(254)], description=lazy("New follow-ups are told there."))
    head_email = EmailField(
        lazy("E-mail of the head"),
        [AtMost(254)],
        description=lazy("For what is overdue, and for issues about conduct."),
    )
    needs_approval = BooleanField(
        lazy("The head approves answers before they are sent"),
        description=lazy("Officers write drafts; the head approves or returns them, signed in with the address above."),
    )
    valid_from = DayField(lazy("Exists since"), render_kw=_DAY)
    valid_to = DayField(lazy("Existed until"), render_kw=_DAY)
    successor = SelectField(lazy("Succeeded by"), choices=[], validate_choice=False)

    def offer(self, others: list[tuple[str, str]]) -> None:
        """Offer who may succeed it."""
        self.successor.choices = [("", lazy("(nobody)")), *others]

    def show(self, department: Department) -> None:
        """Show `department` as it is."""
        for name in (
            "code",
            "name",
            "name_en",
            "kind",
            "email",
            "head_email",
            "needs_approval",
            "valid_from",
            "valid_to",
        ):
            self[name].data = getattr(department, name)
        self.successor.data = department.successor.code if department.successor else ""
        self.version.data = str(department.version)

    def values(self) -> dict[str, Any]:
        """What was typed, but for code and successor."""
        return {name: self[name].data for name in _NAMES}


class FieldForm(Form):
    """A field of work."""

    code = StringField(lazy("Code"), [Needed(), AtMost(40)])
    name = StringField(lazy("Name"), [Needed(), AtMost(120)])
    name_en = StringField(lazy("Name in English"), [AtMost(120)])


class DayForm(Form):
    """A day that is not as the calendar says."""

    day = DayField(lazy("Day"), [Needed()], render_kw=_DAY)
    kind = SelectField(
        lazy("It is"),
        choices=[
            ("holiday", lazy("a holiday")),
            ("workday", lazy("a working day")),
            ("", lazy("as the calendar says")),
        ],
    )
    note = StringField(lazy("Note"), [AtMost(200)])
    source = StringField(lazy("Paper that says so"), [AtMost(2_000)])
