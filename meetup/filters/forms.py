"""The form that keeps a filter."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from meetup.web.fields import Needed
from meetup.web.forms import Form
from meetup.web.i18n import lazy


class FilterForm(Form):
    """A name for what is being looked for."""

    name = StringField(lazy("Name of this filter"), [Needed()], render_kw={"maxlength": 60, "autocomplete": "off"})
    query = HiddenField()
