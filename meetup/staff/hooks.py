"""How the stand-alone site's staff take part: their notices, their account and its menu entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.access import Actor
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.staff import views
from meetup.staff.identity import StaffIdentity
from meetup.staff.notices import NOTICES
from meetup.web.current import current_mount, link
from meetup.web.i18n import _
from meetup.web.nav import Entry


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """Messages about accounts."""
    return NOTICES


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The account's pages, where accounts are ours and not a host's."""
    return [views.bp] if isinstance(mount.identity, StaffIdentity) else []


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The way to one's own account, last in the desk's menu."""
    if area != "desk" or actor.kind != "staff" or not isinstance(current_mount().identity, StaffIdentity):
        return []
    return [Entry(_("My account"), link("staff.account"), "user", 900)]
