"""Finding and entering enterprises and contacts, and what they agreed to. Commits nothing; asks no rights."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from meetup.domain.faults import Faults
from meetup.domain.text import fold
from meetup.enterprises.consents import CONSENT_TEXTS, has_consent, record_consent, withdraw_consent
from meetup.enterprises.identifiers import (
    TAX_CODE_NEEDED,
    mask,
    normalise_email,
    normalise_phone,
    normalise_tax_code,
    show_tax_code,
)
from meetup.enterprises.models import KINDS, Contact, Enterprise
from meetup.errors import N_
from meetup.work import Work

__all__ = [
    "CONSENT_TEXTS",
    "TAX_CODE_NEEDED",
    "check_contact",
    "check_enterprise",
    "find_or_create_contact",
    "find_or_create_enterprise",
    "has_consent",
    "mark_address_dead",
    "mask",
    "normalise_email",
    "normalise_phone",
    "normalise_tax_code",
    "open_contact",
    "record_consent",
    "show_tax_code",
    "withdraw_consent",
]

#: Those without a tax code, by the address of a contact; put into words once.
_REACHED_AT = (
    select(Enterprise)
    .join(Contact, Contact.enterprise_id == Enterprise.id)
    .where(Contact.email == bindparam("email"), Enterprise.tax_code.is_(None), Enterprise.kind == bindparam("of_kind"))
    .order_by(Enterprise.id)
    .limit(1)
)


def check_enterprise(work: Work, given: dict[str, Any], faults: Faults, *, strict: bool = True) -> dict[str, Any]:
    """What is said of an enterprise, cleaned; faults at ``kind``, ``tax_code``, ``name``, ``sector``.

    Args:
        strict: whether kinds that have a tax code must give it.
    """
    before = len(faults.found)
    kind = faults.choice("kind", given.get("kind") or "enterprise", KINDS)
    known_kind = len(faults.found) == before
    raw = faults.text("tax_code", given.get("tax_code"), 40)
    code = faults.attempt(lambda: normalise_tax_code(raw, kind), None)
    if strict and known_kind and not raw and kind in TAX_CODE_NEEDED:
        faults.add(
            "tax_code", N_("The tax code is missing."), N_("Please enter it; it is on the registration certificate.")
        )
    name = faults.text("name", given.get("name"), 200, required=True)
    sector = faults.text("sector", given.get("sector"), 120)
    return {"kind": kind, "tax_code": code, "name": name, "sector": sector}


def check_contact(work: Work, given: dict[str, Any], faults: Faults, *, reachable: bool = True) -> dict[str, Any]:
    """What is said of a person, cleaned; faults at ``contact_name``, ``email``, ``phone``, ``language``.

    Args:
        reachable: whether an address is needed.
    """
    name = faults.text("contact_name", given.get("name"), 120, required=True)
    email = _address(given.get("email"), faults) if reachable or given.get("email") else ""
    raw = faults.text("phone", given.get("phone"), 60)
    phone = faults.attempt(lambda: normalise_phone(raw, country=work.settings.country), "")
    language = faults.choice("language", given.get("language") or work.settings.locales[0], work.settings.locales)
    position = faults.text("position", given.get("position"), 120)
    return {"name": name, "email": email, "phone": phone, "language": language, "position": position}


def _address(given: Any, faults: Faults) -> str:
    text = faults.text("email", given, 254)
    if not text and not any(fault.field == "email" for fault in faults.found):
        faults.add("email", N_("The e-mail address is missing."), N_("Please enter it; the confirmation goes there."))
    return faults.attempt(lambda: normalise_email(text), "") if text else ""


def find_or_create_enterprise(
    work: Work,
    *,
    kind: str,
    tax_code: str | None,
    name: str,
    sector: str = "",
    email: str = "",
    address: str = "",
    size_class: str = "",
    locality_id: int | None = None,
) -> Enterprise:
    """The enterprise with this tax code; where there is none, the one with this contact address; else a new one.

    What is known already is never overwritten by what somebody typed; only gaps are filled.

    Args:
        email: a contact's folded address, to find who has no tax code.
    """
    found, new = enter_enterprise(
        work,
        kind=kind,
        tax_code=tax_code,
        name=name,
        sector=sector,
        email=email,
        address=address,
        size_class=size_class,
        locality_id=locality_id,
    )
    if new:
        work.db.flush()
    return found


def enter_enterprise(
    work: Work,
    *,
    kind: str,
    tax_code: str | None,
    name: str,
    sector: str = "",
    email: str = "",
    address: str = "",
    size_class: str = "",
    locality_id: int | None = None,
) -> tuple[Enterprise, bool]:
    """As :func:`find_or_create_enterprise`; and whether it is new, so that nothing of it can be known yet.

    A new one may have no key before the next flush, which is its contact's.
    """
    found = _by_tax_code(work, tax_code) if tax_code else _by_contact(work, kind, email)
    if found is not None:
        found.sector = found.sector or sector
        found.address = found.address or address
        return found, False
    values = {
        "kind": kind,
        "tax_code": tax_code,
        "name": name,
        "search_key": fold(f"{name} {tax_code or ''}")[:400],
        "sector": sector,
        "size_class": size_class,
        "address": address,
        "locality_id": locality_id,
        "parent_id": _head_office(work, tax_code),
        "created_at": work.now,
        "changed_at": work.now,
        "version": 1,
    }
    if tax_code:
        # Two at once: the second waits for the first and finds its row.
        made = _insert_once(work, Enterprise, values)
        if made is not None:
            return made, True
        return work.db.scalars(select(Enterprise).where(Enterprise.tax_code == tax_code)).one(), False
    enterprise = Enterprise(**values)
    work.db.add(enterprise)
    return enterprise, True


def find_or_create_contact(
    work: Work,
    enterprise: Enterprise,
    *,
    name: str,
    email: str,
    phone: str = "",
    language: str = "vi",
    position: str = "",
    new: bool = False,
) -> Contact:
    """The person at `enterprise` with this (folded) address, or a new one; gaps are filled, names are kept.

    Args:
        new: whether this unit made the enterprise itself: then nobody else can have entered a contact of it.
    """
    values = {
        "name": name,
        "email": email,
        "phone": phone,
        "language": language,
        "position": position,
        "created_at": work.now,
    }
    if new:
        fresh = Contact(enterprise=enterprise, **values)
        work.db.add(fresh)
        work.db.flush()
        return fresh
    query = select(Contact).where(Contact.enterprise_id == enterprise.id, Contact.email == email)
    contact = work.db.scalar(query)
    if contact is None:
        contact = _insert_once(work, Contact, {"enterprise_id": enterprise.id, **values})
    if contact is None:
        contact = work.db.scalars(query).one()
    contact.phone = contact.phone or phone
    contact.position = contact.position or position
    contact.language = language
    return contact


def open_contact(work: Work, contact: Contact, *, at: str) -> Contact:
    """Give someone of the staff how to reach `contact`, and keep on record that they looked.

    Args:
        at: the thing at which they did, ``kind:id``.
    """
    work.log("contact.open", contact, about=at)
    return contact


def mark_address_dead(work: Work, email: str) -> int:
    """Note that mail to `email` comes back for good; gives how many contacts that concerns."""
    folded = email.casefold()
    rows = work.db.scalars(select(Contact).where(Contact.email == folded, Contact.email_dead_at.is_(None))).all()
    for contact in rows:
        contact.email_dead_at = work.now
        work.log("contact.address_dead", contact)
    return len(rows)


def _by_tax_code(work: Work, tax_code: str) -> Enterprise | None:
    return work.db.scalar(select(Enterprise).where(Enterprise.tax_code == tax_code))


def _by_contact(work: Work, kind: str, email: str) -> Enterprise | None:
    if not email:
        return None
    return work.db.scalar(_REACHED_AT, {"of_kind": kind, "email": email})


def _head_office(work: Work, tax_code: str | None) -> int | None:
    if not tax_code or len(tax_code) != 13:
        return None
    return work.db.scalar(select(Enterprise.id).where(Enterprise.tax_code == tax_code[:10]))


def _insert_once(work: Work, model: type[Any], values: dict[str, Any]) -> Any:
    """Insert, unless a unique index says that somebody did (None); no savepoint, no error to undo."""
    make: Any = postgresql.insert if work.db.get_bind().dialect.name == "postgresql" else sqlite.insert
    work.db.flush()
    return work.db.scalars(make(model).values(**values).on_conflict_do_nothing().returning(model)).one_or_none()
