"""Where the plugin takes part: every hook that it implements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import click
from flask import Blueprint
from markupsafe import Markup

from meetup.api import Actor, Entry, Mount, Panel, Setting, Work, _, can, hookimpl, link, page
from meetup_coffee_connect import demo, intake, review
from meetup_coffee_connect.commands import make_command
from meetup_coffee_connect.pages import bp
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
    """The tables of criteria, remedies, initiatives and conferences."""
    return [str(files("meetup_coffee_connect") / "migrations" / "versions")]


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    """The programme's pages."""
    return [bp]


@hookimpl
def meetup_commands(mount: Mount) -> Iterable[click.Command]:
    """``meetup coffee-connect``."""
    return [make_command(mount)]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The programme, for everyone; remedies and initiatives for the staff; conferences for organisers."""
    if area == "public":
        return [Entry(_("The programme"), link("coffee_connect.programme"), "cup", 80)]
    entries = []
    if can(actor, "desk.department"):
        entries += [
            Entry(_("Remedies"), link("coffee_connect.remedies"), "flag", 682),
            Entry(_("Initiatives"), link("coffee_connect.own_initiatives"), "star", 684),
        ]
    if can(actor, "desk.organize"):
        entries.append(Entry(_("Review conferences"), link("coffee_connect.all_conferences"), "users", 686))
    return entries


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """Every way in, on the front page: without a question to the database; and what the review says more."""
    if slot == "home":
        return list(_home(work))
    if slot == "desk.session":
        return [Panel(_("On paper"), Markup(page("coffee_connect/letters/panel.html", session=thing)), 80)]
    if slot == "results":
        return [Panel(_("The published index as data"), Markup(page("coffee_connect/index/panel.html")), 80)]
    return list(review.panels(work, thing)) if slot == "review" else []


def _home(work: Work) -> Iterator[Panel]:
    ways = intake.ways(work.settings.coffee_connect_intake)
    if ways:
        yield Panel(_("Every way in"), Markup(page("coffee_connect/panel.html", ways=ways)), 80)


@hookimpl
def meetup_demo_data(work: Work) -> None:
    """All agencies, communes, fields and criteria in the demo too, and a year of the programme."""
    seed(work)
    demo.tell(work)
