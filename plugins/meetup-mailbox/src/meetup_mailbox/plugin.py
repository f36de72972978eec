"""Where the plugin takes part: every hook that it implements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import click
from flask import Blueprint
from markupsafe import Markup

from meetup.api import (
    Actor,
    Entry,
    Envelope,
    Held,
    Mount,
    Notice,
    Outgoing,
    Panel,
    Setting,
    Work,
    _,
    can,
    hookimpl,
    link,
    page,
)
from meetup_mailbox import addresses, personal, queries, settling, views
from meetup_mailbox.commands import make_command
from meetup_mailbox.notices import NOTICES
from meetup_mailbox.settings import SETTINGS

MEETUP_SURFACE = "1.0"
#: It puts nothing on public pages.
MEETUP_KEEPS_PAGES = True


@hookimpl
def meetup_settings() -> Iterable[Setting]:
    """The programme's address, and where mail comes from."""
    return SETTINGS


@hookimpl
def meetup_migrations() -> Iterable[str]:
    """Messages, proposals, delegates."""
    return [str(files("meetup_mailbox") / "migrations" / "versions")]


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    """``/organize/mailbox/``."""
    return [views.bp]


@hookimpl
def meetup_commands(mount: Mount) -> Iterable[click.Command]:
    """``meetup mailbox``."""
    return [make_command(mount)]


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """What the mailbox answers."""
    return NOTICES


@hookimpl
def meetup_envelope(mount: Mount, outgoing: Outgoing) -> Envelope | None:
    """A reply address and a bounce address of each message's own."""
    return addresses.envelope(mount, outgoing)


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The inbox, for organisers."""
    if area != "desk" or not can(actor, "desk.organize"):
        return []
    return [Entry(_("Incoming mail"), link("inbox.index"), "mail", 65)]


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """Proposals and answers from calendars on a session's page; what waits on the desk."""
    if slot == "desk.session":
        context = {
            "proposals": queries.proposals(work, session_id=thing.id),
            "answers": queries.answers(work, thing.id),
        }
        if not any(context.values()):
            return []
        words = {"answer_names": views.answer_names(), "why": views.why}
        return [Panel(_("From calendars"), Markup(page("mailbox/session.html", **context, **words)), 60)]
    if slot == "desk":
        counts = queries.counts(work)
        if any(counts.values()):
            return [Panel(_("Incoming mail"), Markup(page("mailbox/desk.html", counts=counts)), 60)]
    return []


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Old mail is forgotten, and who came instead of whom."""
    return {"mailbox_forgotten": settling.forget(work)}


@hookimpl
def meetup_held(work: Work, held: Held) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """What somebody wrote to us, and who comes instead of whom."""
    return personal.held_rows(work, held)


@hookimpl
def meetup_erase(work: Work, held: Held) -> Iterable[tuple[str, int]]:
    """What somebody wrote to us is forgotten, and their delegates."""
    return personal.erase(work, held)
