"""What became of a thing, step by step, in the reader's words: out of the activity log, which nobody can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from meetup.activity.queries import timeline
from meetup.errors import N_
from meetup.web.i18n import _
from meetup.work import Work

#: action → (words, icon, tone).
Words = Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True)
class Step:
    """One line of a timeline: when, what, by whom, what was said, with which icon and tone."""

    at: datetime
    what: str
    who: str = ""
    note: str = ""
    icon: str = "check"
    tone: str = "quiet"


SESSION: Words = {
    "session.draft": (N_("Drafted"), "pen", "quiet"),
    "session.update": (N_("Changed"), "pen", "info"),
    "session.publish": (N_("Published"), "eye", "teal"),
    "session.cancel": (N_("Called off"), "stop", "bad"),
    "session.hold": (N_("Held"), "cup", "brew"),
    "session.report": (N_("Report published"), "done", "ok"),
    "session.agenda": (N_("The agenda was changed"), "list", "quiet"),
    "session.go_along": (N_("Changed with its series"), "calendar", "info"),
    "photo.add": (N_("A photograph was taken in"), "glass", "quiet"),
    "photo.publish": (N_("A photograph was published"), "eye", "teal"),
    "photo.withhold": (N_("A photograph was withheld"), "mask", "warn"),
    "photo.remove": (N_("A photograph was removed"), "bin", "quiet"),
}
REGISTRATION: Words = {
    "registration.invite": (N_("Invited"), "mail", "info"),
    "registration.accept": (N_("Seats confirmed"), "done", "ok"),
    "registration.queue": (N_("On the waiting list"), "list", "warn"),
    "registration.tentative": (N_("May come"), "clock", "quiet"),
    "registration.decline": (N_("Does not come"), "cross", "quiet"),
    "registration.cancel": (N_("Cancelled"), "stop", "quiet"),
    "registration.offer": (N_("Seats were offered"), "seat", "brew"),
    "registration.lapse": (N_("The offer lapsed"), "clock", "warn"),
    "registration.change_participants": (N_("The participants were changed"), "users", "info"),
    "registration.walk_in": (N_("Came unannounced"), "check", "teal"),
    "registration.attend": (N_("Checked in"), "check", "teal"),
    "registration.miss": (N_("Did not come"), "cross", "quiet"),
}
PROGRAMME: Words = {
    "programme.create": (N_("Founded"), "flag", "teal"),
    "programme.update": (N_("Changed"), "pen", "info"),
}
DEPARTMENT: Words = {
    "department.create": (N_("Entered"), "building", "teal"),
    "department.update": (N_("Changed"), "pen", "info"),
}
PERIOD: Words = {
    "scorecard_period.open": (N_("Begun"), "calendar", "teal"),
    "scorecard_period.weigh": (N_("The weights were changed"), "scale", "info"),
    "scorecard_period.close": (N_("Closed"), "lock", "brew"),
    "scorecard_period.freeze": (N_("The figures were frozen and published"), "done", "ok"),
}


def history(work: Work, subject: str, words: Words, *, names: bool = True, limit: int = 100) -> list[Step]:
    """The newest steps of a thing and of what is about it, oldest first; what has no words here is left out.

    Args:
        subject: the thing's name in the log, ``session:12``.
        names: whether the reader may know who did it.
    """
    steps = []
    for entry in timeline(work.db, subject, limit=limit):
        if entry.action in words:
            what, icon, tone = words[entry.action]
            steps.append(Step(entry.at, _(what), entry.actor_name or "" if names else "", "", icon, tone))
    return steps
