"""How the core's scorecards take part: the results page, its menu entry, and numbers on the front page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint
from markupsafe import Markup

from meetup.access import Actor, can
from meetup.domain.events import Change
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import Panel
from meetup.scorecards import queries, settled, tallies
from meetup.scorecards.views import bp
from meetup.web.current import link
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.web.pages import page
from meetup.work import Work


@hookimpl
def meetup_blueprints() -> list[Blueprint]:
    """The results."""
    return [bp]


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """What was closed, and what came to an end, goes into the sums that are kept."""
    return {"tallied": tallies.add_closed(work), "settled": settled.add_ended(work)}


@hookimpl
def meetup_before_change(work: Work, change: Change) -> None:
    """An issue that is reopened has not come to an end."""
    if change.name == "issue.reopen":
        settled.take_out(work, change.thing)


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """Results, for everyone; periods, for organisers."""
    label, url = _("Results"), link("scorecards.results")
    entries = [Entry(label, url, "chart", 70)] if area in {"public", "desk"} else []
    if area == "desk" and can(actor, "scorecard.manage"):
        entries.append(Entry(_("Periods and weights"), link("scorecards.periods"), "scale", 680))
    return entries


@hookimpl
def meetup_panels(work: Work, slot: str) -> Iterable[Panel]:
    """Results in numbers."""
    if slot not in {"home", "leader"}:
        return []
    whole = queries.overall(work)
    if not whole.assigned:
        return []
    return [Panel(_("Results in numbers"), Markup(page("scorecards/panel.html", total=whole)), 50)]
