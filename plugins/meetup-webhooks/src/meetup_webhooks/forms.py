"""The form for an endpoint."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField, URLField
from wtforms.widgets import CheckboxInput, ListWidget

from meetup.api import Form, lazy
from meetup_webhooks.events import EVENTS
from meetup_webhooks.models import Endpoint


class EndpointForm(Form):
    """Where to send, and what."""

    version = HiddenField()
    url = URLField(
        lazy("Web address"),
        description=lazy("Begins with https://. It must lead to the open Internet."),
        render_kw={"maxlength": 500, "autocomplete": "off"},
    )
    description = StringField(lazy("What it is for"), render_kw={"maxlength": 200})
    is_on = BooleanField(lazy("Send to it"), default=True)
    chosen = SelectMultipleField(
        lazy("Events"),
        choices=list(EVENTS),
        description=lazy("The message says what happened and to which thing, and nothing that is personal."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def show(self, endpoint: Endpoint) -> None:
        """Show `endpoint` as it is."""
        self.version.data = str(endpoint.version)
        self.url.data, self.description.data = endpoint.url, endpoint.description
        self.is_on.data, self.chosen.data = endpoint.is_on, list(endpoint.events)

    def values(self) -> dict[str, Any]:
        """What was typed."""
        return {
            "url": self.url.data or "",
            "description": self.description.data or "",
            "is_on": bool(self.is_on.data),
            "chosen": self.chosen.data or [],
        }
