"""A follow-up's way in words, out of the activity log and what was written with each step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from meetup.activity.queries import timeline
from meetup.errors import N_
from meetup.followups.models import FollowUp
from meetup.followups.papers import Papers
from meetup.web.formats import format_date
from meetup.web.history import Step
from meetup.web.i18n import _
from meetup.work import Work

_WORDS: dict[str, tuple[str, str, str]] = {
    "follow_up.assign": (N_("Assigned"), "flag", "teal"),
    "follow_up.accept": (N_("Taken on"), "check", "brew"),
    "follow_up.progress": (N_("Progress"), "chat", "info"),
    "follow_up.opinion": (N_("A coordinating agency gave its opinion"), "users", "quiet"),
    "follow_up.request_transfer": (N_("Transfer asked for"), "swap", "warn"),
    "follow_up.accept_transfer": (N_("Taken over by the receiver"), "swap", "teal"),
    "follow_up.refuse_transfer": (N_("Transfer refused"), "undo", "quiet"),
    "follow_up.decide_transfer": (N_("Decided who leads"), "scale", "teal"),
    "follow_up.request_extension": (N_("Extension asked for"), "calendar", "warn"),
    "follow_up.grant_extension": (N_("Extension granted"), "calendar", "teal"),
    "follow_up.refuse_extension": (N_("Extension refused"), "stop", "quiet"),
    "follow_up.explain": (N_("The agency explained why it is late"), "chat", "warn"),
    "draft.ask": (N_("A draft waits for the head"), "glass", "warn"),
    "draft.return": (N_("The head returned the draft"), "undo", "warn"),
    "draft.approve": (N_("The head approved the draft"), "check", "teal"),
    "follow_up.answer": (N_("Answered"), "send", "info"),
    "follow_up.send_back": (N_("Sent back: not enough"), "undo", "warn"),
    "follow_up.verify": (N_("Verified; the enterprise was asked to confirm"), "check", "teal"),
    "follow_up.confirm": (N_("Confirmed by the enterprise"), "done", "ok"),
    "follow_up.lapse": (N_("Closed without a response"), "mask", "quiet"),
    "follow_up.reopen": (N_("Reopened by the enterprise"), "undo", "bad"),
    "follow_up.escalate": (N_("Reported upwards: overdue"), "bell", "bad"),
    "follow_up.apologise": (N_("Apology sent to the enterprise, with a new date"), "mail", "warn"),
}


def story(work: Work, f: FollowUp, papers: Papers) -> list[Step]:
    """The steps of a follow-up, oldest first, each with the words that belong to it."""
    said = _said(papers)
    returned = [one.verdict_reason for one in papers.answers if one.verdict in {"sent_back", "reopened"}]
    steps = []
    for entry in timeline(work.db, f.subject, limit=300):
        known = _WORDS.get(entry.action)
        if known is None or f.subject not in {entry.subject, entry.about}:
            continue
        words, icon, tone = known
        note = said.get((entry.action, entry.at), "")
        if entry.action in {"follow_up.send_back", "follow_up.reopen"} and returned:
            note = returned.pop(0)
        steps.append(Step(entry.at, _(words), entry.actor_name or "", note or _detail(entry, f), icon, tone))
    return steps


def _said(papers: Papers) -> dict[tuple[str, datetime], str]:
    said: dict[tuple[str, datetime], str] = {}
    for note in papers.progress:
        said["follow_up.progress", note.at] = note.body
    for given in papers.answers:
        said["follow_up.answer", given.at] = given.text
    for moved in papers.transfers:
        said["follow_up.request_transfer", moved.requested_at] = f"{moved.reason} ({moved.ground})"
        if moved.decided_at is not None:
            action = {"accepted": "accept", "refused": "refuse", "decided": "decide"}[moved.decision]
            said[f"follow_up.{action}_transfer", moved.decided_at] = moved.decision_reason
    for later in papers.extensions:
        said["follow_up.request_extension", later.requested_at] = f"{format_date(later.asked_due_on)}: {later.reason}"
        if later.decided_at is not None:
            action = {"granted": "grant", "refused": "refuse"}[later.decision]
            said[f"follow_up.{action}_extension", later.decided_at] = later.decision_reason
    return said


def _detail(entry: Any, f: FollowUp) -> str:
    details = entry.details or {}
    if entry.action == "follow_up.assign":
        return _("Due date: %(date)s", date=format_date(f.first_due_on))
    if entry.action == "follow_up.confirm":
        return _("Satisfaction: %(value)s of 5", value=details.get("satisfaction", ""))
    if entry.action == "follow_up.apologise" and details.get("promised"):
        return _("New date: %(date)s", date=format_date(datetime.fromisoformat(details["promised"]).date()))
    return ""
