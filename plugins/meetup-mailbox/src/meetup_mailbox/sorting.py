"""What a message is, in this order: our own, a report, an answer from a calendar, automatic, from a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from meetup.api import (
    N_,
    Actor,
    Contact,
    Issue,
    Outgoing,
    Registration,
    Reply,
    Unreadable,
    Work,
    address_bounced,
    bounces_in,
    has_consent,
    inform_issue,
    is_automatic,
    replies_in,
    row_of_message_id,
    submit_issue,
    write_message,
)
from meetup_mailbox import addresses, effects, matching
from meetup_mailbox.arrived import Arrived
from meetup_mailbox.models import Received

#: Answers in one message that are looked at.
MAX_REPLIES = 100
_ANSWERED = re.compile(r"^(?:\s*(?:re|fwd?|tr|trả lời|chuyển tiếp)\s*:\s*)+", re.IGNORECASE)


@dataclass
class Found:
    """What was found out before a service refused it."""

    kind: str = "other"
    registration_id: int | None = None
    reply: Reply | None = None


def sort(work: Work, arrived: Arrived, received: Received, found: Found, *, with_files: bool = True) -> None:
    """Say on `received` what `arrived` is, and let it have its effect.

    Args:
        found: is told what the message is before anything is done.
        with_files: whether an issue takes the message's files with it.

    Raises:
        MeetupError: what a service says to it; then nothing of the unit of work may be kept.
    """
    message = arrived.message
    if message is None:
        received.kind, received.why = "unreadable", str(arrived.unreadable)
    elif _is_own(work, arrived):
        received.kind, received.state, received.why = "own", "done", N_("Mail of our own that came back.")
    elif _report(work, arrived, received) or _calendar(work, arrived, received, found):
        return
    elif is_automatic(message, arrived.sender):
        received.kind, received.state, received.why = "automatic", "done", N_("A program wrote it.")
    else:
        _from_a_person(work, arrived, received, found, with_files=with_files)


def _is_own(work: Work, arrived: Arrived) -> bool:
    row_id = row_of_message_id(work.mount, arrived.message_id)
    row = work.db.get(Outgoing, row_id) if row_id is not None and row_id < 2**63 else None
    # Anybody can write such an id: only what we signed is ours.
    if row is not None and row_of_message_id(work.mount, arrived.message_id, row.recipient) is not None:
        return True
    ours = arrived.field("List-Id")
    return bool(ours) and work.mount.mail_domain in ours and arrived.from_address == work.mount.mail_from.lower()


def _report(work: Work, arrived: Arrived, received: Received) -> bool:
    """A report of delivery: what failed for good marks the address (rule D11)."""
    message = arrived.message
    if message is None or message.get_content_type() != "multipart/report":
        return False
    try:
        bounces = bounces_in(message)
    except Unreadable as fault:
        received.kind, received.why = "unreadable", str(fault)
        return True
    if not bounces:
        return False
    received.kind, received.state = "bounce", "done"
    received.why = N_("A report about mail that is not ours.")
    for bounce in bounces[:MAX_REPLIES]:
        row = matching.bounced_row(work, arrived, bounce.message_id, bounce.recipient)
        if row is None:
            continue
        received.details = {"address": row.recipient, "status": bounce.status or bounce.action}
        if bounce.permanent:
            # What waits for them is not sent any more either, and their contact is marked.
            address_bounced(work, row, bounce.status)
            received.state = "waiting"
            received.why = N_("Mail to %(address)s comes back for good (%(status)s). Another way to them is needed.")
            received.is_applied = True
            return True
        received.why = N_("Mail to %(address)s is late or came back for now (%(status)s).")
    return True


def _calendar(work: Work, arrived: Arrived, received: Received, found: Found) -> bool:
    """An answer from a calendar; False if there is none."""
    try:
        replies = replies_in(arrived.raw)
    except Unreadable as fault:
        received.kind = "other" if fault.why == "no_answer" else "unreadable"
        received.why = str(fault)
        return True
    if not replies:
        return False
    matches = [(one, matching.match(work, arrived, one)) for one in replies[:MAX_REPLIES]]
    proven = [(one, match) for one, match in matches if not match.why_not]
    reply, match = next(iter(proven), None) or next((pair for pair in matches if pair[1].registrations), matches[0])
    received.kind = found.kind = "counter" if reply.method == "COUNTER" else "reply"
    note_reply(received, reply)
    if match.registrations:
        received.registration_id = match.registrations[0].id
    received.why = match.why_not
    if not proven:
        return True
    found.registration_id, found.reply = received.registration_id, reply
    for reply, match in proven:
        for registration in match.registrations:
            effects.apply(work, received, registration, reply, is_delegate=match.is_delegate)
    return True


def note_reply(received: Received, reply: Reply | None) -> None:
    """Keep on `received` what the answer said."""
    if reply is not None:
        received.attendee, received.partstat = reply.attendee, reply.partstat
        received.comment, received.sequence, received.dtstamp = reply.comment, reply.sequence, reply.dtstamp


def _from_a_person(work: Work, arrived: Arrived, received: Received, found: Found, *, with_files: bool) -> None:
    text, files = arrived.text(), arrived.files()
    registration, issue = matching.person_behind(work, arrived)
    if issue is not None:
        found.kind = received.kind = "message"
        received.issue_id = issue.id
        _say(work, issue, text)
        received.state = "waiting" if files else "done"
        received.why = N_("It brought files, which are not with the issue.") if files else ""
        return
    if registration is not None:
        # An answer to an invitation may say anything; whether it is an issue is for a person to see.
        received.kind, received.registration_id = "message", registration.id
        received.why = N_("An answer to a mail about a registration.")
        return
    if addresses.programme_address(work.mount) not in arrived.addressed_to():
        received.why = N_("It was sent to no address of ours.")
        return
    contact = matching.known_contact(work, arrived.from_address)
    if contact is None:
        received.why = N_("The sender is not known here.")
        return
    if not has_consent(work, contact, "registration"):
        received.why = N_("The sender has not agreed yet that issues of theirs are dealt with.")
        return
    found.kind = received.kind = "issue"
    made = make_issue(work, arrived, contact, text=text, with_files=with_files)
    received.issue_id = made.id
    received.state = "done" if with_files or not files else "waiting"
    received.why = "" if with_files or not files else N_("Its files could not be taken with it.")


def _say(work: Work, issue: Issue, text: str) -> None:
    contact = work.get(Contact, issue.contact_id)
    speaking = replace(work, actor=_enterprise(contact, issue.registration_id))
    if issue.state == "needs_information":
        inform_issue(speaking, issue, text=text)
    else:
        write_message(speaking, issue, body=text, side="enterprise")


def make_issue(
    work: Work,
    arrived: Arrived,
    contact: Contact,
    *,
    text: str,
    registration: Registration | None = None,
    with_files: bool = True,
) -> Issue:
    """The mail as an issue of `contact`; its receipt goes to the contact's own address, whoever wrote.

    It is anonymous: who writes a mail has agreed to no name in public.

    Raises:
        InvalidInput: as :func:`meetup.api.submit_issue`.
    """
    title = _ANSWERED.sub("", arrived.field("Subject", 1_000)).strip() or text.partition("\n")[0]
    return submit_issue(
        replace(work, actor=_enterprise(contact, registration.id if registration else None)),
        title=title[:200],
        description=text or title,
        registration=registration,
        enterprise=contact.enterprise if registration is None else None,
        contact=contact if registration is None else None,
        visibility="anonymous",
        channel="mail",
        attachments=arrived.files() if with_files else (),
    )


def _enterprise(contact: Contact, registration_id: int | None) -> Actor:
    return Actor(
        "enterprise",
        id=contact.subject,
        name=contact.name,
        registration_id=registration_id,
        enterprise_id=contact.enterprise_id,
        email=contact.email,
    )
