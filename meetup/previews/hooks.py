"""How the previews take part: their pages, the way to them, and a panel on a session's desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from meetup.access import Actor, can
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import Panel
from meetup.previews import views
from meetup.sessions.models import Session
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.work import Work


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The pages where messages are seen before they go."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The way to every message, beside those that went."""
    if area == "desk" and can(actor, "outbox.read"):
        return [Entry(_("Every message"), link("previews.index"), "eye", 695)]
    return []


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """From a session's desk to what its next steps would send."""
    if slot != "desk.session" or not isinstance(thing, Session) or thing.state not in {"draft", "published"}:
        return []
    if not can(work.actor, "session.manage", thing):
        return []
    body = Markup('<p><a href="{}">{}</a></p>').format(
        link("previews.of_session", slug=thing.slug),
        _("See what publishing, another time or calling off would send, and to how many"),
    )
    return [Panel(_("Messages of this session"), body, 80)]
