"""What the programme adds to the yearly review: remedies for the year before, initiatives, the conference."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from meetup.api import Panel, Work, _, page
from meetup_coffee_connect.conferences.views import published_of
from meetup_coffee_connect.initiatives import queries as initiatives
from meetup_coffee_connect.naming import period_words
from meetup_coffee_connect.remedies import queries as remedies


def panels(work: Work, year: int) -> Iterator[Panel]:
    """The panels of the review of `year`."""
    progress = Markup(
        page(
            "coffee_connect/review/remedies.html",
            progress=remedies.progress(work, year - 1),
            year=year - 1,
            today=work.now.astimezone(work.zone).date(),
            period_words=period_words,
        )
    )
    yield Panel(_("Remedies for the weak criteria of %(year)s", year=year - 1), progress, 10)
    own = initiatives.of_year(work, year)
    yield Panel(
        _("Initiatives of agencies"), Markup(page("coffee_connect/review/initiatives.html", initiatives=own)), 20
    )
    found = published_of(work, year)
    if found is not None:
        yield Panel(_("Review conference"), Markup(page("coffee_connect/review/conference.html", conference=found)), 30)
