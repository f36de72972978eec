"""How the core's departments take part: the hooks that this feature implements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.access import Actor, can
from meetup.departments import views
from meetup.plugins.hookspecs import hookimpl
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The pages about departments."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """Where departments, fields and the calendar are kept."""
    if area == "desk" and can(actor, "department.manage"):
        return [Entry(_("Agencies and calendar"), link("departments.index"), "building", 810)]
    return []
