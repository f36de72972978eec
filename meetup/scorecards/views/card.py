"""One scorecard with its arithmetic, and the rows behind any figure."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request

from meetup.access import LEADER, ORGANIZER, can
from meetup.domain.faults import plain
from meetup.errors import NotAllowed, NotFound
from meetup.scorecards import periods as reading
from meetup.scorecards import words
from meetup.scorecards.queries import Row
from meetup.scorecards.views.base import (
    asked,
    bp,
    draw,
    own_department,
    rows_of,
    score_words,
    sees_conduct,
    span_words,
    spec_of,
    terms_words,
)
from meetup.web.current import current_actor, current_work, link
from meetup.web.formats import name_of
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.paging import paged, unpack

_BY = ("whole", "department", "field")


def _what() -> tuple[str, str]:
    """What is looked at: all together, a department or a field, by its code."""
    by = request.args.get("by", "whole")
    if by not in _BY:
        raise NotFound()
    return by, plain(request.args.get("code", ""), 40) if by != "whole" else ""


def _name(by: str, row: Row) -> str:
    if by == "whole":
        return _("All agencies together")
    return name_of(row) or _("(no field)")


@bp.get("/results/card")
@allow("public")
def card() -> Any:
    """A scorecard's arithmetic: each component's formula with its numbers, and how they make the score."""
    work = current_work()
    by, code = _what()
    span = asked(work)
    results = reading.results(work, span)
    found = results.card(by, code)
    if found is None:
        raise NotFound()
    asks = spec_of(span)
    return draw(
        "card.html",
        card=found,
        name=_name(by, found.row),
        span=span,
        title=span_words(span),
        by=by,
        code=code,
        rows=rows_of(span, by, code),
        terms=terms_words,
        score_words=score_words(found.sum),
        figures=[name for name in words.FIGURES if name in found.counts],
        added=[(one, one.of(by, code)) for one in results.figures],
        issues_url=link("issues.index", **{by: code}) if code else "",
        results_url=link("scorecards.results", **asks),
    )


@bp.get("/results/rows")
@allow("staff")
def rows() -> Any:
    """The rows behind a figure: for leaders and organisers all of them, for officers those of their agency."""
    work, actor = current_work(), current_actor()
    by, code = _what()
    figure = request.args.get("figure", "assigned")
    if figure not in words.FIGURES:
        raise NotFound()
    span = asked(work)
    own = own_department(work, actor)
    wide = actor.has(ORGANIZER, LEADER)
    if not wide:
        if own is None:
            raise NotAllowed()
        if by == "department" and code != own.code:
            raise NotFound()
    mark = unpack(request.args.get("after", ""), date.fromisoformat, int)
    after = (mark[0], mark[1]) if mark else None
    found = reading.behind(
        work,
        span.source(work),
        figure,
        by=by,
        code=code,
        department_id=None if wide or own is None else own.id,
        conduct=sees_conduct(work),
        after=after,
    )
    shown = paged(found, reading.PAGE, lambda one: (one.fact.first_due_on, one.follow_up.id))
    here = {**spec_of(span), "by": by, "code": code or None, "figure": figure}
    return draw(
        "rows.html",
        rows=shown.items,
        figure=figure,
        span=span,
        title=span_words(span),
        by=by,
        code=code,
        own=None if wide else own,
        readable=lambda f: can(actor, "follow_up.read", f),
        card_url=link("scorecards.card", **spec_of(span), by=by, code=code or None),
        next_url=link("scorecards.rows", **here, after=shown.next) if shown.next else "",
        first_url=link("scorecards.rows", **here) if after else "",
    )
