"""What is done to review conferences: prepared, changed, published, taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from meetup.api import N_, Faults, InvalidInput, Stale, Work, change, create, edit
from meetup_coffee_connect.conferences.models import Conference


def prepare(work: Work, **typed: Any) -> Conference:
    """Enter a conference; nobody but organisers sees it yet.

    Args:
        typed: ``year``, ``held_on``, ``venue``, ``minutes``, ``lessons``, ``report_url``.

    Raises:
        InvalidInput: with every fault.
    """
    made = Conference(**_checked(work, None, **typed))
    create(work, made, "prepare")
    return made


def rewrite(work: Work, conference: Conference, *, version: int, **typed: Any) -> None:
    """Change what is said of a conference that is not published.

    Raises:
        InvalidInput: with every fault, or if it is published.
        Stale: if someone else changed it since `version`.
    """
    if conference.version != version:
        raise Stale()
    if conference.state != "draft":
        raise InvalidInput("", N_("It is published and no longer changed."), N_("Take it back first."))
    edit(work, conference, "rewrite", **_checked(work, conference.id, **typed))


def publish(work: Work, conference: Conference) -> None:
    """Let everyone read it.

    Raises:
        InvalidInput: without minutes or lessons, or before it was held.
    """
    faults = Faults()
    for field in ("minutes", "lessons"):
        faults.text(field, getattr(conference, field), 50_000, required=True, multiline=True)
    if conference.held_on > work.now.astimezone(work.zone).date():
        faults.add("held_on", N_("The conference was not held yet."))
    faults.stop()
    change(work, conference, "publish")


def take_back(work: Work, conference: Conference) -> None:
    """Show it to organisers alone, so that it can be changed."""
    change(work, conference, "take_back")


def _checked(
    work: Work,
    own: int | None,
    *,
    year: Any,
    held_on: date | None,
    venue: str,
    minutes: str,
    lessons: str,
    report_url: str,
) -> dict[str, Any]:
    faults = Faults()
    values: dict[str, Any] = {
        "year": faults.number("year", year, 2000, work.now.astimezone(work.zone).year),
        "venue": faults.text("venue", venue, 200),
        "minutes": faults.text("minutes", minutes, 50_000, multiline=True),
        "lessons": faults.text("lessons", lessons, 50_000, multiline=True),
        "report_url": faults.web_address("report_url", report_url),
        "held_on": held_on,
    }
    if held_on is None:
        faults.add("held_on", N_("The day is needed."), N_("Write it as 30/06/2027."))
    elif not date(2000, 1, 1) <= held_on < date(2200, 1, 1):
        faults.add("held_on", N_("This day is too far away."))
    there = work.db.scalar(select(Conference.id).where(Conference.year == values["year"]))
    if there is not None and there != own:
        faults.add("year", N_("This year has its conference already."), N_("Change that one."))
    faults.stop()
    return values
