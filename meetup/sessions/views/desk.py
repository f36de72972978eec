"""The organiser's desk: what comes next, and one session with its registrations and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, request

from meetup import links
from meetup.domain.faults import EMPTY, FILL_IN, plain
from meetup.domain.registrations import HOLDS_SEAT
from meetup.errors import N_, InvalidInput
from meetup.filters.views import saved
from meetup.outbox.views import tell_batch
from meetup.registrations import queries as registrations
from meetup.sessions import queries, service
from meetup.sessions.forms import CopyForm, ReasonForm, ReportForm
from meetup.sessions.models import Session
from meetup.sessions.views.base import bp, draw, mark, marks
from meetup.sessions.views.calendars import DESK, DESK_FEED
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.history import SESSION, history
from meetup.web.i18n import _, ngettext
from meetup.web.paging import paged, unpack
from meetup.work import Work

_PER_PAGE = 50
_FILTERS: dict[str, tuple[str, ...]] = {
    "coming": tuple(sorted(HOLDS_SEAT)),
    "waiting": ("waitlisted",),
    "open": ("invited", "tentative"),
    "off": ("declined", "cancelled", "absent"),
}


_FILTER_WORDS = (
    ("", N_("All")),
    ("coming", N_("Coming")),
    ("waiting", N_("Waiting")),
    ("open", N_("Not decided")),
    ("off", N_("Not coming")),
)


@dataclass(frozen=True)
class Point:
    """One point of a session's checklist: whether it is done, in words, and where to do it."""

    done: bool
    words: str
    url: str = ""


def checklist(work: Work, session: Session, counts: dict[str, int]) -> list[Point]:
    """What is there for `session`, and what is missing."""
    edit = link("sessions.edit", slug=session.slug)
    answered = sum(count for state, count in counts.items() if state != "invited")
    points = [
        Point(bool(session.topic), _("Topic"), f"{edit}#topic"),
        Point(bool(session.venue or session.online_url), _("Venue or online address"), f"{edit}#venue"),
        Point(bool(session.chair), _("Chair"), f"{edit}#chair"),
        Point(session.state != "draft", _("Published"), f"{link('sessions.desk', slug=session.slug)}#publish"),
    ]
    if session.state == "draft":
        points[-1:-1] = _before_it_goes_out(work, session, edit)
    if session.state == "published":
        invited = counts["invited"] + answered
        invite = link("registrations.invitations", slug=session.slug)
        words = ngettext(
            "%(num)d enterprise invited or registered", "%(num)d enterprises invited or registered", invited
        )
        points.append(Point(invited > 0, words if invited else _("Enterprises invited"), invite))
    if session.state in {"published", "held"} and session.starts_at <= work.now:
        there = counts["attended"]
        words = ngettext("%(num)d enterprise is checked in", "%(num)d enterprises are checked in", there)
        points.append(Point(there > 0, words, link("registrations.check_in", slug=session.slug)))
    if session.state == "held":
        report = f"{link('sessions.desk', slug=session.slug)}#report"
        points.append(Point(bool(session.conclusion_number), _("Conclusion notice"), report))
    return points


def _before_it_goes_out(work: Work, session: Session, edit: str) -> list[Point]:
    """What a draft lacks besides; what the clock has overtaken is named only then."""
    points = [
        Point(bool(session.secretary), _("Secretary"), f"{edit}#secretary"),
        Point(bool(session.description), _("What it is about"), f"{edit}#description"),
    ]
    if session.starts_at <= work.now:
        points.append(Point(False, _("A start that is yet to come"), f"{edit}#starts_at"))
    closes = session.registration_closes_at
    if closes is not None and closes <= work.now < session.starts_at:
        points.append(Point(False, _("A registration that has not closed already"), f"{edit}#registration_closes_at"))
    return points


@bp.get("/organize/")
@allow("desk.organize")
def organize() -> Any:
    """What is to be done next."""
    work = current_work()
    sessions = queries.to_prepare(work)
    first = sessions[0] if sessions else None
    counts = registrations.counts(work, first.id) if first else {}
    return draw(
        "organize.html",
        first=first,
        points=checklist(work, first, counts) if first else [],
        counts=counts,
        waiting=registrations.waiting_seats(work, [first.id]).get(first.id, 0) if first else 0,
        sessions=sessions[1:],
        marks=marks(work, sessions),
        has_feed=links.is_out(work.db, DESK_FEED, DESK),
    )


