"""How the core's outbox takes part: its pages, and mail as the first of the channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.access import Actor, can
from meetup.outbox import views
from meetup.outbox.envelopes import envelope
from meetup.outbox.models import Outgoing
from meetup.outbox.smtp import SmtpChannel
from meetup.outbox.transports import Envelope
from meetup.plugins.hookspecs import hookimpl
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry


@hookimpl(tryfirst=True)
def meetup_start(mount: Any) -> None:
    """Know every channel before a plugin that changes one is started."""
    mount.channels["mail"] = SmtpChannel(mount.app, lambda row: envelope(mount, row).return_path)
    for channel in mount.plugins.gather("meetup_channels", mount=mount):
        mount.channels[channel.name] = channel


@hookimpl(trylast=True)
def meetup_envelope(mount: Any, outgoing: Outgoing) -> Envelope:
    """Everything comes back to the programme's own address, unless a plugin knows better."""
    return Envelope()


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The organiser's pages of messages, and the page where people switch kinds off."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The way to the messages, among the organiser's last entries."""
    if area != "desk" or not can(actor, "outbox.read"):
        return []
    return [Entry(_("Outgoing mail"), link("outbox.index"), "mail", 700)]
