"""What others were sent about a person: that a mail went to them stays, its words do not if they name the forgotten."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.outbox.models import Outgoing
from meetup.outbox.queries import as_sent
from meetup.privacy.held import Held
from meetup.registrations.models import Registration
from meetup.work import Work


def forget_sent(work: Work, held: Held, words: Collection[str], gone: Collection[int]) -> int:
    """Empty the mails that others were sent about the person's things and that name the person; gives how many.

    Args:
        words: what names the person.
        gone: enterprises that are forgotten with the person, whose every thing counts.
    """
    needles = [_folded(word) for word in words]
    rows = work.db.scalars(
        select(Outgoing)
        .where(Outgoing.subject.in_(_subjects(work, held, gone)), Outgoing.sent_bytes.is_not(None))
        .order_by(Outgoing.id)
    ).all()
    count = 0
    for row in rows:
        said = _folded(_text(row))
        if any(needle in said for needle in needles):
            row.sent_bytes, row.title, count = None, "", count + 1
    return count


def _subjects(work: Work, held: Held, gone: Collection[int]) -> set[str]:
    """The names of everything that mails may be about."""
    found = {*held.subjects, *(f"issue:{comment.issue_id}" for comment in held.comments)}
    found |= {f.subject for f in held.follow_ups}
    for model in (Registration, Issue, FollowUp):
        of_gone = select(model.id).where(model.enterprise_id.in_(gone))
        found |= {f"{model.KIND}:{key}" for key in work.db.scalars(of_gone)}
    return found


def _text(row: Outgoing) -> str:
    message = as_sent(row)
    if message is None:
        return row.title
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return " ".join([row.title, *map(str, parts)])


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
