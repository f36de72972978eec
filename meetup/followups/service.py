"""What happens to a follow-up: one function per arrow, in the modules that this one gathers."""

from __future__ import annotations

from meetup.followups.closing import accept_answer, confirm, lapse_unanswered, reopen, send_back, verify
from meetup.followups.conclude import FollowUpOrder, conclude, due_in, reopen_issue, reword, today
from meetup.followups.drafting import live_draft
from meetup.followups.explaining import explain, is_breach
from meetup.followups.extensions import grant_extension, open_extension, refuse_extension, request_extension
from meetup.followups.handling import accept, answer, latest_answer, opinion, progress
from meetup.followups.transfers import (
    accept_transfer,
    decide_transfer,
    is_chair_or_organiser,
    open_transfer,
    refuse_transfer,
    request_transfer,
)

__all__ = [
    "FollowUpOrder",
    "accept",
    "accept_answer",
    "accept_transfer",
    "answer",
    "conclude",
    "confirm",
    "decide_transfer",
    "due_in",
    "explain",
    "grant_extension",
    "is_breach",
    "is_chair_or_organiser",
    "lapse_unanswered",
    "latest_answer",
    "live_draft",
    "open_extension",
    "open_transfer",
    "opinion",
    "progress",
    "refuse_extension",
    "refuse_transfer",
    "reopen",
    "reopen_issue",
    "request_extension",
    "request_transfer",
    "reword",
    "send_back",
    "today",
    "verify",
]
