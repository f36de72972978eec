"""The public results: scorecards by department and by field, shortfall as prominent as success (R18)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request

from meetup.access import can
from meetup.domain.scoring import WEIGHTS
from meetup.errors import N_, NotFound
from meetup.scorecards import queries
from meetup.scorecards.forms import PeriodForm
from meetup.scorecards.queries import Row
from meetup.web import charts
from meetup.web.current import current_actor, current_work, link
from meetup.web.formats import name_of
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.pages import page

bp = Blueprint("scorecards", __name__)

#: Quarters that are offered, the newest first.
QUARTERS = 8

PART_WORDS = {
    "on_time": N_("Answered on time"),
    "confirmed": N_("Confirmed by the enterprise"),
    "satisfaction": N_("Satisfaction"),
    "no_pass_around": N_("Not passed around"),
}


def _quarters(today: date) -> list[tuple[str, str]]:
    year, quarter = today.year, (today.month - 1) // 3 + 1
    found = []
    for _step in range(QUARTERS):
        found.append((f"{year}Q{quarter}", _("Quarter %(quarter)s/%(year)s", quarter=quarter, year=year)))
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    return found


def _bounds(quarter: str) -> tuple[date, date] | None:
    year, _q, number = quarter.partition("Q")
    if not (year.isdecimal() and len(year) == 4 and number in {"1", "2", "3", "4"} and 1990 <= int(year) <= 2200):
        return None
    first = date(int(year), 3 * int(number) - 2, 1)
    after = date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def _period(form: PeriodForm) -> tuple[date | None, date | None]:
    """The period that was asked for; a quarter wins over two days."""
    bounds = _bounds(form.quarter.data or "")
    if bounds is not None:
        return bounds
    return form.since.data, form.until.data


def _form() -> PeriodForm:
    work = current_work()
    form = PeriodForm(request.args)
    offered = _quarters(work.now.astimezone(work.zone).date())
    form.quarter.choices = [("", _("All the time")), *offered]
    if form.quarter.data not in {value for value, _words in offered}:
        form.quarter.data = ""
    form.validate()
    since, until = form.since.data, form.until.data
    if since is not None and until is not None and until < since:
        form.until.errors = [_("The end is before the beginning.")]
        form.until.data = None
    return form


def _asked(form: PeriodForm) -> dict[str, str]:
    """The period again, for addresses of pictures."""
    values = {"quarter": form.quarter.data or ""}
    if form.since.data:
        values["from"] = form.since.data.isoformat()
    if form.until.data:
        values["to"] = form.until.data.isoformat()
    return {name: value for name, value in values.items() if value}


@bp.get("/results/")
@allow("public")
def results() -> Any:
    """Scorecards of a period; each with what is open and late beside what was solved."""
    work = current_work()
    form = _form()
    since, until = _period(form)
    rows = queries.scorecards(work, by="department", since=since, until=until)
    fields = queries.scorecards(work, by="field", since=since, until=until)
    text = page(
        "scorecards/results.html",
        form=form,
        departments=[one for one in rows if one.kind != "locality"],
        localities=[one for one in rows if one.kind == "locality"],
        fields=fields,
        total=queries.total(work, since=since, until=until),
        weights=[(_(PART_WORDS[name]), weight) for name, weight in WEIGHTS.items()],
        since=since,
        until=until,
        picture=lambda name: link("scorecards.picture", name=name, **_asked(form)),
        rows_url=_rows_url,
        staff=can(current_actor(), "desk.leader"),
    )
    return text, 422 if form.failed else 200


def _rows_url(row: Row, by: str, view: str = "") -> str:
    """The rows behind a figure: a leader's queue, or the published issues."""
    if by == "department" and view and can(current_actor(), "desk.leader"):
        return link("follow_ups.department", department=row.code, view=view)
    return link("issues.index", **{by: row.code}) if row.code else ""


@bp.get("/results/<name>.svg")
@allow("public")
def picture(name: str) -> Response:
    """One of the pictures of the results page; the page has the same numbers as a table."""
    work = current_work()
    form = _form()
    since, until = _period(form)
    if name not in {"departments", "localities", "fields"}:
        raise NotFound()
    by = "field" if name == "fields" else "department"
    rows = queries.scorecards(work, by=by, since=since, until=until)
    if by == "department":
        rows = [one for one in rows if (one.kind == "locality") is (name == "localities")]
    return charts.response(_drawn(rows, by))


def _drawn(rows: list[Row], by: str) -> bytes:
    shown = rows[:20][::-1]
    return charts.bars(
        _("Results"),
        [one.code if by == "department" else (name_of(one) or _("(no field)")) for one in shown],
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
