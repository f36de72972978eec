"""Where the plugin takes part: every hook that it implements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from meetup.api import Actor, Entry, Figure, Held, Notice, Panel, Work, _, can, hookimpl, link, page
from meetup_survey import asking, demo, figures, notices, personal, results, views

#: States of a session in which there can be something to tell.
_OVER = frozenset({"held", "reported"})

MEETUP_SURFACE = "1.0"
#: What stands on public pages is counted from answers, each of which is on record.
MEETUP_KEEPS_PAGES = True


@hookimpl
def meetup_migrations() -> Iterable[str]:
    """Rules, questions, who was asked, answers."""
    return [str(files("meetup_survey") / "migrations" / "versions")]


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    """``/survey/<token>`` and ``/organize/surveys/``."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """The surveys, for organisers."""
    if area == "desk" and can(actor, "desk.organize"):
        return [Entry(_("Surveys"), link("survey.index"), "star", 655)]
    return []


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    """What was answered: to organisers all of it, to the public from three answers on."""
    if slot == "desk.session" and thing.state in _OVER:
        found = results.session_results(work, thing.id, public=False)
        return [Panel(_("Survey"), Markup(page("survey/desk.html", session=thing, found=found)), 70)]
    if slot == "session" and thing.state in _OVER:
        return _public(work, thing)
    if slot == "results":
        brought = results.shown_in_all(results.said(work))
        if brought:
            return [Panel(_("What it brought"), Markup(page("survey/brought.html", brought=brought)), 70)]
    return []


def _public(work: Work, session: Any) -> Iterable[Panel]:
    found = results.session_results(work, session.id, public=True)
    if found.is_public and found.public_marks:
        yield Panel(_("What those who came say"), Markup(page("survey/public.html", found=found)), 70)
    brought = results.shown(results.said(work, session_id=session.id))
    if brought:
        yield Panel(_("What it brought"), Markup(page("survey/brought.html", brought=brought)), 71)


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """The two questionnaires."""
    return notices.NOTICES


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Who is due is asked."""
    return asking.ask_due(work)


@hookimpl
def meetup_figures(work: Work, since: date | None, until: date | None) -> Iterable[Figure]:
    """How useful the sessions were, by agency and by field."""
    return [figures.usefulness(work, since, until)]


@hookimpl
def meetup_held(work: Work, held: Held) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """What somebody was asked and answered."""
    return personal.held_rows(work, held)


@hookimpl
def meetup_erase(work: Work, held: Held) -> Iterable[tuple[str, int]]:
    """What somebody wrote is forgotten."""
    return personal.erase(work, held)


@hookimpl
def meetup_demo_data(work: Work) -> None:
    """Answers for the demo's sessions and solutions."""
    demo.fill(work)
