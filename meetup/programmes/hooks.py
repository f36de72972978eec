"""How the core's programmes take part: the hooks that this feature implements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.access import Actor, can
from meetup.plugins.hookspecs import hookimpl
from meetup.programmes import views
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The pages about programmes."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """Where programmes are founded and changed."""
    if area == "desk" and can(actor, "programme.manage"):
        return [Entry(_("Programmes"), link("programmes.index"), "flag", 800)]
    return []
