"""An issue's way in words, out of the activity log: for the public without names, for the staff with them."""

from __future__ import annotations

from typing import Any

from meetup.activity.queries import timeline
from meetup.errors import N_
from meetup.issues.models import Issue
from meetup.web.history import Step
from meetup.web.i18n import _
from meetup.work import Work

#: action → (words, icon, tone); what the public and the enterprise may know.
_OPEN: dict[str, tuple[str, str, str]] = {
    "issue.submit": (N_("Raised"), "inbox", "info"),
    "issue.request_information": (N_("More information was asked for"), "chat", "warn"),
    "issue.inform": (N_("The information was given"), "chat", "quiet"),
    "issue.accept": (N_("Taken on; a lead agency was named"), "check", "teal"),
    "issue.decline": (N_("Not taken on"), "stop", "quiet"),
    "issue.merge": (N_("Goes on together with another issue"), "merge", "quiet"),
    "issue.withdraw": (N_("Taken back by the enterprise"), "undo", "quiet"),
    "issue.schedule": (N_("Put on a session's agenda"), "calendar", "teal"),
    "issue.unschedule": (N_("Taken off the agenda"), "undo", "quiet"),
    "issue.discuss": (N_("Discussed at the session"), "cup", "brew"),
    "issue.follow_up": (N_("Follow-up ordered"), "flag", "brew"),
    "issue.answer": (N_("Answered"), "send", "info"),
    "issue.resolve": (N_("Closed"), "done", "ok"),
    "issue.reopen": (N_("Reopened"), "undo", "bad"),
    "issue.publish": (N_("Question and answer published"), "eye", "teal"),
    "issue.correct": (N_("The published text was corrected"), "pen", "quiet"),
    "issue.unpublish": (N_("Taken off the public pages"), "mask", "quiet"),
}

#: What only the staff sees.
_CLOSED: dict[str, tuple[str, str, str]] = {
    "issue.write": (N_("A message was written"), "chat", "quiet"),
    "issue.note": (N_("An internal note was written"), "lock", "quiet"),
    "issue.attach": (N_("A document was added"), "clip", "quiet"),
    "issue.co_sign": (N_("Another enterprise has the same difficulty"), "users", "quiet"),
    "issue.show_file": (N_("A document was opened to the public"), "eye", "quiet"),
    "issue.hide_file": (N_("A document was closed to the public"), "mask", "quiet"),
}


def story(work: Work, issue: Issue, *, staff: bool = False) -> list[Step]:
    """The steps of an issue, oldest first."""
    words = {**_OPEN, **_CLOSED} if staff else _OPEN
    steps = []
    for entry in timeline(work.db, issue.subject, limit=200):
        known = words.get(entry.action)
        if known is None or (entry.subject != issue.subject):
            continue
        what, icon, tone = known
        steps.append(Step(entry.at, _(what), _who(entry) if staff else "", "", icon, tone))
    return steps


def _who(entry: Any) -> str:
    if entry.actor_kind == "enterprise":
        return entry.actor_name or _("the enterprise")
    return entry.actor_name or ""
