"""A contact's sessions as a calendar that they subscribe to, behind a secret link of its own (rules E1 to E3, E5)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect

from meetup import links
from meetup.enterprises.models import Contact
from meetup.errors import NotFound
from meetup.registrations import calendars, queries
from meetup.registrations.links import PURPOSE
from meetup.registrations.views.base import bp, draw, registration_of
from meetup.web.behind import subject_behind
from meetup.web.calendars import answer, language, tag_of
from meetup.web.current import current_mount, current_work, link
from meetup.web.guards import allow, require
from meetup.web.i18n import _, in_locale

#: What the link is for. It is the contact's and not the enterprise's: whoever registers with another's
#: tax code shares its enterprise, and must not see its replies.
FEED = "contact-feed"


@bp.get("/feeds/<token>/registrations.ics")
@allow("public", by=FEED)
def feed(token: str) -> Response:
    """Every session that the contact is registered for, with the reply in it."""
    work = current_work()
    contact = work.db.get(Contact, int(subject_behind(FEED, token).partition(":")[2]))
    if contact is None:
        raise NotFound()
    locale = language()
    source = work.mount.url("registrations.feed", token=token)
    listed = queries.in_feed(work, contact)

    def render() -> bytes:
        with in_locale(work.mount, locale):
            return calendars.contact_feed(work, contact, listed, tokens, source=source)

    tokens = links.known_tokens(work.db, work.mount.secret, PURPOSE, [one.subject for one in listed])
    found = [
        (one.id, one.version, one.calendar_sequence, one.session.version, one.session.programme.version)
        for one in listed
    ]
    newest = max((moment for one in listed for moment in (one.changed_at, one.session.changed_at)), default=None)
    return answer(
        tag_of(source, locale, contact.name, found, sorted(tokens)),
        newest,
        render,
        name="sessions",
        private=True,
        max_age=900,
    )


@bp.post("/r/<token>/feed")
@allow("public", by=PURPOSE, of="registration.change")
def make_feed(token: str) -> Any:
    """Make the contact's secret link anew (an older one ends), and show it once."""
    work = current_work()
    registration = registration_of(token)
    require("registration.change", registration)
    subject = registration.contact.subject
    links.revoke(work.db, FEED, subject, work.now)
    made = work.token(FEED, subject)
    work.log("contact.feed", subject)
    work.commit()
    return draw("feed.html", token=token, url=current_mount().url("registrations.feed", token=made))


@bp.post("/r/<token>/feed/revoke")
@allow("public", by=PURPOSE, of="registration.change")
def revoke_feed(token: str) -> Any:
    """End the contact's link: it answers like one that never was."""
    work = current_work()
    registration = registration_of(token)
    require("registration.change", registration)
    links.revoke(work.db, FEED, registration.contact.subject, work.now)
    work.log("contact.feed_revoked", registration.contact.subject)
    work.commit()
    flash(_("The calendar link is revoked."), "success")
    return redirect(link("registrations.own", token=token))
