"""An issue comes in: by any channel, with or without a session, and with a receipt at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from meetup.db import Base
from meetup.departments.models import Department, Field
from meetup.enterprises.models import Contact, Enterprise
from meetup.errors import N_, InvalidInput
from meetup.issues import notices
from meetup.issues.attachments import attach
from meetup.issues.checks import Checks
from meetup.issues.index import search_key
from meetup.issues.models import Issue
from meetup.issues.values import CHANNELS, KINDS, TEXT_LENGTH, TITLE_LENGTH, VISIBILITIES, Upload
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work, create

#: The same words from the same person within this time are one click too many, not another issue.
REPEATED = timedelta(minutes=10)


def submit(
    work: Work,
    *,
    title: str,
    description: str,
    registration: Registration | None = None,
    session: Session | None = None,
    programme: Programme | None = None,
    enterprise: Enterprise | None = None,
    contact: Contact | None = None,
    field: Field | None = None,
    suggested_department: Department | None = None,
    visibility: str = "public",
    kind: str = "obstacle",
    channel: str = "portal",
    attachments: Iterable[Upload] = (),
    locality: Department | None = None,
    procedure: str = "",
) -> Issue:
    """Take an issue in, give it its number and send the receipt.

    The session, enterprise and contact follow from `registration` where there is
    one. An issue about conduct is confidential, whatever was asked for. The same
    words from the same contact within ten minutes give the issue that is there.

    Raises:
        InvalidInput: at ``title``, ``description``, ``visibility``, ``kind``, ``channel``,
            ``attachments``, ``enterprise``, ``contact``, ``session`` or ``programme``.
    """
    checks = Checks()
    title = checks.text("title", title, limit=TITLE_LENGTH, multiline=False)
    description = checks.text("description", description, limit=TEXT_LENGTH)
    procedure = checks.text("procedure", procedure, limit=200, multiline=False, required=False)
    checks.choice("visibility", visibility, VISIBILITIES)
    checks.choice("kind", kind, KINDS)
    checks.choice("channel", channel, CHANNELS)
    session_id, enterprise_id, contact_id = _whose(checks, registration, session, enterprise, contact)
    checks.done()
    repeated = _repeated(work, contact_id, title, description)
    if repeated is not None:
        return repeated
    issue = Issue(
        number=_number(work),
        session_id=session_id,
        registration_id=registration.id if registration is not None else None,
        programme_id=_programme_id(work, programme, session_id),
        enterprise_id=enterprise_id,
        contact_id=contact_id,
        kind=kind,
        channel=channel,
        title=title,
        description=description,
        visibility="confidential" if kind == "conduct" else visibility,
        field_id=_id(field),
        suggested_department_id=_id(suggested_department),
        locality_id=_id(locality),
        procedure=procedure,
        received_at=work.now,
        published_title="",
        published_question="",
        published_answer="",
    )
    issue.search_key = search_key(issue)
    create(work, issue, "submit", details={"number": issue.number, "channel": channel, "kind": kind})
    attach(work, issue, attachments, side="organizer" if work.actor.is_staff else "enterprise")
    notices.received(work, issue)
    return issue


def _id(thing: Base | None) -> int | None:
    return getattr(thing, "id", None)


def _whose(
    checks: Checks,
    registration: Registration | None,
    session: Session | None,
    enterprise: Enterprise | None,
    contact: Contact | None,
) -> tuple[int | None, int, int]:
    """Session, enterprise and contact, by id."""
    if registration is not None:
        if session is not None and session.id != registration.session_id:
            checks.fault("session", N_("The registration is for another session."), N_("Leave the session out."))
        return registration.session_id, registration.enterprise_id, registration.contact_id
    if enterprise is None:
        checks.fault("enterprise", N_("It is not said whose issue this is."), N_("Give the enterprise or person."))
    if contact is None:
        checks.fault("contact", N_("It is not said whom to answer."), N_("Give a contact person."))
    elif enterprise is not None and contact.enterprise_id != enterprise.id:
        checks.fault("contact", N_("This contact belongs to another enterprise."), N_("Give one of its own."))
    return (
        _id(session),
        enterprise.id if enterprise is not None else 0,
        contact.id if contact is not None else 0,
    )


def _number(work: Work) -> int:
    """Seven random digits that no issue has: they tell nobody how many issues there are."""
    while True:
        number = 1_000_000 + secrets.randbelow(9_000_000)
        if work.db.scalar(select(Issue.id).where(Issue.number == number)) is None:
            return number


def _programme_id(work: Work, programme: Programme | None, session_id: int | None) -> int:
    if programme is not None:
        return programme.id
    if session_id is not None:
        found = work.db.scalar(select(Session.programme_id).where(Session.id == session_id))
    else:
        query = select(Programme.id).order_by(Programme.id).limit(1)
        if work.settings.programme:
            query = query.where(Programme.slug == work.settings.programme)
        found = work.db.scalar(query)
    if found is None:
        raise InvalidInput(
            "programme", N_("There is no programme yet that takes issues in."), N_("Found a programme first.")
        )
    return found


def _repeated(work: Work, contact_id: int, title: str, description: str) -> Issue | None:
    # Two clicks at once: the second waits here for the first (SQLite's writers wait for each other anyway).
    work.db.execute(select(Contact.id).where(Contact.id == contact_id).with_for_update())
    return work.db.scalar(
        select(Issue)
        .where(
            Issue.contact_id == contact_id,
            Issue.title == title,
            Issue.description == description,
            Issue.received_at > work.now - REPEATED,
            Issue.state == "submitted",
        )
        .limit(1)
    )
