"""Keeping a filter under a name, and letting it go: nobody else ever sees it, so the activity log is silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, select

from meetup.domain.faults import Faults
from meetup.errors import N_
from meetup.filters.models import SavedFilter
from meetup.work import Work

#: So many are a list that one still finds one's way in.
MOST = 20


def of(work: Work, page: str) -> Sequence[SavedFilter]:
    """The actor's own filters of a list, by name."""
    query = select(SavedFilter).where(SavedFilter.owner == work.actor.id, SavedFilter.page == page)
    return work.db.scalars(query.order_by(SavedFilter.name, SavedFilter.id)).all()


def tidy(query: str, names: Iterable[str]) -> str:
    """Of a query string what filters, in one order, so that the same filter is the same text.

    Args:
        query: as it stands behind the question mark of an address.
        names: the parameters that the list filters by.
    """
    wanted = set(names)
    try:
        pairs = parse_qsl(query.replace("\0", ""), max_num_fields=50, errors="replace")
    except ValueError:
        return ""
    return urlencode(sorted({name: value for name, value in pairs if name in wanted}.items()))


def keep(work: Work, page: str, *, name: str, query: str, names: Iterable[str]) -> SavedFilter:
    """Keep a filter; under a name that the actor has already, it takes that one's place.

    Args:
        page: which list.
        name: what the actor calls it.
        query: as for :func:`tidy`.
        names: the parameters that the list filters by.

    Raises:
        InvalidInput: without a name, without anything to filter by, or with too many already.
    """
    faults = Faults()
    words = faults.text("name", name, 60, required=True)
    kept = tidy(query, names)
    if not kept:
        faults.add("query", N_("Nothing is filtered here yet."), N_("Choose what to look for first."))
    if len(kept) > 1000:
        faults.add("query", N_("This filter is too long to keep."), N_("Look for fewer words."))
    known = of(work, page)
    same = next((one for one in known if one.name == words), None)
    if same is None and len(known) >= MOST:
        faults.add("name", N_("There are %(most)s saved filters of this list."), N_("Take one away first."), most=MOST)
    faults.stop()
    if same is None:
        same = SavedFilter(owner=work.actor.id, page=page, name=words, query=kept, at=work.now)
        work.db.add(same)
    else:
        same.query, same.at = kept, work.now
    work.db.flush()
    return same


def drop(work: Work, page: str, name: str) -> None:
    """Let a filter go, if the actor has one of that name."""
    work.db.execute(
        delete(SavedFilter).where(
            SavedFilter.owner == work.actor.id, SavedFilter.page == page, SavedFilter.name == name
        )
    )
