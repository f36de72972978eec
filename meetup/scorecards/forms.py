"""The forms of results: the span that is shown, and periods with their weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from meetup.domain.criteria import COMPONENTS, STANDARD
from meetup.scorecards import words
from meetup.scorecards.models import Period
from meetup.web.fields import AtMost, DayField, Needed
from meetup.web.forms import Form
from meetup.web.i18n import lazy

_DAY: dict[str, Any] = {"placeholder": "01/10/2026", "inputmode": "numeric", "autocomplete": "off"}


class PeriodForm(Form):
    """From, to, or a period or quarter."""

    class Meta:
        csrf = False

    quarter = SelectField(lazy("Period"), [Optional()], validate_choice=False)
    since = DayField(lazy("From date"), [Optional()], name="from")
    until = DayField(lazy("Until date"), [Optional()], name="to")


class _Weights(Form):
    """A field for the weight of each component; they lie in the form under the component's own name."""

    def show_weights(self, weights: Mapping[str, Any]) -> None:
        """Show `weights`."""
        for key in COMPONENTS:
            self[key].data = int(weights.get(key, 0))

    def weights(self) -> dict[str, int | None]:
        """What was typed."""
        return {key: self[key].data for key in COMPONENTS}


for _key in COMPONENTS:
    setattr(
        _Weights,
        _key,
        IntegerField(
            lazy(words.COMPONENTS[_key]), [Optional()], id=f"weight-{_key}", render_kw={"inputmode": "numeric"}
        ),
    )


class NewPeriodForm(_Weights):
    """A new period."""

    starts_on = DayField(lazy("First day"), [Needed()], render_kw=_DAY)
    ends_on = DayField(lazy("Last day"), [Needed()], render_kw={**_DAY, "placeholder": "31/12/2026"})
    name = StringField(
        lazy("Name"), [AtMost(120)], description=lazy("A quarter and a year are called by their days without one.")
    )
    name_en = StringField(lazy("Name in English"), [AtMost(120)])

    def show(self) -> None:
        """An empty form with the standard weights."""
        self.show_weights(STANDARD)


class WeightsForm(_Weights):
    """The weights and the name of a period that is open."""

    version = HiddenField()
    name = StringField(lazy("Name"), [AtMost(120)])
    name_en = StringField(lazy("Name in English"), [AtMost(120)])

    def show(self, period: Period) -> None:
        """Show `period` as it is."""
        self.version.data = str(period.version)
        self.name.data, self.name_en.data = period.name, period.name_en
        self.show_weights(period.weights)


class CorrectForm(_Weights):
    """A new version of a closed period."""

    reason = TextAreaField(
        lazy("Why it is corrected"),
        [Needed(), AtMost(2_000)],
        description=lazy("Everyone can read it beside the new version. The version before stays."),
    )

    def show(self, period: Period) -> None:
        """Show the weights that hold."""
        self.show_weights(period.weights)
