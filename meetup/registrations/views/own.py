"""An enterprise's own page, behind its link: reply, people, taking back; nobody else's data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, request

from meetup import links
from meetup.enterprises.consents import consents_of
from meetup.errors import N_, MeetupError, NotFound
from meetup.registrations import calendars, qr, service
from meetup.registrations.checks import RESPONSES, status_of
from meetup.registrations.codes import code_of, door_url
from meetup.registrations.forms import CancelForm, ConsentsForm, LostLinkForm, ParticipantsForm
from meetup.registrations.links import PURPOSE
from meetup.registrations.models import Registration
from meetup.registrations.views.base import bp, draw, registration_of
from meetup.registrations.views.feed import FEED
from meetup.web.calendars import attachment
from meetup.web.current import current_work, link
from meetup.web.forms import submit, undo
from meetup.web.guards import allow, require
from meetup.web.history import REGISTRATION, history
from meetup.web.i18n import _
from meetup.web.saying import say

#: What is said after a reply, by the state that it led to.
DONE = {
    "confirmed": N_("Your seats are confirmed. The invitation for your calendar is on its way by mail."),
    "waitlisted": N_("All seats are taken. You are on the waiting list and will get a mail as soon as seats are free."),
    "tentative": N_("Noted: you may come."),
    "declined": N_("Noted: you will not come."),
}


@bp.get("/r/<token>")
@allow("public", by=PURPOSE)
def own(token: str) -> Any:
    """The page behind the link."""
    try:
        registration = registration_of(token)
    except NotFound:
        return draw("lost.html", 404, form=LostLinkForm(formdata=None), gone=True)
    return show(registration, token)


def show(registration: Registration, token: str, **forms: Any) -> Any:
    """Draw the own page, with forms that failed as they were typed."""
    work = current_work()
    session = registration.session
    people = forms.get("people") or people_form(registration)
    possible = registration.MACHINE.possible(registration.state)
    ahead = session.state == "published" and work.now < session.starts_at
    opened = status_of(work, session) == "open"
    agreed = consents_of(work, registration.contact)
    replies = {
        "accepted": "accept" in possible and (opened or registration.state == "offered"),
        "tentative": "tentative" in possible,
        "declined": "decline" in possible,
    }
    return draw(
        "own.html",
        registration=registration,
        session=session,
        token=token,
        people=people,
        blank=ParticipantsForm(formdata=None).participants[0],
        cancelling=forms.get("cancelling") or CancelForm(formdata=None),
        agreeing=forms.get("agreeing") or ConsentsForm(formdata=None, data=dict.fromkeys(agreed, True)),
        agreed_at=agreed.get("registration"),
        replies=[value for value in RESPONSES if ahead and replies[value]],
        may_change=ahead and registration.state not in {"cancelled", "declined"},
        may_cancel=ahead and "cancel" in possible,
        position=service.waitlist_position(work, registration),
        steps=history(work, registration.subject, REGISTRATION, names=False),
        door_code=code_of(work, registration)
        if registration.state == "confirmed" and session.state in {"published", "held"}
        else "",
        has_feed=links.is_out(work.db, FEED, registration.contact.subject),
    )


def people_form(registration: Registration) -> ParticipantsForm:
    """The people of a registration, ready to be changed."""
    rows = [{"name": one.name, "position": one.position} for one in registration.participants]
    return ParticipantsForm(formdata=None, data={"participants": rows or [{}]})


@bp.post("/r/<token>/reply")
@allow("public", by=PURPOSE, of="registration.change")
def reply(token: str) -> Any:
    """Answer an invitation or an offer, or change one's mind."""
    registration = registration_of(token)
    require("registration.change", registration)
    response = request.form.get("response", "")
    return _do(token, lambda: _said(service.reply(current_work(), registration, response)))


@bp.post("/r/<token>/participants")
@allow("public", by=PURPOSE, of="registration.change")
def participants(token: str) -> Any:
    """Send other people, or more, or fewer."""
    registration = registration_of(token)
    require("registration.change", registration)
    form = ParticipantsForm()
    if "add" in request.form:
        if len(form.participants.entries) < registration.session.seats_per_enterprise:
            form.participants.append_entry()
        return show(registration, token, people=form)

    def step() -> bool:
        service.change_participants(current_work(), registration, form.people())
        return True

    if submit(form, step) is None:
        return show(registration_of(token), token, people=form)
    flash(_("The list of people is changed. A mail confirms it."), "success")
    answer: Any = redirect(link("registrations.own", token=token))
    return answer


@bp.post("/r/<token>/cancel")
@allow("public", by=PURPOSE, of="registration.change")
def cancel(token: str) -> Any:
    """Take the registration back."""
    registration = registration_of(token)
    require("registration.change", registration)
    form = CancelForm()

    def step() -> bool:
        service.cancel(current_work(), registration, reason=form.reason.data or "")
        return True

    if submit(form, step) is None:
        return show(registration_of(token), token, cancelling=form)
    flash(_("The registration is cancelled. Thank you for telling us in time."), "success")
    answer: Any = redirect(link("registrations.own", token=token))
    return answer


@bp.get("/r/<token>/session.ics")
@allow("public", by=PURPOSE)
def calendar(token: str) -> Any:
    """The session for one's own calendar, with one's own answer in it."""
    registration = registration_of(token)
    return attachment(calendars.file(current_work(), registration), registration.session.slug)


@bp.get("/r/<token>/check-in.svg")
@allow("public", by=PURPOSE)
def check_in_code(token: str) -> Any:
    """The QR code to show at the door."""
    registration = registration_of(token)
    content = qr.svg(door_url(current_work(), registration))
    return Response(content, content_type="image/svg+xml; charset=utf-8")


def _said(registration: Registration) -> str:
    return _(DONE[registration.state])


def _do(token: str, step: Callable[[], str]) -> Any:
    """One step without a form of its own; what forbids it is said on the page."""
    work = current_work()
    try:
        said = step()
        work.commit()
    except MeetupError as error:
        undo(work.db)
        flash(say(error), "error")
    else:
        flash(said, "success")
    answer: Any = redirect(link("registrations.own", token=token))
    return answer
