"""What an agency says about being late: once, for the record, beside the figure that it cannot change (R20)."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from meetup.domain.followups import OWES_ANSWER
from meetup.errors import N_, InvalidInput
from meetup.followups.conclude import today
from meetup.followups.models import FollowUp
from meetup.issues.checks import one_text
from meetup.issues.values import REASON_LENGTH
from meetup.work import Work, edit


def is_breach(f: FollowUp, now: date, zone: ZoneInfo) -> bool:
    """Whether `f` missed its first due date: was answered after it, or is not answered and it has passed.

    Args:
        f: the follow-up; an extension makes nothing punctual.
        now: the day it is.
        zone: whose days count.
    """
    if f.state in OWES_ANSWER:
        return now > f.first_due_on
    return f.answered_at is not None and f.answered_at.astimezone(zone).date() > f.first_due_on


def explain(work: Work, f: FollowUp, *, text: str) -> FollowUp:
    """Keep the lead agency's explanation beside a breach. It stays as it is: nothing is counted differently.

    Raises:
        InvalidInput: at ``text``, also where nothing is late or an explanation was given already.
        Stale: if the follow-up changed since it was read.
    """
    text = one_text("text", text, limit=REASON_LENGTH)
    if not is_breach(f, today(work), work.zone):
        raise InvalidInput("text", N_("Nothing is late here."), N_("An explanation is for what missed its due date."))
    if f.explained_at is not None:
        raise InvalidInput("text", N_("It was explained already."), N_("An explanation is given once and stays."))
    edit(work, f, "explain", explanation=text, explained_at=work.now)
    return f
