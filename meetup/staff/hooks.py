"""How the stand-alone site's staff take part: their notices, their account and its menu entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from meetup.access import Actor
from meetup.outbox.notice import Notice
from meetup.plugins.hookspecs import hookimpl
from meetup.privacy.held import ACCOUNTS
from meetup.staff import service, views
from meetup.staff.identity import StaffIdentity
from meetup.staff.notices import NOTICES
from meetup.web.current import current_mount, link
from meetup.web.i18n import _
from meetup.web.nav import Entry

if TYPE_CHECKING:
    from meetup.privacy.held import Held
    from meetup.work import Work


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """Messages about accounts."""
    return NOTICES


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The account's pages, where accounts are ours and not a host's."""
    return [views.bp] if isinstance(mount.identity, StaffIdentity) else []


@hookimpl
def meetup_held(work: Work, held: Held) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The account of that address; what it signs in with is nobody's to read."""
    return [(ACCOUNTS, row) for row in service.accounts_of(work, held.email)]


@hookimpl
def meetup_erase(work: Work, held: Held) -> Iterable[tuple[str, int]]:
    """A closed account loses its name and address; one that somebody signs in with is left alone."""
    return [(ACCOUNTS, service.forget_closed(work, held.email))]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The way to one's own account, last in the desk's menu."""
    if area != "desk" or actor.kind != "staff" or not isinstance(current_mount().identity, StaffIdentity):
        return []
    return [Entry(_("My account"), link("staff.account"), "user", 900)]