@bp.get("/organize/sessions/")
@allow("session.manage")
def desk_index() -> Any:
    """Every session, the newest first."""
    work = current_work()
    state = request.args.get("state", "")
    states = [state] if state in Session.MACHINE.states else []
    after = unpack(request.args.get("after", ""), int)
    rows = queries.on_desk(work, states=states, after=after[0] if after else 0, limit=_PER_PAGE)
    found = paged(rows, _PER_PAGE, lambda one: (one.id,))
    return draw(
        "desk_index.html",
        saved=saved("sessions"),
        sessions=found.items,
        state=state,
        states_of=Session.MACHINE.states,
        next_url=link("sessions.desk_index", after=found.next, state=state or None) if found.next else "",
        first_url=link("sessions.desk_index", state=state or None) if after else "",
    )


@bp.get("/organize/sessions/<slug>/")
@allow("session.manage")
def desk(slug: str) -> Any:
    """One session on the organiser's desk."""
    return show(queries.by_slug(current_work(), slug))


def show(session: Session, **forms: Any) -> Any:
    """Draw the organiser's page of a session, with forms that failed as they were typed."""
    work = current_work()
    which = request.args.get("show", "")
    q = plain(request.args.get("q"), 100)
    after = unpack(request.args.get("after", ""), int)
    rows = registrations.page_of_session(
        work, session.id, states=_FILTERS.get(which, ()), q=q, after=after[0] if after else 0, limit=_PER_PAGE
    )
    found = paged(rows, _PER_PAGE, lambda one: (one.id,))
    counts = registrations.counts(work, session.id)
    kept = {"slug": session.slug, "show": which or None, "q": q or None}
    copying = forms.get("copy") or CopyForm(formdata=None)
    return draw(
        "desk.html",
        session=session,
        mark=mark(work, session),
        points=checklist(work, session, counts),
        steps=history(work, session.subject, SESSION),
        counts=counts,
        waiting=registrations.waiting_seats(work, [session.id]).get(session.id, 0),
        positions=registrations.waitlist_positions(work, session.id),
        newcomers=registrations.first_timers(work, session.id),
        registrations=found.items,
        filters=[(name, _(words)) for name, words in _FILTER_WORDS],
        which=which,
        q=q,
        possible=session.MACHINE.possible(session.state),
        reason=forms.get("cancel") or ReasonForm(formdata=None),
        report=forms.get("report") or ReportForm(formdata=None, obj=session),
        copying=copying,
        next_url=link("sessions.desk", after=found.next, **kept) if found.next else "",
        first_url=link("sessions.desk", **kept) if after else "",
    )


@bp.post("/organize/sessions/<slug>/<any(publish, cancel, hold, report, copy):action>")
@allow("session.manage")
def do(slug: str, action: str) -> Any:
    """One arrow of a session, or a copy of it."""
    work = current_work()
    session = queries.by_slug(work, slug)
    require("session.manage", session)
    form: Any = {"cancel": ReasonForm, "report": ReportForm}.get(action, ReasonForm)()
    if action == "copy":
        form = CopyForm()
    done = submit(form, _step(work, session, action, form))
    if done is None:
        return show(queries.by_slug(work, slug), **{action: form})
    flash(_SAID[action](), "success")
    tell_batch()
    target = "sessions.edit" if action == "copy" else "sessions.desk"
    answer: Any = redirect(link(target, slug=done.slug))
    return answer


_SAID: dict[str, Callable[[], str]] = {
    "publish": lambda: _("The session is published."),
    "cancel": lambda: _("The session is called off. Everyone who registered gets a mail."),
    "hold": lambda: _("The session is under way. Check in whoever is there."),
    "report": lambda: _("The report is published."),
    "copy": lambda: _("This is the copy. Look through it, then publish it."),
}


def _step(work: Work, session: Session, action: str, form: Any) -> Callable[[], Session]:
    if action == "publish":
        return lambda: service.publish(work, session)
    if action == "cancel":
        return lambda: service.cancel(work, session, reason=form.reason.data or "")
    if action == "hold":
        return lambda: service.hold(work, session)
    if action == "report":
        return lambda: service.report(
            work, session, conclusion_number=form.conclusion_number.data or "", summary=form.summary.data or ""
        )
    return lambda: service.copy(work, session, starts_at=_given(form.starts_at.instant(session.timezone)))


def _given(starts_at: datetime | None) -> datetime:
    if starts_at is None:
        raise InvalidInput("starts_at", EMPTY, FILL_IN)
    return starts_at
