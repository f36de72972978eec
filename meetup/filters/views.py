"""Saved filters: shown beside a list's own, kept and let go by whoever uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, request

from meetup.domain.faults import plain
from meetup.filters import service
from meetup.filters.forms import FilterForm
from meetup.filters.models import SavedFilter
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.pages import page as draw_page

bp = Blueprint("filters", __name__)

#: List → where it stands, and what it filters by; the first says which tab one is on and filters nothing alone.
LISTS = {
    "issues": ("issues.queue", ("tab", "q", "field", "department")),
    "follow-ups": ("follow_ups.department", ("view", "department", "passed_on", "moved")),
    "sessions": ("sessions.desk_index", ("state",)),
    "outbox": ("outbox.index", ("state", "recipient", "subject")),
}


@dataclass(frozen=True)
class Saved:
    """What a list shows of saved filters.

    Args:
        page: which list.
        all: (name, address, whether it is the one that is shown).
        query: what is being looked for, if it may be kept; else empty.
    """

    page: str
    all: list[tuple[str, str, bool]]
    query: str


def saved(page: str) -> Saved:
    """The reader's own filters of the list `page` that is being shown."""
    _endpoint, names = LISTS[page]
    here = service.tidy(request.query_string.decode("utf-8", "replace"), names)
    found = service.of(current_work(), page)
    known = [(one.name, _address(page, one.query), one.query == here) for one in found]
    return Saved(page, known, "" if any(one.query == here for one in found) else here)


@bp.post("/desk/filters/<any(issues, 'follow-ups', sessions, outbox):page>")
@allow("staff")
def keep(page: str) -> Any:
    """Keep what is being looked for under a name."""
    form = FilterForm()

    def step() -> SavedFilter:
        return service.keep(
            current_work(), page, name=form.name.data or "", query=form.query.data or "", names=LISTS[page][1]
        )

    done = submit(form, step)
    if done is not None:
        flash(_("The filter “%(name)s” is kept.", name=done.name), "success")
        return redirect(_address(page, done.query))
    back = _address(page, service.tidy(form.query.data or "", LISTS[page][1]))
    return draw_page("filters/keep.html", form=form, page=page, back=back), 422


@bp.post("/desk/filters/<any(issues, 'follow-ups', sessions, outbox):page>/drop")
@allow("staff")
def drop(page: str) -> Any:
    """Let one go."""
    name = plain(request.form.get("name"))
    if name:
        service.drop(current_work(), page, name)
        current_work().commit()
        flash(_("The filter “%(name)s” is gone.", name=name), "success")
    return redirect(_address(page, service.tidy(request.form.get("query", ""), LISTS[page][1])))


def _address(page: str, query: str) -> str:
    return link(LISTS[page][0], **dict(parse_qsl(query)))
