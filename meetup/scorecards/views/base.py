"""What the pages of results share: which span is asked for, what it is called, and addresses of rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, request

from meetup.access import LEADER, ORGANIZER, Actor
from meetup.departments.models import Department
from meetup.domain.criteria import Sum, Terms
from meetup.domain.periods import kind_of, quarter, quarter_of, year
from meetup.errors import NotFound
from meetup.followups.queries import may_see_conduct
from meetup.scorecards import periods as reading
from meetup.scorecards import words
from meetup.scorecards.counting import SUMS
from meetup.scorecards.models import Period
from meetup.scorecards.periods import Span
from meetup.scorecards.queries import Card
from meetup.web.current import current_actor, current_work, link
from meetup.web.formats import format_date, format_number, name_of
from meetup.web.i18n import _
from meetup.web.pages import page
from meetup.work import Work

bp = Blueprint("scorecards", __name__)

#: Quarters that are offered, the newest first.
QUARTERS = 8

_SPEC = re.compile(r"p(?P<period>[0-9]{1,9})(?:v(?P<version>[0-9]{1,6}))?|(?P<year>[0-9]{4})(?:Q(?P<quarter>[1-4]))?")


def draw(template: str, **context: Any) -> tuple[str, int]:
    """A page of this feature; 422 if a form of it failed."""
    failed = any(getattr(value, "failed", False) is True for value in context.values())
    text = page(
        f"scorecards/{template}",
        component_words=lambda key: _(words.COMPONENTS[key]),
        criterion_words=lambda key: _(words.CRITERIA[key]),
        figure_words=lambda key: _(words.FIGURES[key][0]),
        figure_meaning=lambda key: _(words.FIGURES[key][1]),
        period_words=period_words,
        days_words=days_words,
        **context,
    )
    return text, 422 if request.method == "POST" and failed else 200


def span_by_spec(work: Work, spec: str) -> Span | None:
    """The span that `spec` names: ``p3`` and ``p3v1`` (a period, a version of it), ``2026Q4``, ``2026``.

    What is closed is shown as it was frozen. None: `spec` names none.

    Raises:
        NotFound: for a period or version that there is not.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        return None
    if found["period"]:
        version = int(found["version"]) if found["version"] else None
        return reading.span_of(work.db, reading.by_key(work.db, int(found["period"])), version)
    number = int(found["year"])
    if not 1990 <= number <= 2200:
        return None
    return span_of_days(work, *(quarter(number, int(found["quarter"])) if found["quarter"] else year(number)))


def span_of_days(work: Work, since: date | None, until: date | None) -> Span:
    """Any days; frozen, if a closed period has just these."""
    period = reading.with_days(work.db, since, until)
    if period is not None and period.state == "closed":
        return reading.span_of(work.db, period)
    return reading.span_between(work.db, since, until)


def spec_of(span: Span) -> dict[str, str]:
    """The query that asks for `span` again."""
    if span.snapshot is not None and span.period is not None:
        return {"quarter": f"p{span.period.id}v{span.snapshot.number}"}
    days = {"from": span.since.isoformat() if span.since else "", "to": span.until.isoformat() if span.until else ""}
    return {name: value for name, value in days.items() if value}


def asked(work: Work) -> Span:
    """The span that the address asks for; all the time if none.

    Raises:
        NotFound: for a period that there is not, or days that are none.
    """
    spec = request.args.get("quarter", "")
    found = span_by_spec(work, spec) if spec else None
    if found is not None:
        return found
    return span_of_days(work, _day("from"), _day("to"))


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound() from None
    if not 1900 <= day.year <= 2200:
        raise NotFound()
    return day


def days_words(since: date | None, until: date | None) -> str:
    """``Quarter 3/2026``, ``Year 2026``, or the two days."""
    if since is None or until is None:
        return _("All the time") if since is until else f"{format_date(since)} – {format_date(until)}"
    kind = kind_of(since, until)
    if kind == "year":
        return _("Year %(year)s", year=since.year)
    if kind == "quarter":
        return _("Quarter %(quarter)s/%(year)s", quarter=quarter_of(since), year=since.year)
    return f"{format_date(since)} – {format_date(until)}"


def period_words(period: Period) -> str:
    """What a period is called: its name, or its days."""
    return name_of(period) if period.name else days_words(period.starts_on, period.ends_on)


def span_words(span: Span) -> str:
    """What a span is called."""
    return period_words(span.period) if span.period is not None else days_words(span.since, span.until)


def offered(work: Work) -> list[tuple[str, str]]:
    """What can be chosen: periods, and the last quarters that are none."""
    known = reading.listed(work.db)
    choices = [(f"p{one.id}", period_words(one)) for one in known]
    days = {(one.starts_on, one.ends_on) for one in known}
    today = work.now.astimezone(work.zone).date()
    at, number = today.year, quarter_of(today)
    for _step in range(QUARTERS):
        if quarter(at, number) not in days:
            choices.append((f"{at}Q{number}", days_words(*quarter(at, number))))
        at, number = (at, number - 1) if number > 1 else (at - 1, 4)
    return choices


def may_see_rows(actor: Actor, own: str, by: str, code: str) -> bool:
    """Whether `actor` may see the rows behind figures of this: leaders and organisers all, officers their agency's.

    Args:
        own: the code of the actor's department, if it has one.
    """
    return actor.has(ORGANIZER, LEADER) or bool(own and by == "department" and code == own)


def own_department(work: Work, actor: Actor) -> Department | None:
    """The department that the actor works for."""
    if actor.department_id is None:
        return None
    # Held for the unit of work: asked for at every number of a page.
    key = f"scorecards.own:{actor.department_id}"
    if key not in work.memo:
        work.memo[key] = work.db.get(Department, actor.department_id)
    found: Department | None = work.memo[key]
    return found


def sees_conduct(work: Work) -> bool:
    """Whether what is about conduct is among the rows for this reader (R23)."""
    actor = current_actor()
    return may_see_conduct(actor, own_department(work, actor))


def rows_of(span: Span, by: str, code: str) -> Callable[[str], str]:
    """The address of the rows behind a figure of a scorecard; empty for whoever may not see them."""
    work, actor = current_work(), current_actor()
    own = own_department(work, actor) if actor.is_staff else None
    allowed = actor.is_staff and may_see_rows(actor, own.code if own else "", by, code)
    asks = spec_of(span)

    def address(figure: str) -> str:
        figure = SUMS.get(figure, figure)
        if not allowed or figure not in words.FIGURES:
            return ""
        return link("scorecards.rows", **asks, by=by, code=code or None, figure=figure)

    return address


def terms_words(terms: Terms) -> str:
    """A sum of counts in words: ``answered + overdue now``."""
    parts = []
    for at, (name, times) in enumerate(terms):
        said = _(words.SUMS[name]) if name in words.SUMS else _(words.FIGURES[name][0])
        said = f"{abs(times)} × {said}" if abs(times) != 1 else said
        sign = "−" if times < 0 else "+" if at else ""
        parts.append(f"{sign} {said}" if sign else said)
    return " ".join(parts)


def score_words(made: Sum) -> str:
    """The score as it was added up: ``(40 × 80.00 + 25 × 50.00) ÷ 65 = 68.46``."""
    known = [line for line in made.lines if line.value is not None and line.weight]
    if not known:
        return ""
    terms = " + ".join(f"{line.weight} × {format_number(line.percent, 2)}" for line in known)
    return f"({terms}) ÷ {made.weight} = {format_number(made.score, 2)}"


def percent_of(card: Card, component: str) -> Any:
    """A component's value in per cent."""
    return next(line.percent for line in card.sum.lines if line.component.key == component)
