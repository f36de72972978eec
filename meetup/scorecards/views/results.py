"""The public results: scorecards by department, field and component, shortfall as prominent as success (R18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from meetup.errors import NotFound
from meetup.scorecards import periods as reading
from meetup.scorecards.forms import PeriodForm
from meetup.scorecards.periods import Span
from meetup.scorecards.queries import Row
from meetup.scorecards.views.base import bp, draw, offered, rows_of, span_by_spec, span_of_days, span_words, spec_of
from meetup.web import charts
from meetup.web.current import current_work, link
from meetup.web.formats import format_number, name_of
from meetup.web.guards import allow
from meetup.web.i18n import _


def _form() -> tuple[PeriodForm, Span]:
    """The form as it was sent, and the span that it asks for; a period or quarter wins over two days."""
    work = current_work()
    form = PeriodForm(request.args)
    choices = offered(work)
    spec = form.quarter.data or ""
    span = span_by_spec(work, spec) if spec else None
    if span is None:
        form.quarter.data = ""
    elif spec not in {value for value, _words in choices}:
        choices.append((spec, span_words(span)))
    form.quarter.choices = [("", _("All the time")), *choices]
    form.validate()
    since, until = form.since.data, form.until.data
    if since is not None and until is not None and until < since:
        form.until.errors = [_("The end is before the beginning.")]
        form.until.data = until = None
    return form, span if span is not None else span_of_days(work, since, until)


@bp.get("/results/")
@allow("public")
def results() -> Any:
    """Scorecards of a period; each with what is open and late beside what was solved."""
    work = current_work()
    form, span = _form()
    found = reading.results(work, span)
    asks = spec_of(span)
    rows = [card.row for card in found.departments]
    text, _status = draw(
        "results.html",
        form=form,
        span=span,
        title=span_words(span),
        departments=[one for one in rows if one.kind != "locality"],
        localities=[one for one in rows if one.kind == "locality"],
        fields=[card.row for card in found.fields],
        whole=found.whole,
        total=found.whole.row,
        people=found.people,
        added_words=lambda: [_(one.label) for one in found.figures],
        added_values=lambda by, code: [format_number(one.of(by, code), one.places) for one in found.figures],
        periods=reading.listed(work.db),
        picture=lambda name: link("scorecards.picture", name=name, **asks),
        card_url=lambda by, code="": link("scorecards.card", by=by, code=code or None, **asks),
        rows_of=lambda by, code="": rows_of(span, by, code),
        export_url=link("scorecards.export", **asks),
    )
    return text, 422 if form.failed else 200


@bp.get("/results/<name>.svg")
@allow("public")
def picture(name: str) -> Response:
    """One of the pictures of the results page; the page has the same numbers as a table."""
    _form_of_it, span = _form()
    if name not in {"departments", "localities", "fields"}:
        raise NotFound()
    found = reading.results(current_work(), span)
    rows = [card.row for card in (found.fields if name == "fields" else found.departments)]
    if name != "fields":
        rows = [one for one in rows if (one.kind == "locality") is (name == "localities")]
    return charts.response(drawn(rows, by_code=name != "fields"))


def drawn(rows: Sequence[Row], *, by_code: bool) -> bytes:
    """Bars of what was on time, is under way, was late and is overdue."""
    shown = list(rows[:20])[::-1]
    return charts.bars(
        _("Results"),
        [one.code if by_code else (name_of(one) or _("(no field)")) for one in shown],
        [
            (_("Answered on time"), [one.on_time for one in shown]),
            (_("In progress"), [max(one.open - one.overdue_now, 0) for one in shown]),
            (_("Answered late"), [one.late for one in shown]),
            (_("Overdue now"), [one.overdue_now for one in shown]),
        ],
        stacked=True,
        lying=True,
        height=140 + 34 * max(len(shown), 1),
    )
