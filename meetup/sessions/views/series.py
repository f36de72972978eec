"""A series on the organiser's desk: its sessions, its rule, and how it goes on or ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request

from meetup.departments.service import calendar
from meetup.domain.faults import EMPTY, FILL_IN, Faults
from meetup.domain.recurrence import Rule, rule_words
from meetup.domain.series import expand, last_of, without_holidays
from meetup.errors import MeetupError, NotFound
from meetup.outbox.views import tell_batch
from meetup.registrations import queries as registrations
from meetup.sessions import changing, queries
from meetup.sessions import series as every
from meetup.sessions.forms import ReasonForm, SeriesForm
from meetup.sessions.models import Series, Session
from meetup.sessions.views.base import bp, draw
from meetup.web.current import current_work, link
from meetup.web.forms import Form, submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _
from meetup.work import Work

#: So many dates are shown before a series is begun.
_SHOWN = 12


@dataclass(frozen=True)
class Dates:
    """What a rule comes to: in words, its first dates, and those left out for a public holiday."""

    words: str
    starts: tuple[datetime, ...]
    left_out: tuple[datetime, ...]
    zone: str


def look(work: Work, rule: Rule, starts_at: datetime, ends_at: datetime, zone: str, skip_holidays: bool) -> Dates:
    """The first dates of a rule.

    Raises:
        InvalidInput: if the first session is on no day of it, or at an hour at which clocks change.
    """
    every.rule_for(work, str(rule), starts_at, ends_at, zone, skip_holidays=skip_holidays)
    dates = expand(rule, starts_at, zone, until=every.horizon(work), limit=_SHOWN)
    kept, left_out = without_holidays(dates, zone, calendar(work)) if skip_holidays else (dates, [])
    return Dates(_in_words(rule, starts_at, zone), tuple(kept), tuple(left_out), zone)


def _in_words(rule: Rule, starts_at: datetime, zone: str) -> str:
    return rule_words(rule, starts_at, zone, _)


def _found(slug: str) -> tuple[Session, Series]:
    work = current_work()
    session = queries.by_slug(work, slug)
    require("session.manage", session)
    series = every.of(work, session)
    if series is None:
        raise NotFound()
    return session, series


@bp.get("/organize/sessions/<slug>/series")
@allow("session.manage", of="session.manage")
def series(slug: str) -> Any:
    """The series that a session is part of."""
    return _show(*_found(slug))


def _show(session: Session, of: Series, **more: Any) -> Any:
    work = current_work()
    form = more.get("form")
    if form is None:
        form = SeriesForm(formdata=None)
        # As far as it goes now: a number of times in the rule was counted from its own beginning, not from here.
        last = last_of(of.rrule, of.starts_at, of.timezone)
        form.repeats.data, form.own.data = "own", str(of.rrule.ending())
        form.until.data = last.astimezone(ZoneInfo(of.timezone)).date() if last else None
        form.starts_at.show(session.starts_at, of.timezone)
        form.ends_at.show(session.ends_at, of.timezone)
        form.skip_holidays.data = of.skip_holidays
    form.offer_ways(alone=False)
    change = more.get("change")
    occurrences = every.occurrences(work, of, limit=200)
    people = registrations.live_in(work, change.told_of) if change is not None else 0
    return draw(
        "series.html",
        session=session,
        series=of,
        words=_in_words(of.rrule, of.starts_at, of.timezone),
        occurrences=occurrences,
        form=form,
        reason=more.get("reason") or ReasonForm(formdata=None),
        change=change,
        change_words=_in_words(change.rule, change.starts_at, of.timezone) if change is not None else "",
        people=people,
        can_change=of.state == "running" and session.state in {"draft", "published"} and session.starts_at > work.now,
        drafts=sum(one.state == "draft" and one.starts_at > work.now for one in occurrences),
    )


@bp.post("/organize/sessions/<slug>/series/change")
@allow("session.manage", of="session.manage")
def change_series(slug: str) -> Any:
    """Let a series go on otherwise from this session on; first it is only shown what that would do."""
    work = current_work()
    session, of = _found(slug)
    form = SeriesForm()
    if "do" not in request.form:
        change = None
        if form.validate():
            try:
                change = _planned(work, form, session, of)
            except MeetupError as error:
                form.take(error)
        return _show(session, of, form=form, change=change)
    done = submit(
        form, lambda: changing.carry_out(work, _planned(work, form, session, of), reason=form.reason.data or "")
    )
    if done is None:
        return _show(*_found(slug), form=form)
    flash(_("The series is changed. Whoever is concerned is told."), "success")
    tell_batch()
    return redirect(link("sessions.series", slug=_still(work, slug, done)))


def _still(work: Work, slug: str, of: Series) -> str:
    """A session of the series to show: the same one, unless it is no more."""
    slugs = [one.slug for one in every.occurrences(work, of)]
    return slug if slug in slugs else slugs[0]


def _planned(work: Work, form: SeriesForm, session: Session, of: Series) -> changing.SeriesChange:
    faults = Faults()
    starts_at = faults.attempt(form.starts_at.reader(of.timezone), None)
    ends_at = faults.attempt(form.ends_at.reader(of.timezone), None)
    for name, value in (("starts_at", starts_at), ("ends_at", ends_at)):
        if value is None and not faults.found:
            faults.add(name, EMPTY, FILL_IN)
    faults.stop()
    assert starts_at is not None and ends_at is not None
    rule = form.rule(starts_at, of.timezone)
    return changing.plan(
        work,
        session,
        rule=str(rule),
        starts_at=starts_at,
        ends_at=ends_at,
        skip_holidays=bool(form.skip_holidays.data),
    )


@bp.post("/organize/sessions/<slug>/series/publish")
@allow("session.manage", of="session.manage")
def publish_series(slug: str) -> Any:
    """Publish all sessions to come; those made later are published at once."""
    work = current_work()
    session, of = _found(slug)
    if submit(Form(), lambda: every.announce(work, of) is not None) is None:
        return _show(*_found(slug))[0], 422
    flash(_("All sessions to come are published."), "success")
    tell_batch()
    return redirect(link("sessions.series", slug=session.slug))


@bp.post("/organize/sessions/<slug>/series/end")
@allow("session.manage", of="session.manage")
def end_series(slug: str) -> Any:
    """Call off this session and all after it, and make no more."""
    work = current_work()
    session, of = _found(slug)
    form = ReasonForm()

    def do() -> bool:
        every.end(work, of, reason=form.reason.data or "", since=session.recurrence_id)
        return True

    if not submit(form, do):
        return _show(*_found(slug), reason=form)
    flash(_("The series has ended. Everyone who registered is told."), "success")
    tell_batch()
    return redirect(link("sessions.desk_index"))
