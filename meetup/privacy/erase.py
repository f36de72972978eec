"""Forgetting a person: what is personal becomes a tombstone; what was decided, and the log's chain, stay.

An issue, its answer and its history are the record of an authority and stay as
they are, without the person. So does a file that an enterprise sent, under a
neutral name; that of a household business or a citizen goes. An enterprise's own name is no personal data; that
of a household business or a citizen is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, null, select, update

from meetup import links, storage
from meetup.activity.models import Activity
from meetup.enterprises.models import PEOPLE, Contact, Enterprise
from meetup.errors import N_, MeetupError
from meetup.issues.attachments import safe_name
from meetup.outbox.models import Mute
from meetup.privacy.held import Held, entries, find
from meetup.privacy.sent import forget_sent
from meetup.rest.models import IdempotencyKey
from meetup.sessions.models import Session
from meetup.work import Work

#: What stands in the place of a name.
TOMBSTONE = "—"
#: What all addresses are like that stand in the place of one.
ERASED = "%@erased.invalid"
_LIVE = frozenset({"invited", "confirmed", "waitlisted", "offered", "tentative"})


class StillExpected(MeetupError):
    """The person holds a place in a session to come."""

    status = 409
    code = "still_expected"


def erase(work: Work, email: str) -> dict[str, int]:
    """Forget the person behind `email`; gives how many rows of each kind were changed.

    Raises:
        StillExpected: while a registration for a session to come is open: cancel it first, so that its seat is free.
    """
    held = find(work, email)
    _nobody_waits(work, held)
    counts: Counter[str] = Counter()
    # Before the names go: which entries speak of them.
    found = entries(work, held)
    gone = _gone(work, held)
    counts["mails"] = forget_sent(work, held, _words(held, gone), gone)
    counts["answers"] = _forget_answers(work, held)
    for name, count in work.hooks.gather("meetup_erase", work=work, held=held):
        counts[name] += count
    for contact in held.contacts:
        contact.name, contact.position, contact.phone = TOMBSTONE, "", ""
        contact.email = f"erased-{contact.id}@erased.invalid"
        contact.email_dead_at = contact.email_dead_at or work.now
        counts["contacts"] += 1
    counts["enterprises"] = _erase_people(work, gone)
    for consent in held.consents:
        # That there was a consent has to be shown later on; whose it was, no longer.
        consent.withdrawn_at = consent.withdrawn_at or work.now
        consent.note = ""
    for registration in held.registrations:
        registration.note = ""
        counts["registrations"] += 1
    for participant in held.participants:
        participant.name, participant.position = TOMBSTONE, ""
        counts["participants"] += 1
    for message in held.messages:
        message.author = TOMBSTONE
        counts["messages"] += 1
    for f in held.follow_ups:
        counts["confirmations"] += bool(f.satisfaction_comment)
        f.satisfaction_comment = ""
    counts["attachments"] = _erase_files(work, held)
    for comment in held.comments:
        comment.name, comment.body = TOMBSTONE, TOMBSTONE
        comment.email = f"erased-{comment.id}@erased.invalid"
        counts["comments"] += 1
    for signer in held.co_signed:
        signer.contact_id = None
    counts["outgoing"] = _erase_messages(held)
    counts["activity"] = empty_entries(work, [entry.seq for entry in found])
    counts["links"] = _end_links(work, held)
    work.db.execute(delete(Mute).where(Mute.id.in_([mute.id for mute in held.muted])))
    work.db.flush()
    if not held.is_empty:
        # By numbers alone: a log that names the forgotten has not forgotten.
        work.log("privacy.erase", "privacy:erase", rows=sum(counts.values()))
    return dict(counts)


def _nobody_waits(work: Work, held: Held) -> None:
    live = {each.session_id for each in held.registrations if each.state in _LIVE}
    titles = work.db.scalars(
        select(Session.title).where(
            Session.id.in_(live), Session.ends_at > work.now, Session.state.not_in(("cancelled", "held", "reported"))
        )
    ).all()
    if titles:
        raise StillExpected(
            N_("There is a registration for a session to come: %(titles)s. Cancel it first."), titles="; ".join(titles)
        )


def _gone(work: Work, held: Held) -> set[int]:
    """Those enterprises that are a person and have no other contact that is left."""
    ids = {enterprise.id for enterprise in held.enterprises if enterprise.kind in PEOPLE}
    mine = {contact.id for contact in held.contacts}
    others = select(Contact.enterprise_id).where(
        Contact.enterprise_id.in_(ids), Contact.id.not_in(mine), Contact.email.not_like(ERASED)
    )
    return ids - set(work.db.scalars(others))


def _words(held: Held, gone: set[int]) -> set[str]:
    """What names the person in words that others were sent."""
    found = {held.email, *(file.name for file in held.attachments), *(comment.name for comment in held.comments)}
    found |= {contact.name for contact in held.contacts} | {one.name for one in held.participants}
    for enterprise in held.enterprises:
        if enterprise.id in gone:
            found |= {enterprise.name, enterprise.tax_code or ""}
    return {word for word in found if len(word) > 1}


def _erase_people(work: Work, gone: set[int]) -> int:
    """Names and numbers of those enterprises that are a person."""
    work.db.execute(
        update(Enterprise)
        .where(Enterprise.id.in_(gone))
        .values(name=TOMBSTONE, tax_code=None, search_key="", address="", changed_at=work.now)
        .execution_options(synchronize_session=False)
    )
    return len(gone)


def _erase_files(work: Work, held: Held) -> int:
    """A file's name says whose it is; a person's own file goes, an enterprise's is part of the authority's record."""
    people = {enterprise.id for enterprise in held.enterprises if enterprise.kind in PEOPLE}
    theirs = {issue.id for issue in held.issues if issue.enterprise_id in people}
    for file in held.attachments:
        if file.issue_id in theirs:
            storage.drop(work.mount.storage, work.db, file.key)
            work.db.delete(file)
        else:
            file.name = safe_name("attachment", file.content_type)
    return len(held.attachments)


def _forget_answers(work: Work, held: Held) -> int:
    """Answers of the API that are kept for a repetition and name the person: a repetition then is a new call."""
    names = {contact.name for contact in held.contacts} | {one.name for one in held.participants}
    names |= {one.name for one in held.enterprises if one.kind in PEOPLE}
    words = [held.email, *sorted(name for name in names if len(name) > 1)]
    # As JSON may write them: with its escapes, and as they are.
    needles = {form for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode())}
    kept = work.db.execute(select(IdempotencyKey.id, IdempotencyKey.body).execution_options(yield_per=200))
    ids = [key for key, body in kept if any(needle in body for needle in needles)]
    work.db.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(ids)))
    return len(ids)


def _erase_messages(held: Held) -> int:
    for row in held.outgoing:
        row.recipient = f"erased-{row.id}@erased.invalid"
        # The reason of a dead letter is the server's: it repeats the address.
        row.recipient_name = row.title = row.thread = row.reason = ""
        row.context, row.sent_bytes = {}, None
        if row.state in ("queued", "leased"):
            # Also from the worker that has it: the one under way leaves, and keeps no words (_note_sent).
            row.state, row.reason = "superseded", N_("the recipient was erased")
            row.lease_owner, row.lease_until = "", None
    return len(held.outgoing)


def empty_entries(work: Work, seqs: Sequence[int]) -> int:
    """Take what entries say about people out of them; their hashes cover a digest of it, so the chain stays whole."""
    work.db.execute(
        update(Activity)
        .where(Activity.seq.in_(seqs))
        .values(details=null(), salt=None, actor_name=None)
        .execution_options(synchronize_session=False)
    )
    return len(seqs)


def _end_links(work: Work, held: Held) -> int:
    """End the person's links, and forget the address in those that name it."""
    wanted = links.Link.subject.in_(held.subjects)
    for_address = links.Link.subject.icontains(held.email, autoescape=True)
    ids = work.db.scalars(select(links.Link.id).where(wanted)).all()
    named = work.db.scalars(select(links.Link.id).where(for_address)).all()
    work.db.execute(
        update(links.Link)
        .where(links.Link.id.in_({*ids, *named}), links.Link.revoked_at.is_(None))
        .values(revoked_at=work.now)
        .execution_options(synchronize_session=False)
    )
    work.db.execute(
        update(links.Link)
        .where(links.Link.id.in_(named))
        .values(subject="erased")
        .execution_options(synchronize_session=False)
    )
    return len({*ids, *named})
