"""Panels: parts that plugins add to existing pages, and the slots where they go."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

#: slot → where it is on which page, and the thing that hooks are given for it.
SLOTS = {
    "home": "The front page, below the next session; thing: None.",
    "session": "A public session page, below its description; thing: the session.",
    "desk": "The organiser's front page, below the next session; thing: None.",
    "desk.session": "An organiser's session page, below the checklist; thing: the session.",
    "own": "An enterprise's own page, below its issues; thing: the registration.",
    "own.issue": "An issue on its enterprise's own page, below where it stands; thing: the issue.",
    "issue": "A published issue, below the answer; thing: the issue.",
    "desk.issue": "An organiser's page of an issue; thing: the issue.",
    "follow_up": "A department's page of a follow-up; thing: the follow-up.",
    "results": "The results page, below the scorecards; thing: None.",
    "leader": "The leader's page; thing: None.",
    "review": "The review of a year, below who took part; thing: the year, a number.",
}


@dataclass(frozen=True)
class Panel:
    """One panel.

    Args:
        title: its heading, in the reader's language.
        body: safe markup.
        order: smaller comes first.
    """

    title: str
    body: Markup
    order: int = 100
