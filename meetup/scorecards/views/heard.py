"""For the chair: how fast the other side is heard, what most share, who came and who never did."""

from __future__ import annotations

from typing import Any

from flask import request

from meetup.domain.periods import year
from meetup.scorecards import heard as reading
from meetup.scorecards.periods import Span
from meetup.scorecards.views.base import asked, bp, draw, offered, span_of_days, span_words, spec_of
from meetup.web.current import current_work, link
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.paging import paged, unpack
from meetup.work import Work


def _span(work: Work) -> tuple[Span, list[tuple[str, str]], str]:
    """What is asked for, this year by default; what can be chosen, and which of it is."""
    this_year = work.now.astimezone(work.zone).year
    choices = [(str(this_year), span_words(span_of_days(work, *year(this_year)))), *offered(work)]
    choices = [*dict(choices).items(), ("all", _("All the time"))]
    spec = request.args.get("quarter", "")
    if not spec and not request.args.get("from") and not request.args.get("to"):
        return span_of_days(work, *year(this_year)), choices, str(this_year)
    span = span_of_days(work, None, None) if spec == "all" else asked(work)
    if spec not in dict(choices):
        spec = spec_of(span).get("quarter", "days")
        choices.append((spec, span_words(span)))
    return span, choices, spec


@bp.get("/leader/heard")
@allow("desk.leader")
def heard() -> Any:
    """Issues and people behind the figures: replies, receipt, the most shared, spread, investors, who never came."""
    work = current_work()
    span, choices, chosen = _span(work)
    days = (span.since, span.until)
    return draw(
        "heard.html",
        choices=choices,
        chosen=chosen,
        title=span_words(span),
        figures=reading.heard(work, days),
        shared=reading.most_shared(work, days),
        sessions=reading.sessions_held(work, days),
        sectors=reading.by_sector(work, days),
        localities=reading.by_locality(work, days),
        never=reading.never_met(work, limit=0),
    )


@bp.get("/leader/never-met")
@allow("desk.leader")
def never_met() -> Any:
    """Everyone who is known and has come to no session, by name."""
    work = current_work()
    mark = unpack(request.args.get("after", ""), str, int)
    found = reading.never_met(work, (mark[0], mark[1]) if mark else None)
    shown = paged(found.some, reading.PAGE, lambda one: (one[0].search_key, one[0].id))
    return draw(
        "never_met.html",
        rows=shown.items,
        count=found.count,
        known=found.known,
        next_url=link("scorecards.never_met", after=shown.next) if shown.next else "",
        first_url=link("scorecards.never_met") if mark else "",
    )
