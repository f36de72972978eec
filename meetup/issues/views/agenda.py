"""A session's agenda: the order, the minutes, and the times that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from meetup.domain.agenda import overflow, starting_times, total
from meetup.errors import N_, InvalidInput, MeetupError, NotFound
from meetup.issues import queries, service
from meetup.issues.agenda import mark_of
from meetup.issues.models import AgendaItem, Issue
from meetup.issues.views.base import bp, draw
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.web.current import current_work, link
from meetup.web.forms import undo
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.saying import say
from meetup.work import Work

#: Minutes that a newly added issue gets.
USUAL = 10


@dataclass(frozen=True)
class Line:
    """One line of the agenda as it is shown."""

    issue: Issue
    minutes: Any
    at: datetime | None
    fixed: bool


def session_by_slug(work: Work, slug: str) -> Session:
    """The session at this address.

    Raises:
        NotFound: if there is none.
    """
    found = work.db.scalar(select(Session).where(Session.slug == slug)) if "\0" not in slug else None
    if found is None:
        raise NotFound()
    return found


def lines_of(session: Session, items: list[tuple[Issue, Any]]) -> list[Line]:
    """The lines with their starting times; without times where the minutes make no sense."""
    minutes = [amount for _issue, amount in items]
    good = all(isinstance(amount, int) and amount >= 0 for amount in minutes)
    times: list[datetime | None] = list(starting_times(session.starts_at, minutes)) if good else [None] * len(items)
    return [
        Line(issue, amount, at, issue.state not in ("scheduled", "accepted"))
        for (issue, amount), at in zip(items, times, strict=True)
    ]


def agenda_of(work: Work, session: Session) -> list[AgendaItem]:
    """The agenda in order, each item with its issue and parties; for the secretary's page too."""
    return list(queries.agenda(work.db, session))


def _kept(work: Work, session: Session) -> list[tuple[Issue, int]]:
    return [(item.issue, item.minutes) for item in agenda_of(work, session)]


def _mark(items: list[tuple[Issue, int]]) -> str:
    return mark_of((issue.number, minutes) for issue, minutes in items)


def _clock(session: Session) -> int:
    """The minutes since midnight at which the session begins where it takes place."""
    at = session.starts_at.astimezone(ZoneInfo(session.timezone))
    return at.hour * 60 + at.minute


def _show(slug: str, typed: list[tuple[Issue, Any]] | None = None, error: str = "") -> Any:
    work = current_work()
    session = session_by_slug(work, slug)
    kept = _kept(work, session)
    items = kept if typed is None else typed
    minutes = [amount for _issue, amount in items]
    good = all(isinstance(amount, int) and amount >= 0 for amount in minutes)
    on_it = {issue.id for issue, _minutes in items}
    return draw(
        "agenda.html",
        422 if error else 200,
        session=session,
        seen=_mark(kept),
        rows=lines_of(session, items),
        waiting=[issue for issue in queries.waiting_for_agenda(work.db, session) if issue.id not in on_it],
        error=error,
        total=total(minutes) if good else None,
        over=overflow(session.starts_at, session.ends_at, minutes) if good else 0,
        begins=_clock(session),
        room=int((session.ends_at - session.starts_at).total_seconds() // 60),
        open=session.state in ("draft", "published", "held"),
        usual=USUAL,
    )


@bp.get("/organize/sessions/<slug>/agenda")
@allow("session.manage")
def agenda(slug: str) -> Any:
    """The agenda, and the issues that could go on it."""
    return _show(slug)


def _typed(work: Work) -> list[tuple[Issue, Any]]:
    """The lines of the form, in the order that its numbers and buttons say."""
    numbers = [int(one) for one in request.form.getlist("issue") if one.isdecimal() and len(one) < 10]
    found = {
        issue.number: issue
        for issue in work.db.scalars(select(Issue).where(Issue.number.in_(numbers)).options(*queries.WITH_PARTIES))
    }
    if len(found) != len(set(numbers)):
        raise NotFound()
    rows = []
    for place, number in enumerate(numbers):
        if request.form.get(f"off-{number}") or request.form.get("off") == str(number):
            continue
        typed = request.form.get(f"place-{number}", "").strip()
        order = float(typed) if typed.isdecimal() and len(typed) < 5 else place + 1.0
        raw = request.form.get(f"minutes-{number}", "").strip()
        rows.append((order, place, found[number], int(raw) if raw.isdecimal() and len(raw) < 5 else (raw or USUAL)))
    added = request.form.get("add", "")
    lines: list[tuple[Issue, Any]] = [(issue, minutes) for _o, _p, issue, minutes in sorted(rows, key=lambda r: r[:2])]
    if added.isdecimal() and len(added) < 10:
        lines.append((queries.by_number(work.db, int(added)), USUAL))
    _move(lines, request.form.get("up", ""), -1)
    _move(lines, request.form.get("down", ""), 1)
    return lines


def _move(lines: list[tuple[Issue, Any]], number: str, step: int) -> None:
    here = next((place for place, (issue, _m) in enumerate(lines) if str(issue.number) == number), None)
    if here is not None and 0 <= here + step < len(lines):
        lines[here], lines[here + step] = lines[here + step], lines[here]


@bp.post("/organize/sessions/<slug>/agenda")
@allow("session.manage")
def save_agenda(slug: str) -> Any:
    """Keep the order and the minutes; buttons move one line, add an issue or take one off."""
    work = current_work()
    session = session_by_slug(work, slug)
    # Of two who were shown the same agenda one is first, and what the other was shown is old by then.
    lock(work, session)
    lines, kept = _typed(work), _kept(work, session)
    if request.form.get("seen", _mark(kept)) != _mark(kept):
        undo(work.db)
        there = {issue.number for issue, _minutes in lines}
        added = [(issue, minutes) for issue, minutes in kept if issue.number not in there]
        return _show(
            slug,
            [*lines, *added],
            _("Somebody has changed the agenda since you opened it. Here is yours, with what they added at its end."),
        )
    try:
        bad = [issue.number for issue, minutes in lines if not isinstance(minutes, int)]
        if bad:
            raise InvalidInput(
                "items", N_("The minutes of issue %(number)s are no number."), N_("Write digits only."), number=bad[0]
            )
        service.set_agenda(work, session, lines)
        work.commit()
    except MeetupError as error:
        undo(work.db)
        return _show(slug, lines, say(error))
    flash(_("The agenda is kept."), "success")
    answer: Response = redirect(link("issues.agenda", slug=slug))
    return answer
