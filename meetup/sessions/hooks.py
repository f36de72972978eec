"""How the core's sessions take part: the hooks that this feature implements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint

from meetup.access import Actor, can
from meetup.plugins.hookspecs import hookimpl
from meetup.sessions import views
from meetup.sessions.series import extend_due
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.work import Work


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The pages about sessions."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The list of sessions for everyone; the organiser's desk."""
    if area == "public":
        return [Entry(_("Sessions"), link("sessions.index"), "calendar", 10)]
    if area == "desk" and can(actor, "desk.organize"):
        return [
            Entry(_("What is next"), link("sessions.organize"), "bell", 10),
            Entry(_("Sessions"), link("sessions.desk_index"), "calendar", 20, also=(link("sessions.month"),)),
        ]
    return []


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Occurrences of series that have come within the horizon are made."""
    return {"occurrences_made": extend_due(work)}
