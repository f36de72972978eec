"""The programme's page."""

from __future__ import annotations

from typing import Any

from meetup.api import achievements, allow, current_work, page, rule
from meetup_coffee_connect.blueprint import bp
from meetup_coffee_connect.criteria import trees
from meetup_coffee_connect.intake import ways
from meetup_coffee_connect.seed import programme_of


@bp.get("/programme/")
@allow("public")
def programme() -> Any:
    """What the programme has achieved, how it goes, every way in, and the criteria that it serves."""
    work = current_work()
    found = programme_of(work)
    return page(
        "coffee_connect/programme.html",
        programme=found,
        done=achievements(work, found),
        days=int(rule(found, work.settings, "working_days")) if found else work.settings.issue_working_days,
        confirm_days=int(rule(found, work.settings, "confirm_days")) if found else work.settings.confirm_days,
        ways=ways(work.settings.coffee_connect_intake),
        sets=list(trees(work)),
    )
