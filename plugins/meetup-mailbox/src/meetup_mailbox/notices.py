"""The mails that the mailbox causes: an answer or a proposal that was not taken, a delegate's invitation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from meetup.api import (
    N_,
    Contact,
    Expired,
    Notice,
    Outgoing,
    Person,
    Prepared,
    Registration,
    Superseded,
    Work,
    calendar_for,
    enqueue,
    registration_context,
)
from meetup_mailbox.matching import registration_of
from meetup_mailbox.models import Delegate


def refused(work: Work, registration: Registration, why: str) -> None:
    """Tell the contact that the answer of their calendar could not be taken, and why, in their language."""
    _tell(work, "mailbox_refused", registration, why=why)


def counter_declined(work: Work, registration: Registration, words: str) -> None:
    """Tell who proposed another time that the session stays where it is: a DECLINECOUNTER to them alone."""
    _tell(work, "mailbox_counter_declined", registration, words=words)


def delegated(work: Work, registration: Registration, email: str) -> None:
    """The delegate's own invitation."""
    enqueue(
        work,
        "mailbox_delegated",
        to=email,
        locale=registration.contact.language,
        subject=registration.subject,
        thread=f"{registration.session.uid}|{email}"[:200],
        context={"registration": registration.id, "delegate": email},
        expires_at=registration.session.ends_at,
    )


def _tell(work: Work, kind: str, registration: Registration, **context: Any) -> None:
    contact = registration.contact
    if contact.email_dead_at is None and contact.email:
        enqueue(
            work,
            kind,
            to=contact.email,
            name=contact.name,
            locale=contact.language,
            subject=registration.subject,
            context={"registration": registration.id, **context},
            expires_at=registration.session.ends_at if kind != "mailbox_refused" else None,
        )


def _registration(work: Work, row: Outgoing) -> Registration:
    found = registration_of(work, int(row.context["registration"]))
    if found is None:
        raise Superseded(N_("the registration is gone"))
    return found


def _refused(work: Work, row: Outgoing) -> Prepared:
    return Prepared({**registration_context(work, _registration(work, row)), "why": row.context["why"]})


def _declined(work: Work, row: Outgoing) -> Prepared:
    registration = _registration(work, row)
    if registration.session.state != "published":
        raise Superseded(N_("the session is off or has begun"))
    calendar = calendar_for(work, registration, method="DECLINECOUNTER")
    return Prepared({**registration_context(work, registration), "words": row.context["words"]}, calendar=calendar)


def _delegated(work: Work, row: Outgoing) -> Prepared:
    registration = _registration(work, row)
    session = registration.session
    if session.state != "published" or registration.state in {"cancelled", "declined"}:
        raise Superseded(N_("nobody comes by this registration any more"))
    if session.ends_at <= work.now:
        raise Expired(N_("the session is over"))
    query = select(Delegate).where(
        Delegate.registration_id == registration.id, Delegate.email == row.context["delegate"]
    )
    delegate = work.db.scalars(query).one_or_none()
    if delegate is None:
        raise Superseded(N_("somebody else comes now"))
    attendee = Person(row.recipient_name, delegate.email, language=row.locale, delegated_from=delegate.delegated_from)
    # The enterprise's own page is the contact's: a delegate gets the public one.
    url = work.mount.url("sessions.show", slug=session.slug)
    context = {**registration_context(work, registration), "action_url": url}
    return Prepared(context, calendar=calendar_for(work, registration, attendee=attendee))


def _sample(**more: Any) -> Any:
    def sample(work: Work) -> Mapping[str, Any] | None:
        key = work.db.scalar(select(Registration.id).order_by(Registration.id.desc()).limit(1))
        return {"registration": key, **more} if key is not None else None

    return sample


def _sample_delegate(work: Work) -> Mapping[str, Any] | None:
    context = _sample(delegate="thay@example.vn")(work)
    if context is not None:
        registration = work.get(Registration, context["registration"])
        work.db.add(
            Delegate(
                registration_id=registration.id,
                email=context["delegate"],
                delegated_from=work.get(Contact, registration.contact_id).email,
                at=work.now,
            )
        )
    return context  # type: ignore[no-any-return]


NOTICES = [
    Notice(
        "mailbox_refused",
        _refused,
        N_("Answers from calendars that could not be taken"),
        sample=_sample(why=N_("Registration is closed.")),
    ),
    Notice(
        "mailbox_counter_declined",
        _declined,
        N_("Proposals of another time that were not taken"),
        sample=_sample(words=""),
    ),
    Notice(
        "mailbox_delegated",
        _delegated,
        N_("Invitations of people who come instead"),
        sample=_sample_delegate,
    ),
]
