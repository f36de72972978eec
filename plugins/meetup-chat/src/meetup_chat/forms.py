"""The form for a room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from meetup.api import Department, Form, Mount, _, lazy
from meetup_chat.channel import ChatChannel
from meetup_chat.models import Room
from meetup_chat.telling import EVENTS

_LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}


class RoomForm(Form):
    """Where, whose, and what is told."""

    version = HiddenField()
    name = StringField(lazy("Name of the room"), render_kw={"maxlength": 120})
    service = SelectField(lazy("Service"), validate_choice=False)
    address = StringField(lazy("Address of the room"), render_kw={"maxlength": 80, "autocomplete": "off"})
    department_id = SelectField(lazy("Whose room it is"), validate_choice=False)
    locale = SelectField(lazy("Language of the room"), validate_choice=False)
    is_on = BooleanField(lazy("Tell things there"), default=True)
    events = SelectMultipleField(
        lazy("What is told"),
        validate_choice=False,
        description=lazy("What happened, its number and a link to the desk; never anybody's text."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    @classmethod
    def of(cls, mount: Mount, services: Mapping[str, ChatChannel], departments: Iterable[Department]) -> RoomForm:
        """The form with its lists."""
        form = cls()
        form.service.choices = [SelectChoice(name, one.messenger.label) for name, one in services.items()]
        form.address.description = " ".join(
            f"{one.messenger.label}: {_(one.messenger.hint)}" for one in services.values()
        )
        form.department_id.choices = [
            SelectChoice("", _("The organisers")),
            *(SelectChoice(str(one.id), one.name) for one in departments),
        ]
        form.locale.choices = [SelectChoice(one, _LANGUAGES.get(one, one)) for one in mount.settings.locales]
        form.events.choices = [SelectChoice(name, _(words)) for name, words in EVENTS.items()]
        if request.method == "GET":
            form.locale.data = mount.settings.locales[0]
        return form

    def show(self, room: Room) -> None:
        """Show `room` as it is; its service too, if it is no longer set up."""
        if room.service not in [choice.value for choice in self.service.choices]:
            self.service.choices = [*self.service.choices, SelectChoice(room.service, room.service)]
        self.version.data = str(room.version)
        for name in ("name", "service", "address", "locale", "is_on"):
            self[name].data = getattr(room, name)
        self.department_id.data = str(room.department_id or "")
        self.events.data = list(room.events)

    def values(self) -> dict[str, Any]:
        """What was typed."""
        number = self.department_id.data or ""
        known = number.isascii() and number.isdigit() and len(number) < 10
        return {
            "service": self.service.data or "",
            "address": self.address.data or "",
            "name": self.name.data or "",
            "department_id": int(number) if known else (None if not number else 0),
            "locale": self.locale.data or "",
            "events": self.events.data or [],
            "is_on": bool(self.is_on.data),
        }
