"""How a session's photographs take part: their pages, and the panel on the session's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from meetup.photos import views
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import Panel
from meetup.sessions.models import Session
from meetup.web.i18n import _
from meetup.web.pages import page
from meetup.work import Work


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The organiser's page, and the files."""
    return [views.bp]


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """The published photographs on their session's page."""
    if slot != "session" or not isinstance(thing, Session):
        return []
    photos = views.shown(thing)
    if not photos:
        return []
    return [Panel(_("Photographs"), Markup(page("photos/_shown.html", session=thing, photos=photos)), 10)]  # nosec B704
