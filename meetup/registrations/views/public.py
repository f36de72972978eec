"""Registering, and getting a lost link again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask import session as browser

from meetup.enterprises.service import normalise_email
from meetup.errors import N_, InvalidInput
from meetup.links import handle_in, subject_by_handle
from meetup.registrations import queries, service
from meetup.registrations.checks import demand_open, status_of
from meetup.registrations.forms import LostLinkForm, RegisterForm
from meetup.registrations.links import PURPOSE
from meetup.registrations.models import Registration
from meetup.registrations.views.base import bp, draw
from meetup.sessions.models import Session
from meetup.sessions.queries import by_slug
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _, locale_code
from meetup.web.limits import hit, visitor

#: What this browser registered, so that only it is shown what came of it.
_MINE = "meetup_registered"


@bp.route("/sessions/<slug>/register", methods=["GET", "POST"])
@allow("public", of="registration.create")
def register(slug: str) -> Any:
    """The registration form: one page, no account."""
    work = current_work()
    session = by_slug(work, slug)
    require("registration.create", session)
    status = status_of(work, session)
    form = RegisterForm()
    form.offer(work.settings.locales, locale_code())
    adding = request.method == "POST" and "add" in request.form
    if adding and len(form.participants.entries) < session.seats_per_enterprise:
        form.participants.append_entry()
    if request.method == "POST" and not adding:
        hit("20 per minute", "register", visitor())
        demand_open(work, session)
        wanted = session
        handle = submit(form, lambda: _register(form, wanted))
        if handle is not None:
            if handle:
                browser[_MINE] = {**_mine(), slug: handle}
            answer: Any = redirect(link("registrations.registered", slug=slug))
            return answer
        session = by_slug(work, slug)
    return draw(
        "register.html",
        form=form,
        blank=RegisterForm(formdata=None).participants[0],
        session=session,
        opening=status if not work.actor.is_staff or session.state != "published" else "open",
        waiting=queries.waiting_seats(work, [session.id]).get(session.id, 0),
    )


def _register(form: RegisterForm, session: Session) -> str:
    """Register what was typed; gives the handle of the link that this made, empty for who was registered already."""
    work = current_work()
    outcome = service.register(
        work,
        session,
        enterprise=form.enterprise(),
        contact=form.contact(),
        participants=form.people(),
        response=form.response.data or "accepted",
        consent=bool(form.consent.data),
        consents=form.further_consents(),
    )
    # Now: after the commit it would be looked for in a transaction of its own, and that waits for SQLite's lock again.
    return handle_in(service.manage_token(work, outcome.registration)) if outcome.created else ""


def _mine() -> dict[str, str]:
    # Handles of links and no keys: a browser can read its cookie, and keys would tell how many registrations there are.
    found = browser.get(_MINE)
    # A cookie holds little; what was registered first is left out first.
    return dict(list(found.items())[-4:]) if isinstance(found, dict) else {}


@bp.get("/sessions/<slug>/registered")
@allow("public", of="session.read")
def registered(slug: str) -> Any:
    """What came of registering; the same sentence for everyone, the place in the line for who got it."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.read", session)
    handle = _mine().get(slug)
    subject = subject_by_handle(work.db, PURPOSE, handle) if isinstance(handle, str) else ""
    registration = work.db.get(Registration, int(subject.partition(":")[2])) if subject else None
    if registration is not None and registration.session_id != session.id:
        registration = None
    return draw(
        "registered.html",
        session=session,
        registration=registration,
        position=service.waitlist_position(work, registration) if registration else None,
    )


@bp.route("/r/", methods=["GET", "POST"])
@allow("public")
def lost() -> Any:
    """A lost link is mailed again; the answer is the same whether there is one or not."""
    form = LostLinkForm()
    if request.method == "POST":
        hit("10 per hour", "lost link", visitor())
    if submit(form, lambda: mail_links(form.email.data or "")) is not None:
        flash(_("If this address is registered, its links are on their way to it."), "success")
        answer: Any = redirect(link("registrations.lost"))
        return answer
    return draw("lost.html", form=form, gone=False)


def mail_links(address: str) -> bool:
    """Mail the links of this address, if it has any.

    Raises:
        InvalidInput: if it is no address.
    """
    work = current_work()
    if not address.strip():
        raise InvalidInput("email", N_("The e-mail address is missing."), N_("Please enter it."))
    service.links_again(work, normalise_email(address))
    return True
