"""The page that searches everything that its reader may see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from meetup.access import can
from meetup.domain.text import clean
from meetup.errors import InvalidInput
from meetup.search.groups import Group, groups_for
from meetup.web.current import current_work, link
from meetup.web.guards import allow
from meetup.web.pages import page
from meetup.web.paging import Page, pack, unpack

bp = Blueprint("search", __name__)

#: So many of each kind are shown beside the others.
FIRST = 5
#: So many when one kind is looked at alone.
PAGE = 20


@bp.get("/search")
@allow("public")
def index() -> Any:
    """What is found, by kinds of things, the first few of each; or one kind alone, page by page."""
    work = current_work()
    q = _typed()
    groups = groups_for(work.actor)
    alone = next((one for one in groups if one.name == request.args.get("in", "")), None)
    mark = request.args.get("after", "") if alone else ""
    limit = PAGE if alone else FIRST
    found: list[tuple[Group, Page[Any]]] = []
    for group in [alone] if alone else groups:
        rows = group.find(work, q, unpack(mark, *group.key), limit) if q else []
        more = pack(*rows[limit - 1][1]) if len(rows) > limit else ""
        found.append((group, Page([one for one, _key in rows[:limit]], more)))
    onward = found[0][1].next if alone else ""
    return page(
        "search/index.html",
        q=q,
        alone=alone,
        found=[(group, here) for group, here in found if here.items],
        all_of=lambda group: _all_of(group, q),
        next=link("search.index", **_here(alone, q), after=onward) if onward else "",
        first=link("search.index", **_here(alone, q)) if mark else "",
        everything=link("search.index", q=q),
        is_finding=True,
    )


def _here(alone: Group | None, q: str) -> dict[str, str]:
    return {"q": q, "in": alone.name if alone else ""}


def _all_of(group: Group, q: str) -> str:
    """The list of all that is found of a kind: where there is one with filters, that one."""
    if group.name == "answers":
        return link("issues.index", q=q)
    if group.name == "issues" and can(current_work().actor, "issue.triage"):
        return link("issues.queue", tab="all", q=q)
    return link("search.index", **_here(group, q))


def _typed() -> str:
    try:
        return clean(request.args.get("q", ""), max_length=10_000)[:200]
    except InvalidInput:
        return ""
