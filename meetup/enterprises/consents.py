"""What contacts agree to: by which text, when and how, and since when no longer. Commits nothing; asks no rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from meetup.enterprises.models import Consent, Contact
from meetup.errors import N_
from meetup.work import Work

#: purpose → (version of the text, the text). A changed text gets a new version; the old one stays in the history.
CONSENT_TEXTS: dict[str, tuple[str, str]] = {
    "registration": (
        "2026-11",
        N_(
            "I agree that the organiser uses these data to handle this registration and the issues "
            "that I raise (Law 91/2025/QH15). I can withdraw this at any time."
        ),
    ),
    "publication": ("2026-11", N_("The name of my enterprise may be shown with published answers.")),
    "contact": ("2026-11", N_("I would like to be invited to later sessions.")),
    "photo": ("2026-11", N_("Photographs in which I can be seen may be published.")),
}
#: What is agreed to or not, as one likes; without the other one nothing can be handled.
OPTIONAL_CONSENTS = tuple(purpose for purpose in CONSENT_TEXTS if purpose != "registration")


def record_consent(work: Work, contact: Contact, purpose: str, *, channel: str = "web") -> Consent:
    """Keep that `contact` agreed to `purpose`: to which version of the text, when and how."""
    row = Consent(
        contact_id=contact.id,
        purpose=purpose,
        text_version=CONSENT_TEXTS[purpose][0],
        channel=channel[:20],
        given_at=work.now,
    )
    work.db.add(row)
    work.log("consent.give", contact, purpose=purpose, version=row.text_version, channel=row.channel)
    return row


def has_consent(work: Work, contact: Contact, purpose: str) -> bool:
    """Whether `contact` agreed to `purpose` and did not take it back since."""
    query = select(Consent.id).where(
        Consent.contact_id == contact.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    return work.db.scalar(query.limit(1)) is not None


def consents_of(work: Work, contact: Contact) -> dict[str, datetime]:
    """What `contact` agrees to at present: purpose → since when (UTC)."""
    found = work.db.execute(
        select(Consent.purpose, func.min(Consent.given_at).label("given_at"))
        .where(Consent.contact_id == contact.id, Consent.withdrawn_at.is_(None))
        .group_by(Consent.purpose)
    )
    return {row.purpose: row.given_at for row in found}


def settle_consents(work: Work, contact: Contact, agreed: Collection[str], *, channel: str = "web") -> None:
    """Bring what `contact` agrees to, beyond what is needed, to `agreed`: keep what is new, withdraw what is not in it.

    What stands already stays as it was given, with the version of its text.

    Args:
        agreed: of :data:`OPTIONAL_CONSENTS`.
    """
    # Two forms sent at once: the second sees what the first left.
    work.db.execute(select(Contact.id).where(Contact.id == contact.id).with_for_update())
    held = consents_of(work, contact)
    for purpose in OPTIONAL_CONSENTS:
        if purpose in agreed and purpose not in held:
            record_consent(work, contact, purpose, channel=channel)
        elif purpose in held and purpose not in agreed:
            withdraw_consent(work, contact, purpose)


def withdraw_consent(work: Work, contact: Contact, purpose: str) -> None:
    """Keep that `contact` no longer agrees to `purpose`."""
    work.db.execute(
        update(Consent)
        .where(Consent.contact_id == contact.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=work.now)
        .execution_options(synchronize_session=False)
    )
    work.log("consent.withdraw", contact, purpose=purpose)


def withdraw_everywhere(work: Work, email: str, purpose: str) -> int:
    """Keep that the person behind `email` no longer agrees to `purpose`, at whichever enterprise they did.

    Returns:
        of how many contacts a consent stood.
    """
    agreed = exists().where(
        Consent.contact_id == Contact.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    found = work.db.scalars(
        select(Contact).where(func.lower(Contact.email) == email.strip().casefold(), agreed).order_by(Contact.id)
    ).all()
    for contact in found:
        withdraw_consent(work, contact, purpose)
    return len(found)


def agrees_to(purpose: str, contact_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition, for a statement of another's, that the contact agrees to `purpose` at present."""
    return exists().where(Consent.contact_id == contact_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))


def who_agreed(work: Work, contact_ids: Collection[int], purpose: str) -> set[int]:
    """Those of the contacts that agree to `purpose` at present, by id; asks nothing if there are none to ask for."""
    if not contact_ids:
        return set()
    return set(
        work.db.scalars(
            select(Consent.contact_id).where(
                Consent.contact_id.in_(contact_ids), Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
            )
        )
    )


def not_to_be_invited(work: Work, emails: Iterable[str]) -> set[str]:
    """Those of the (folded) addresses whose last word on invitations was to take the agreement back.

    Whoever was never asked is not among them; nor is who agreed again since, at whichever enterprise.
    """
    stands = Consent.withdrawn_at.is_(None)
    rows = work.db.execute(
        select(
            Contact.email,
            func.max(case((stands, Consent.given_at))).label("given"),
            func.max(Consent.withdrawn_at).label("withdrawn"),
        )
        .join(Consent, Consent.contact_id == Contact.id)
        .where(Contact.email.in_(set(emails)), Consent.purpose == "contact")
        .group_by(Contact.email)
    )
    return {row.email for row in rows if row.withdrawn and (row.given is None or row.given < row.withdrawn)}
