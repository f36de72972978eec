"""Results as a workbook: what they say, by agency, field and component, and for the staff the rows behind."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response, make_response

from meetup.access import LEADER, ORGANIZER, can
from meetup.domain.text import slug
from meetup.plugins.figures import Figure
from meetup.scorecards import periods as reading
from meetup.scorecards import words
from meetup.scorecards.content import Results
from meetup.scorecards.periods import Span
from meetup.scorecards.queries import Card
from meetup.scorecards.views.base import asked, bp, own_department, sees_conduct, span_words, terms_words
from meetup.tables.writing import Sheet, write_book
from meetup.web.current import current_actor, current_work
from meetup.web.formats import format_date, name_of
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import Work

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/results/export.xlsx")
@allow("public")
def export() -> Response:
    """The results of a span as a workbook."""
    work = current_work()
    span = asked(work)
    found = reading.results(work, span)
    sheets = [
        Sheet(_("About"), (_("What"), _("Value")), _about(span, found)),
        Sheet(
            _("Agencies"),
            _headings(_("Agency"), found.figures),
            (_line(card, found.figures, "department") for card in found.departments),
        ),
        Sheet(
            _("Fields"),
            _headings(_("Field"), found.figures),
            (_line(card, found.figures, "field") for card in found.fields),
        ),
        Sheet(
            _("Components"),
            (
                _("Criterion"),
                _("Component criterion"),
                _("Formula"),
                _("Part"),
                _("Whole"),
                _("In per cent"),
                _("Weight"),
                _("Points"),
            ),
            _components(found.whole),
        ),
    ]
    rows = _rows(work, span)
    if rows is not None:
        sheets.append(rows)
    out = io.BytesIO()
    write_book(out, sheets)
    answer = make_response(out.getvalue())
    answer.content_type = XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug(span_words(span)) or "results"}.xlsx"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _about(span: Span, found: Results) -> Iterator[Sequence[Any]]:
    yield _("Period"), span_words(span)
    yield _("From date"), span.since
    yield _("Until date"), span.until
    if span.snapshot is not None:
        yield _("Version"), span.snapshot.number
        yield _("Frozen at"), span.snapshot.made_at.astimezone(current_work().zone)
        yield _("Lateness counted on"), span.snapshot.counted_on
        yield _("Reason of the correction"), span.snapshot.reason
        yield _("Fingerprint (SHA-256)"), span.snapshot.digest
    else:
        yield _("State"), _("Not closed: these figures still change.")
    yield _("Score of all together"), found.whole.row.score
    yield _("Enterprises that came to sessions"), found.people.came
    yield _("Of these for the first time"), found.people.first_time
    yield _("Of these investors"), found.people.investors
    for one in found.figures:
        yield _(one.label), one.of("whole")
    yield "", _("These are the programme's own figures, and no official index.")


_COLUMNS = (
    "assigned", "open", "answered", "on_time", "late", "overdue_now", "closed", "closed_on_time", "confirmed",
    "no_response", "passed_on", "pass_around", "extended", "reopened",
)  # fmt: skip


def _headings(first: str, added: Iterable[Figure]) -> tuple[str, ...]:
    figures = (_(words.FIGURES[name][0]) for name in _COLUMNS)
    components = (_(said) for said in words.COMPONENTS.values())
    return (
        _("Code"),
        first,
        _("Place"),
        _("Score"),
        *figures,
        _("Days to first response"),
        _("Days to closing"),
        _("Mean satisfaction"),
        *(_("%(component)s, in per cent", component=one) for one in components),
        *(_(one.label) for one in added),
    )


def _line(card: Card, added: Iterable[Figure], by: str) -> Sequence[Any]:
    row = card.row
    return (
        row.code,
        name_of(row) or _("(no field)"),
        row.place,
        row.score,
        *(card.counts.get(name, 0) for name in _COLUMNS),
        row.median_days_to_first_response,
        row.median_days_to_closing,
        row.satisfaction,
        *(line.percent for line in card.sum.lines),
        *(one.of(by, row.code) for one in added),
    )


def _components(card: Card) -> Iterator[Sequence[Any]]:
    for line in card.sum.lines:
        one = line.component
        yield (
            _(words.CRITERIA[one.criterion]),
            _(words.COMPONENTS[one.key]),
            f"({terms_words(one.part)}) ÷ ({terms_words(one.whole)})",
            None if line.value is None else line.part,
            None if line.value is None else line.whole,
            line.percent,
            line.weight,
            line.points,
        )


def _rows(work: Work, span: Span) -> Sheet | None:
    """The rows, for whoever may see them: leaders and organisers all, officers those of their agency."""
    actor = current_actor()
    wide = actor.has(ORGANIZER, LEADER)
    own = own_department(work, actor) if actor.is_staff and not wide else None
    if not wide and own is None:
        return None
    headings = (
        _("No."),
        _("Issue"),
        _("Agency"),
        _("State"),
        _("First due date"),
        _("Answered on"),
        _("Closed on"),
        _("Times passed on"),
        _("Extensions"),
        _("Reopened"),
        _("Satisfaction"),
        _("What the agency says about being late"),
    )
    return Sheet(_("Rows"), headings, _facts(work, span, own.id if own is not None else None))


def _facts(work: Work, span: Span, department_id: int | None) -> Iterable[Sequence[Any]]:
    source, after = span.source(work), None
    conduct, actor = sees_conduct(work), current_actor()
    while True:
        found = reading.behind(
            work, source, "assigned", department_id=department_id, conduct=conduct, after=after, limit=500
        )
        for one in found[:500]:
            fact = one.fact
            # In a frozen period an agency may lead what another leads now.
            readable = can(actor, "follow_up.read", one.follow_up)
            yield (
                one.follow_up.number,
                one.follow_up.issue.title if readable else "",
                name_of(fact.lead_department),
                fact.state,
                fact.first_due_on,
                format_date(fact.answered_at),
                format_date(fact.closed_at),
                fact.transfers,
                fact.extensions,
                fact.reopenings,
                fact.satisfaction,
                one.follow_up.explanation if readable else "",
            )
        if len(found) <= 500:
            return
        last = found[499]
        after = (last.fact.first_due_on, last.follow_up.id)
