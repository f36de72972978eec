"""What is done to initiatives: recorded and changed by their agency, published and chosen by organisers."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.api import N_, Faults, FollowUp, InvalidInput, Issue, Stale, Work, can, change, create, edit
from meetup_coffee_connect import agencies
from meetup_coffee_connect.initiatives.models import Initiative

#: More numbers than this are no link but a list.
_MOST = 20


def record(work: Work, *, lead_department_id: int | None, **typed: Any) -> Initiative:
    """Record an initiative of an agency.

    Args:
        lead_department_id: whose it is.
        typed: ``year``, ``title``, ``text``; ``issues`` and ``follow_ups`` as numbers, as people type them.

    Raises:
        InvalidInput: with every fault.
    """
    faults = Faults()
    lead = agencies.check(work, faults, "lead_department_id", lead_department_id)
    values, issues, follow_ups = _checked(work, faults, **typed)
    made = Initiative(lead_department_id=lead, issues=issues, follow_ups=follow_ups, **values)
    create(work, made, "record")
    return made


def rewrite(work: Work, initiative: Initiative, *, version: int, **typed: Any) -> None:
    """Change what is said of an initiative that is not published.

    Raises:
        InvalidInput: with every fault, or if it is published.
        Stale: if someone else changed it since `version`.
    """
    if initiative.version != version:
        raise Stale()
    if initiative.is_public:
        raise InvalidInput("", N_("It is published and no longer changed."), N_("An organiser takes it back first."))
    values, issues, follow_ups = _checked(work, Faults(), **typed)
    initiative.issues, initiative.follow_ups = issues, follow_ups
    edit(work, initiative, "rewrite", **values)


def publish(work: Work, initiative: Initiative) -> None:
    """Let everyone read it."""
    change(work, initiative, "publish")


def take_back(work: Work, initiative: Initiative) -> None:
    """Show it to the staff alone, so that it can be changed."""
    change(work, initiative, "take_back")


def choose(work: Work, initiative: Initiative) -> None:
    """Mark it as among the best of its year."""
    change(work, initiative, "choose")


def unchoose(work: Work, initiative: Initiative) -> None:
    """It is not among the best after all."""
    change(work, initiative, "unchoose")


def _checked(
    work: Work, faults: Faults, *, year: Any, title: str, text: str, issues: str, follow_ups: str
) -> tuple[dict[str, Any], list[Issue], list[FollowUp]]:
    values = {
        "year": faults.number("year", year, 2000, work.now.astimezone(work.zone).year),
        "title": faults.text("title", title, 200, required=True),
        "text": faults.text("text", text, 10_000, required=True, multiline=True),
    }
    found = _numbered(work, faults, "issues", issues, Issue, "issue.read")
    tasks = _numbered(work, faults, "follow_ups", follow_ups, FollowUp, "follow_up.read")
    faults.stop()
    return values, found, tasks


def _numbered(work: Work, faults: Faults, field: str, text: str, model: Any, action: str) -> list[Any]:
    """The things with the numbers in `text`; one that the actor may not read is not there for it."""
    numbers = [int(one) for one in re.findall(r"(?<!\d)\d{1,9}(?!\d)", text) if int(one) < 2**31]
    if len(numbers) > _MOST or re.sub(r"[\d\s,;.]", "", text) or (text.strip() and not numbers):
        faults.add(
            field, N_("These are no numbers."), N_("Write at most 20, with commas between them, such as 12, 31.")
        )
        return []
    query = select(model).where(model.number.in_(numbers)).order_by(model.number)
    if model is FollowUp:
        query = query.options(joinedload(FollowUp.issue))
    rows = work.db.scalars(query).unique().all()
    kept = [one for one in rows if can(work.actor, action, one) and "conduct" not in _kinds(one)]
    if missing := sorted(set(numbers) - {one.number for one in kept}):
        faults.add(field, N_("There is no number %(number)s."), N_("Look it up in its list."), number=missing[0])
    return kept


def _kinds(one: Issue | FollowUp) -> set[str]:
    # What is about an official's conduct is named nowhere.
    return {one.issue.kind if isinstance(one, FollowUp) else one.kind}
