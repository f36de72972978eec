"""Registrations on the organiser's desk: one step at a time, and the list to print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request

from meetup.domain.faults import plain
from meetup.domain.text import collation_key
from meetup.enterprises.service import open_contact
from meetup.errors import MeetupError, NotFound
from meetup.registrations import qr, queries, service
from meetup.registrations.codes import door_url
from meetup.registrations.models import Participant, Registration
from meetup.registrations.views.base import bp, draw
from meetup.sessions.models import Session
from meetup.sessions.queries import by_slug
from meetup.web.current import current_work, link
from meetup.web.formats import reached
from meetup.web.forms import undo
from meetup.web.guards import allow, require
from meetup.web.i18n import _, ngettext
from meetup.web.saying import say
from meetup.work import Work

#: Who stands on the list to sign.
_EXPECTED = ("confirmed", "offered", "attended", "absent")
_ACTIONS: dict[str, Callable[[Work, Registration], Any]] = {
    "check-in": service.check_in,
    "miss": service.miss,
    "cancel": service.cancel,
    "accept": lambda work, row: service.reply(work, row, "accepted"),
    "decline": lambda work, row: service.reply(work, row, "declined"),
}


@bp.post("/organize/registrations/<int:key>/<any('check-in', miss, cancel, accept, decline, link, contact):action>")
@allow("session.check_in", of="registration.change")
def do(key: int, action: str) -> Any:
    """One step of one registration; what forbids it is said on the page that one came from."""
    work = current_work()
    registration = work.db.scalar(queries.whole().where(Registration.id == key))
    if registration is None:
        raise NotFound()
    require("registration.change", registration)
    slug, name = registration.session.slug, registration.enterprise.name
    try:
        if action == "link":
            service.links_again(work, registration.contact.email)
        elif action == "contact":
            require("contact.open", registration)
            open_contact(work, registration.contact, at=registration.subject)
        else:
            _ACTIONS[action](work, registration)
        work.commit()
    except MeetupError as error:
        undo(work.db)
        flash(f"{name}: {say(error)}", "error")
    else:
        said = reached(registration.contact) if action == "contact" else _("%(name)s: done.", name=name)
        flash(said, "info" if action == "contact" else "success")
    answer: Any = redirect(_back(slug))
    return answer


def _back(slug: str) -> str:
    """The page that the button stood on; only ever one of ours."""
    if request.form.get("back") == "check-in":
        return link("registrations.check_in", slug=slug, q=plain(request.form.get("q"), 100) or None)
    return link("sessions.desk", slug=slug) + "#registrations"


@bp.post("/organize/sessions/<slug>/absent")
@allow("session.check_in")
def absent(slug: str) -> Any:
    """Whoever had confirmed and was not checked in stayed away."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.check_in", session)
    count = service.miss_the_rest(work, session)
    work.commit()
    flash(
        ngettext("%(num)d enterprise is marked as absent.", "%(num)d enterprises are marked as absent.", count),
        "success",
    )
    answer: Any = redirect(link("registrations.check_in", slug=slug))
    return answer


@bp.get("/organize/sessions/<slug>/attendance")
@allow("session.check_in")
def attendance(slug: str) -> Any:
    """The list to print and sign: everyone who is expected or came, in Vietnamese order."""
    session = by_slug(current_work(), slug)
    require("session.check_in", session)
    return draw("attendance.html", session=session, people=_people(session))


@bp.get("/organize/sessions/<slug>/badges")
@allow("session.check_in")
def badges(slug: str) -> Any:
    """A badge for everyone on that list, with the code that the door reads; it opens nothing to anybody else."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.check_in", session)
    people = _people(session)
    # The people of one registration come by the same code: it is drawn once.
    codes = {row.id: qr.inline(door_url(work, row)) for row in {row.id: row for row, _person in people}.values()}
    return draw("badges.html", session=session, people=people, codes=codes)


def _people(session: Session) -> list[tuple[Registration, Participant]]:
    rows = (
        current_work()
        .db.scalars(
            queries.whole()
            .where(Registration.session_id == session.id, Registration.state.in_(_EXPECTED))
            .order_by(Registration.id)
            .limit(2_000)
        )
        .all()
    )
    return sorted(
        ((row, person) for row in rows for person in row.participants),
        key=lambda pair: (collation_key(pair[0].enterprise.name), pair[0].id, pair[1].id),
    )
