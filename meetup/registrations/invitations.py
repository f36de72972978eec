"""Inviting enterprises by rows, from a file or the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meetup.domain.faults import Faults
from meetup.enterprises.consents import not_to_be_invited
from meetup.enterprises.service import (
    check_contact,
    check_enterprise,
    find_or_create_contact,
    find_or_create_enterprise,
)
from meetup.errors import N_, InvalidInput, WrongState
from meetup.registrations import notices
from meetup.registrations.entry import bring_in, find_registration
from meetup.sessions.models import Series, Session
from meetup.sessions.service import lock
from meetup.work import Work

MAX_ROWS = 2_000


@dataclass
class InvitationResult:
    """What came of a list of invitations.

    Args:
        sent: invitations that go out.
        known: rows whose enterprise is invited or registered already; nothing is sent to them.
        faults: row (from 1) → field → messages in the reader's language.
    """

    sent: int = 0
    known: int = 0
    faults: dict[int, dict[str, list[str]]] = field(default_factory=dict)


def invite(
    work: Work, session: Session, rows: Iterable[Mapping[str, Any]], *, dry_run: bool = False
) -> InvitationResult:
    """Invite the enterprises in `rows`; a row that cannot be taken is named, and the others go out.

    Whoever took back the agreement to be invited is named at ``email`` and gets nothing.

    Args:
        rows: ``tax_code``, ``name``, ``contact_name``, ``email``, ``phone``, ``language``, ``kind``.
        dry_run: only look for faults; then ``sent`` counts what would go out.

    Raises:
        WrongState: unless the session is published.
        InvalidInput: for more than :data:`MAX_ROWS` rows, or none.
    """
    if session.state != "published" or session.starts_at <= work.now:
        raise WrongState("session", session.state, "invite", session.MACHINE.possible(session.state))
    result, checked = _checked(work, rows)
    if dry_run:
        result.sent = len(checked)
        return result
    lock(work, session)
    for firm, person in checked:
        enterprise = find_or_create_enterprise(work, **firm, email=person["email"])
        if find_registration(work, session, enterprise) is not None:
            result.known += 1
            continue
        contact = find_or_create_contact(work, enterprise, **person)
        notices.invited(work, bring_in(work, session, enterprise, contact, "invite", source="invitation"))
        result.sent += 1
    return result


def invite_to_all(
    work: Work, series: Series, sessions: Iterable[Session], rows: Iterable[Mapping[str, Any]], *, dry_run: bool = False
) -> InvitationResult:
    """Invite the enterprises in `rows` to a whole series: one mail to each, with all its dates in it (rule B5).

    Each date is a registration of its own, answered by itself or with the others. Whoever was invited to
    some of them, or answered them, is invited to the others.

    Args:
        sessions: of the series.
        rows: as :func:`invite` takes them.
        dry_run: only look for faults; then ``sent`` counts what would go out.

    Raises:
        InvalidInput: if no session of it is announced and yet to come; for too many rows, or none.
    """
    ahead = [one for one in sessions if one.state == "published" and one.starts_at > work.now]
    if not ahead:
        raise InvalidInput(
            "rows", N_("No session of the series is announced and yet to come."), N_("Publish them first.")
        )
    result, checked = _checked(work, rows)
    if dry_run:
        result.sent = len(checked)
        return result
    for one in ahead:
        lock(work, one)
    for firm, person in checked:
        enterprise = find_or_create_enterprise(work, **firm, email=person["email"])
        open_to = [one for one in ahead if find_registration(work, one, enterprise) is None]
        if not open_to:
            result.known += 1
            continue
        contact = find_or_create_contact(work, enterprise, **person)
        made = [bring_in(work, one, enterprise, contact, "invite", source="invitation") for one in open_to]
        notices.invited_to_all(work, series, made)
        result.sent += 1
    return result


def _checked(
    work: Work, rows: Iterable[Mapping[str, Any]]
) -> tuple[InvitationResult, list[tuple[dict[str, Any], dict[str, Any]]]]:
    given = list(rows)
    if not given:
        raise InvalidInput("rows", N_("There is no row."), N_("Give one row for each enterprise."))
    if len(given) > MAX_ROWS:
        raise InvalidInput(
            "rows", N_("There are more than %(limit)s rows."), N_("Split them into several lists."), limit=MAX_ROWS
        )
    rows_checked = []
    for row in given:
        faults = Faults()
        firm = check_enterprise(work, dict(row), faults, strict=False)
        person = check_contact(work, {**row, "name": row.get("contact_name")}, faults)
        rows_checked.append((firm, person, faults))
    unwilling = not_to_be_invited(work, (person["email"] for _firm, person, _faults in rows_checked))
    result = InvitationResult()
    checked = []
    for place, (firm, person, faults) in enumerate(rows_checked, 1):
        if person["email"] in unwilling:
            faults.add(
                "email",
                N_("This person no longer agrees to be invited."),
                N_("Leave the row out; whoever wants invitations again says so on their own page, or registers."),
            )
        if faults.found:
            result.faults[place] = InvalidInput.many(faults.found).by_field(work.mount.words.gettext)
        else:
            checked.append((firm, person))
    return result, checked
