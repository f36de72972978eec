"""Whose a message is, and how that is known: by a secret of its recipient, or by a sender that our server vouches for.

From alone proves nothing (rule D2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from meetup.api import (
    N_,
    Contact,
    Issue,
    Outgoing,
    Registration,
    Reply,
    Session,
    Unreadable,
    Work,
    mail_address,
    row_of_message_id,
)
from meetup_mailbox import addresses
from meetup_mailbox.arrived import Arrived
from meetup_mailbox.models import Delegate

#: So many registrations of one person in one series are looked at.
_MOST = 200
# The domain that signed, by its name or by whom it signed for.
_SIGNED = re.compile(r"\bheader\.(?:d\s*=\s*([a-z0-9.-]+)|i\s*=\s*[^\s@;]*@([a-z0-9.-]+))(?=[\s;]|$)")


@dataclass(frozen=True)
class Match:
    """Whose an answer is.

    Args:
        registrations: that it speaks of: one, or with an answer to a whole series all that are ahead.
        attendee: whose answer it is: the contact's address or a delegate's.
        is_delegate: whether that is a delegate.
        why_not: English msgid; why it may not change anything, empty if it may.
    """

    registrations: tuple[Registration, ...] = ()
    attendee: str = ""
    is_delegate: bool = False
    why_not: str = ""


def match(work: Work, arrived: Arrived, reply: Reply) -> Match:
    """The registrations that `reply` may change, or why it may not."""
    session_ids = _sessions(work, reply)
    if not session_ids:
        return Match(why_not=N_("The answer is to no session of ours."))
    mine = list(_held_by(work, reply.attendee, session_ids))
    if not mine:
        return Match(why_not=N_("Nobody with this address was invited to this session."))
    ids = {one.id for one, _ in mine}
    is_delegate = all(delegate for _, delegate in mine)
    found = tuple(one for one, _ in mine)
    if not (_by_secret(work, arrived, reply.attendee, ids) or vouched_for(work, arrived) == reply.attendee):
        return Match(
            found[:1], reply.attendee, is_delegate, N_("It is not proven that the answer is this person's own.")
        )
    return Match(found, reply.attendee, is_delegate)


def _sessions(work: Work, reply: Reply) -> list[int]:
    """The sessions that the UID means: one, or of a series the one occurrence or all that are ahead (rule D8)."""
    alone = work.db.scalar(select(Session.id).where(Session.uid == reply.uid))
    if alone is not None:
        return [alone]
    query = select(Session.id).where(Session.series_uid == reply.uid)
    if reply.recurrence_id is not None:
        # A day alone names no occurrence of ours: they begin at an instant.
        if not isinstance(reply.recurrence_id, datetime):
            return []
        # First by what people's calendars have, should the series have changed since.
        told = select(Session.id).where(Session.told_uid == reply.uid)
        found = work.db.scalars(told.where(Session.told_recurrence_id == reply.recurrence_id).limit(1)).all()
        mine = query.where(Session.recurrence_id == reply.recurrence_id, Session.told_uid == "")
        return list(found or work.db.scalars(mine.limit(1)))
    ahead = query.where(Session.starts_at > work.now, Session.state == "published")
    return list(work.db.scalars(ahead.order_by(Session.starts_at).limit(_MOST)))


def _held_by(work: Work, email: str, sessions: Sequence[int]) -> Iterator[tuple[Registration, bool]]:
    """The registrations of `email` in these sessions, and whether it is a delegate's there."""
    whole = select(Registration).options(*_WHOLE).where(Registration.session_id.in_(sessions))
    # One that was taken back comes last: there may be a newer one.
    order = (Registration.state == "cancelled", Registration.id.desc())
    seen: set[int] = set()
    own = whole.join(Contact, Contact.id == Registration.contact_id).where(Contact.email == email)
    for one in work.db.scalars(own.order_by(*order)).unique():
        if one.session_id not in seen:
            seen.add(one.session_id)
            yield one, False
    sent = whole.join(Delegate, Delegate.registration_id == Registration.id).where(Delegate.email == email)
    for one in work.db.scalars(sent.order_by(*order)).unique():
        if one.session_id not in seen:
            seen.add(one.session_id)
            yield one, True


_WHOLE = (
    joinedload(Registration.contact),
    joinedload(Registration.enterprise),
    joinedload(Registration.session).joinedload(Session.programme),
    selectinload(Registration.participants),
)


def registration_of(work: Work, key: int) -> Registration | None:
    """A registration with its session, contact and people."""
    query = select(Registration).options(*_WHOLE).where(Registration.id == key)
    found: Registration | None = work.db.scalars(query).one_or_none()
    return found


