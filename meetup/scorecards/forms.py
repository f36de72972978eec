"""The period that results are shown for."""

from __future__ import annotations

from wtforms import SelectField
from wtforms.validators import Optional

from meetup.web.fields import DayField
from meetup.web.forms import Form
from meetup.web.i18n import lazy


class PeriodForm(Form):
    """From, to, or a quarter."""

    class Meta:
        csrf = False

    quarter = SelectField(lazy("Quarter"), [Optional()])
    since = DayField(lazy("From date"), [Optional()], name="from")
    until = DayField(lazy("Until date"), [Optional()], name="to")
