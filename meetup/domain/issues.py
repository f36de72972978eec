"""The states of an issue, its kinds and channels, and what counts as an answer."""

from __future__ import annotations

import re

from meetup.domain.machine import START, Machine
from meetup.domain.text import fold
from meetup.errors import N_, Fault

ISSUE = Machine(
    "issue",
    {
        (START, "submit"): "submitted",
        ("submitted", "request_information"): "needs_information",
        ("submitted", "accept"): "accepted",
        ("submitted", "decline"): "declined",
        ("submitted", "merge"): "merged",
        ("submitted", "withdraw"): "withdrawn",
        ("needs_information", "inform"): "submitted",
        ("accepted", "schedule"): "scheduled",
        # Without a meeting: nobody has to wait for a session to be answered.
        ("accepted", "follow_up"): "in_follow_up",
        ("scheduled", "unschedule"): "accepted",
        ("scheduled", "discuss"): "discussed",
        ("discussed", "follow_up"): "in_follow_up",
        # On the spot.
        ("discussed", "answer"): "answered",
        ("in_follow_up", "answer"): "answered",
        ("answered", "resolve"): "resolved",
        ("answered", "reopen"): "in_follow_up",
        ("resolved", "reopen"): "in_follow_up",
    },
    final=("declined", "merged", "withdrawn"),
)

#: What is raised; a report on someone's conduct is never published.
KINDS = ("hardship", "obstacle", "proposal", "suggestion", "conduct")

#: Who may read it: everyone with the name, everyone without it, only those who handle it.
VISIBILITIES = ("public", "anonymous", "confidential")

#: How it came in.
CHANNELS = (
    "portal",
    "phone",
    "paper",
    "letter",
    "mail",
    "dialogue",
    "hotline",
    "guidance",
    "coffee",
    "reception",
)

#: How it was answered. "Noted" is none of them.
OUTCOMES = ("resolved", "explained", "planned", "beyond_authority", "referred_out", "declined")

#: An answer of fewer words than this, courtesies and stock phrases left out, says nothing.
MIN_WORDS = 3

# Folded; what an answer may contain but cannot consist of. Longest first, so that parts of a
# longer phrase are not left standing.
_STOCK = (
    "ghi nhan",
    "tiep thu",
    "xin cam on",
    "cam on",
    "tran trong",
    "kinh gui",
    "quy doanh nghiep",
    "doanh nghiep",
    "quy co quan",
    "y kien",
    "kien nghi",
    "phan anh",
    "se xem xet",
    "xem xet",
    "nghien cuu",
    "thank you",
    "thanks",
    "noted",
    "acknowledged",
    "taken note",
    "take note",
    "received",
    "will be considered",
    "will consider",
)
_STOCK_PHRASES = re.compile(rf"\b(?:{'|'.join(sorted(_STOCK, key=len, reverse=True))})\b")
_FILLERS = frozenset(
    (  # noqa: SIM905 - sixty quoted words read worse
        "da se dang duoc xin va cua cac nhung nay chung toi ta quy so nganh don vi co quan voi ve cho "
        "the a an your our we you it its is was has have been be will with of for and to this that very much "
        "opinion comment feedback issue ok okay yes"
    ).split()
)


def says_something(text: str) -> bool:
    """Whether `text` holds more than stock phrases such as "noted" or "ghi nhận".

    Scripts that do not set blanks between words are counted by letters.
    """
    rest = _STOCK_PHRASES.sub(" ", re.sub(r"[\W_]+", " ", fold(text)))
    words = [word for word in rest.split() if word not in _FILLERS]
    letters = sum(len(word) for word in words)
    return len(words) >= MIN_WORDS or (not fold(text).isascii() and letters >= 2 * MIN_WORDS)


def check_outcome(outcome: str, text: str, forwarded_to: str = "", how_to_file: str = "") -> list[Fault]:
    """What is wrong with an answer; empty when nothing is.

    A matter beyond the province's authority is passed on, and the answer says to whom;
    complaints and denunciations are no feedback (Decree 20/2008/NĐ-CP, article 1), and the
    answer says how to file them.

    Args:
        outcome: one of :data:`OUTCOMES`.
        text: the answer itself.
        forwarded_to: whom it was forwarded to, needed for ``beyond_authority``.
        how_to_file: where and how, needed for ``referred_out``.
    """
    faults: list[Fault] = []
    if outcome not in OUTCOMES:
        faults.append(
            Fault("outcome", N_("An answer has an outcome, and “noted” is none."), N_("Choose what came of it."))
        )
    if not text.strip():
        faults.append(Fault("text", N_("The answer is empty."), N_("Say what was done or why it cannot be.")))
    elif not says_something(text):
        faults.append(
            Fault(
                "text",
                N_("The answer says only that this was noted."),
                N_("Say what was done, what will be done by when, or why it cannot be."),
            )
        )
    if outcome == "beyond_authority" and not forwarded_to.strip():
        faults.append(
            Fault("forwarded_to", N_("What is beyond our authority is forwarded."), N_("Say to whom it went."))
        )
    if outcome == "referred_out" and not how_to_file.strip():
        faults.append(
            Fault(
                "how_to_file",
                N_("A complaint or denunciation takes another way."),
                N_("Say where and how to file it."),
            )
        )
    return faults