def _by_secret(work: Work, arrived: Arrived, email: str, registrations: set[int]) -> bool:
    """Whether it came to an address that this person alone was given, or answers a message that they alone got."""
    mount = work.mount
    for token in filter(None, (addresses.read(mount, one) for one in arrived.addressed_to())):
        mine = token.letter == "r" and addresses.proves(mount, token, email)
        if mine and (token.key in registrations or _is_theirs(work, email, token.key)):
            return True
    row_id = row_of_message_id(mount, arrived.references, email)
    row = work.db.get(Outgoing, row_id) if row_id is not None and row_id < 2**63 else None
    return row is not None and row.recipient.lower() == email and row.subject.startswith("registration:")


def _is_theirs(work: Work, email: str, key: int) -> bool:
    """Whether that registration is theirs: the answer to one date of a series may come by another's address."""
    query = select(Registration.id).join(Contact, Contact.id == Registration.contact_id)
    return work.db.scalar(query.where(Registration.id == key, Contact.email == email)) is not None


def person_behind(work: Work, arrived: Arrived) -> tuple[Registration | None, Issue | None]:
    """The registration or issue whose own reply address a mail came to."""
    mount = work.mount
    for token in filter(None, (addresses.read(mount, one) for one in arrived.addressed_to())):
        if token.letter == "r":
            registration = registration_of(work, token.key)
            if registration is not None and addresses.proves(mount, token, registration.contact.email):
                return registration, None
        elif token.letter == "i":
            issue = work.db.get(Issue, token.key)
            contact = work.db.get(Contact, issue.contact_id) if issue is not None else None
            if contact is not None and addresses.proves(mount, token, contact.email):
                return None, issue
    return None, None


def vouched_for(work: Work, arrived: Arrived) -> str:
    """The From address, if our own mail server says that its domain signed the message (RFC 8601, RFC 6376).

    Only the topmost Authentication-Results of the server that ``MEETUP_MAILBOX_AUTHSERV`` names is
    heard; such a server takes away what a sender wrote in its name.
    """
    trusted = str(work.settings.mailbox_authserv).strip().lower()
    sender, message = arrived.from_address, arrived.message
    if not trusted or not sender or message is None:
        return ""
    for field in message.get_all("Authentication-Results", [])[:20]:
        text = _bare(str(field)[:20_000].lower())
        server, _, results = text.partition(";")
        if (server.split() or [""])[0] != trusted:
            continue
        domain = sender.rpartition("@")[2]
        for result in results.split(";"):
            signed = _SIGNED.search(result)
            if (
                re.match(r"\s*dkim\s*=\s*pass\b", result)
                and signed
                and _aligned(domain, (signed[1] or signed[2]).strip("."))
            ):
                return sender
        return ""
    return ""


def _bare(field: str) -> str:
    """A field without its comments and quoted words (RFC 5322 §3.2): what a sender could put there is in these alone.

    Empty if one of them does not end: then nothing in it can be told from what the server says.
    """
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for one in field:
        if escaped:
            escaped = False
        elif one == "\\" and (depth or quoted):
            escaped = True
        elif quoted:
            quoted = one != '"'
        elif one == "(":
            depth += 1
        elif one == ")" and depth:
            depth -= 1
            kept.append(" ")
        elif one == '"' and not depth:
            quoted = True
        elif not depth:
            kept.append(one)
    return "" if depth or quoted else "".join(kept)


def _aligned(domain: str, signed: str) -> bool:
    # A signature of a parent domain speaks for its hosts; one of "vn" alone for nobody.
    return domain == signed or ("." in signed and domain.endswith(f".{signed}"))


def known_contact(work: Work, email: str) -> Contact | None:
    """The contact with this address who was last with us."""
    if not email:
        return None
    query = select(Contact).where(Contact.email == email).options(joinedload(Contact.enterprise))
    found: Contact | None = work.db.scalars(query.order_by(Contact.id.desc()).limit(1)).one_or_none()
    return found


def bounced_row(work: Work, arrived: Arrived, message_id: str, recipient: str) -> Outgoing | None:
    """The message of ours that a report is about: by its envelope's secret, else by the id that it gives back."""
    mount = work.mount
    for token in filter(None, (addresses.read(mount, one) for one in arrived.addressed_to())):
        if token.letter == addresses.BOUNCE:
            row = work.db.get(Outgoing, token.key)
            if row is not None and addresses.proves(mount, token, row.recipient):
                return row
    try:
        address = mail_address(recipient)
    except Unreadable:
        return None
    row_id = row_of_message_id(mount, message_id, address)
    row = work.db.get(Outgoing, row_id) if row_id is not None and row_id < 2**63 else None
    return row if row is not None and row.recipient.lower() == address else None
