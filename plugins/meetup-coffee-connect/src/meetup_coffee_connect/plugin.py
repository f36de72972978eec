"""Where the plugin takes part: every hook that it implements."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

import click
from flask import Blueprint
from markupsafe import Markup

from meetup.api import Actor, Entry, Mount, Panel, Setting, Work, _, hookimpl, link, page
from meetup_coffee_connect import intake, views
from meetup_coffee_connect.commands import make_command
from meetup_coffee_connect.seed import seed

MEETUP_SURFACE = "1.0"
#: Its entry and panel on public pages hang on settings and language alone.
MEETUP_KEEPS_PAGES = True


@hookimpl
def meetup_settings() -> Iterable[Setting]:
    """Which programme, and the channels shown."""
    return intake.SETTINGS


@hookimpl
def meetup_migrations() -> Iterable[str]:
    """The two tables of criteria."""
    return [str(files("meetup_coffee_connect") / "migrations" / "versions")]


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    """``/programme/``."""
    return [views.bp]


@hookimpl
def meetup_commands(mount: Mount) -> Iterable[click.Command]:
    """``meetup coffee-connect``."""
    return [make_command(mount)]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The programme, for everyone."""
    return [Entry(_("The programme"), link("coffee_connect.programme"), "cup", 80)] if area == "public" else []


@hookimpl
def meetup_panels(work: Work, slot: str) -> Iterable[Panel]:
    """Every way in, on the front page: without a question to the database."""
    ways = intake.ways(work.settings.coffee_connect_intake) if slot == "home" else []
    if not ways:
        return []
    return [Panel(_("Every way in"), Markup(page("coffee_connect/panel.html", ways=ways)), 80)]


@hookimpl
def meetup_demo_data(work: Work) -> None:
    """All agencies, communes, fields and criteria in the demo too."""
    seed(work)
