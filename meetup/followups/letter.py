"""What every mail about a follow-up begins with: the follow-up as it stands, for the staff or for an enterprise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.departments.service import calendar
from meetup.errors import N_
from meetup.followups.models import FollowUp
from meetup.followups.notices import page_url
from meetup.followups.queries import WITH_ROW
from meetup.issues.models import Issue
from meetup.issues.notices import own_url
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Prepared, Superseded
from meetup.work import Work

Context = dict[str, Any]
More = Callable[[Work, Outgoing, FollowUp], Context]


def load(work: Work, row: Outgoing) -> FollowUp:
    """The follow-up that a message is about, with everyone it concerns.

    Raises:
        Superseded: if it is gone.
    """
    query = (
        select(FollowUp)
        .where(FollowUp.id == row.context["follow_up"])
        .options(*WITH_ROW, joinedload(FollowUp.issue).joinedload(Issue.contact))
        .execution_options(populate_existing=True)
    )
    found = work.db.scalars(query).unique().one_or_none()
    if found is None:
        raise Superseded(N_("the follow-up is gone"))
    return found


def common(work: Work, row: Outgoing, f: FollowUp) -> Context:
    """What every template reads."""
    today = work.now.astimezone(work.zone).date()
    cal = calendar(work)
    late = max(cal.between(f.due_on, today), 1) if today > f.due_on else 0
    return {
        "f": f,
        "number": f.number,
        "task": f.task,
        "due_on": f.due_on,
        "left": cal.between(today, f.due_on) if not late else 0,
        "late": late,
        "department": f.lead_department,
        "name": row.recipient_name,
        "quote": "",
        "action_words": "",
    }


def for_staff(work: Work, row: Outgoing) -> tuple[FollowUp, Context]:
    """For a department, the organiser or the chair."""
    f = load(work, row)
    context = common(work, row, f)
    context |= {
        "title": f.issue.title,
        "issue_number": f.issue.number,
        "enterprise": f.enterprise.name,
        "action_url": work.mount.url("follow_ups.show", number=f.number),
        "action_words": N_("Open the follow-up"),
    }
    return f, context


def for_reader(work: Work, row: Outgoing) -> tuple[FollowUp, Context]:
    """For an enterprise: its own issue; who follows another's sees the own title or the published one."""
    f = load(work, row)
    context = common(work, row, f)
    issue = f.issue
    known: int | str = ""
    if not row.context.get("follows"):
        title, url, known = issue.title, page_url(work, f, issue), issue.number
    elif row.context.get("own"):
        own = work.get(Issue, row.context["own"])
        title, url, known = own.title, own_url(work, own), own.number
    else:
        title = issue.published_title if issue.is_public else ""
        url = work.mount.url("issues.show", number=issue.number) if issue.is_public else ""
        known = issue.number if issue.is_public else ""
    context |= {
        "title": title,
        "issue_number": known,
        "follows": bool(row.context.get("follows")),
        "action_url": url,
        "action_words": N_("See how it stands"),
    }
    return f, context


def nothing(work: Work, row: Outgoing, f: FollowUp) -> Context:
    """Nothing more."""
    return {}


def letter(side: Callable[[Work, Outgoing], tuple[FollowUp, Context]], more: More = nothing) -> Any:
    """How a notice is prepared: what `side` gives, and `more` of its own."""

    def prepare(work: Work, row: Outgoing) -> Prepared:
        f, context = side(work, row)
        return Prepared({**context, **more(work, row, f)})

    return prepare


def needs(f: FollowUp, states: frozenset[str] | set[str], why: str) -> None:
    """Go on only if the follow-up is in one of `states`.

    Raises:
        Superseded: if not, with `why`.
    """
    if f.state not in states:
        raise Superseded(why)
