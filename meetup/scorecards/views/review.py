"""The yearly review: a report to print, with the year before beside it and what falls short named first (R13, R36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy import select

from meetup.domain.criteria import COMPONENTS
from meetup.domain.periods import quarter
from meetup.domain.periods import year as days_of
from meetup.errors import NotFound
from meetup.programmes.models import Programme
from meetup.scorecards import periods as reading
from meetup.scorecards import words
from meetup.scorecards.content import Results
from meetup.scorecards.goals import goals
from meetup.scorecards.periods import Span
from meetup.scorecards.queries import Card
from meetup.scorecards.views.base import bp, draw, percent_of, rows_of, sees_conduct, span_of_days, spec_of
from meetup.scorecards.views.compare import both, by_component, pairs
from meetup.web import charts
from meetup.web.current import current_work, link
from meetup.web.formats import name_of
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import Work

#: Rows that are named one by one as falling short.
NAMED = 20
#: Bars that a picture has at most; the table beside it has all.
_BARS = 20


@dataclass(frozen=True)
class Quarter:
    """One quarter of the year: what it says, and how to ask for it."""

    number: int
    span: Span
    results: Results


@dataclass(frozen=True)
class Review:
    """A year and the year before it."""

    span: Span
    results: Results
    earlier_span: Span
    earlier: Results


def _years(work: Work, number: int) -> Review:
    """Both years.

    Raises:
        NotFound: for a year that no calendar of ours has.
    """
    _check(number)
    span, before = span_of_days(work, *days_of(number)), span_of_days(work, *days_of(number - 1))
    return Review(span, reading.results(work, span), before, reading.results(work, before))


def _check(number: int) -> None:
    if not 1991 <= number <= 2200:
        raise NotFound()


def _quarters(work: Work, number: int) -> list[Quarter]:
    _check(number)
    today = work.now.astimezone(work.zone).date()
    spans = [(at, span_of_days(work, *quarter(number, at))) for at in (1, 2, 3, 4) if quarter(number, at)[0] <= today]
    return [Quarter(at, span, reading.results(work, span)) for at, span in spans]


@bp.get("/leader/review/<int:year>")
@allow("desk.leader")
def review(year: int) -> Any:
    """The review of a year."""
    work = current_work()
    both_years = _years(work, year)
    found, span = both_years.results, both_years.span
    source = span.source(work)
    short = [
        (figure, reading.behind(work, source, figure, conduct=sees_conduct(work), limit=NAMED)[:NAMED])
        for figure in ("overdue_now", "pass_around", "reopened")
    ]
    programmes = work.db.scalars(select(Programme).order_by(Programme.id)).all()
    return draw(
        "review.html",
        year=year,
        span=span,
        earlier_span=both_years.earlier_span,
        total=found.whole.row,
        whole=found.whole,
        people=found.people,
        pairs=pairs(both_years.earlier, found),
        quarters=_quarters(work, year),
        percent_of=percent_of,
        agencies=[one for one in both(both_years.earlier.departments, found.departments) if not _is_local(one.row)],
        localities=[one for one in both(both_years.earlier.departments, found.departments) if _is_local(one.row)],
        fields=both(both_years.earlier.fields, found.fields),
        components=dict(by_component(both_years.earlier, found)),
        goals=goals(programmes, found),
        short=short,
        rows=rows_of(span, "whole", ""),
        rows_of_quarter=lambda one: rows_of(one.span, "whole", ""),
        card_url=lambda by, code="": link("scorecards.card", **spec_of(span), by=by, code=code or None),
        has=lambda by, code: found.card(by, code) is not None,
        picture=lambda name: link("scorecards.review_picture", year=year, name=name),
        today=work.now,
    )


def _is_local(row: Any) -> bool:
    return bool(row.kind == "locality")


@bp.get("/leader/review/<int:year>/<name>.svg")
@allow("desk.leader")
def review_picture(year: int, name: str) -> Response:
    """One of the review's pictures; the report has the same numbers as a table behind each."""
    work = current_work()
    if name == "quarters":
        return charts.response(_draw_quarters(_quarters(work, year)))
    both_years = _years(work, year)
    found, earlier = both_years.results, both_years.earlier
    if name == "agencies":
        return charts.response(_draw_scores(earlier.departments, found.departments, year, by_code=True))
    if name == "fields":
        return charts.response(_draw_scores(earlier.fields, found.fields, year, by_code=False))
    if name == "components":
        labels = [_(words.COMPONENTS[key]) for key in COMPONENTS][::-1]
        series = [
            (str(at), [_float(percent_of(one.whole, key)) for key in COMPONENTS][::-1])
            for at, one in ((year - 1, earlier), (year, found))
        ]
        return charts.response(_lying(_("By component criterion, in per cent"), labels, series))
    raise NotFound()


def _draw_quarters(quarters: Sequence[Quarter]) -> bytes:
    rows = [one.results.whole.row for one in quarters]
    return charts.bars(
        _("By quarter"),
        [_("Quarter %(quarter)s", quarter=one.number) for one in quarters],
        [
            (_("Answered on time"), [row.on_time for row in rows]),
            (_("In progress"), [max(row.open - row.overdue_now, 0) for row in rows]),
            (_("Answered late"), [row.late for row in rows]),
            (_("Overdue now"), [row.overdue_now for row in rows]),
        ],
        stacked=True,
    )


def _draw_scores(earlier: Sequence[Card], found: Sequence[Card], number: int, *, by_code: bool) -> bytes:
    """Scores of both years, the best of this year on top."""
    before = {card.row.code: card.row.score for card in earlier}
    shown = [card.row for card in found[:_BARS]][::-1]
    labels = [row.code if by_code else (name_of(row) or _("(no field)")) for row in shown]
    series = [
        (str(number - 1), [_float(before.get(row.code)) for row in shown]),
        (str(number), [_float(row.score) for row in shown]),
    ]
    return _lying(_("Score"), labels, series)


def _lying(title: str, labels: Sequence[str], series: charts.Series) -> bytes:
    return charts.bars(
        title,
        labels,
        series,
        colours=(charts.UNDER_WAY, charts.GOOD),
        lying=True,
        height=140 + 44 * max(len(labels), 1),
    )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
