"""What can be told, and in which words: what happened, to which number, and where; never anybody's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meetup.api import N_, Change, Prepared, Session, Superseded, Work, _
from meetup_chat.models import Room

#: Event → what is said of it.
EVENTS: Mapping[str, str] = {
    "session.publish": N_("A session is announced"),
    "session.reschedule": N_("A session has another time"),
    "session.cancel": N_("A session is called off"),
    "registration.accept": N_("An enterprise has registered"),
    "issue.submit": N_("An issue came in"),
    "issue.inform": N_("An enterprise gave what was asked for"),
    "issue.accept": N_("An issue is taken on"),
    "issue.reopen": N_("An issue is reopened"),
    "follow_up.assign": N_("A follow-up is ordered"),
    "follow_up.request_transfer": N_("A follow-up is asked to be passed on"),
    "follow_up.answer": N_("A follow-up is answered"),
    "follow_up.send_back": N_("An answer is sent back"),
    "follow_up.verify": N_("An answer is approved"),
    "follow_up.confirm": N_("An enterprise has confirmed an answer"),
    "follow_up.reopen": N_("A follow-up is reopened"),
}
#: What a department's room can hear of: what it leads.
DEPARTMENTAL = tuple(name for name in EVENTS if name.startswith(("issue.accept", "issue.reopen", "follow_up.")))
#: What "Send a test" sends.
TEST = "chat.test"


def department_of(change: Change) -> int | None:
    """The department that a change concerns: the one that answers for the thing."""
    if change.machine not in {"issue", "follow_up"}:
        return None
    found: int | None = change.thing.lead_department_id
    return found


def told(change: Change) -> dict[str, Any]:
    """What the outbox keeps of `change`; asks nobody."""
    thing = change.thing
    kept: dict[str, Any] = {"event": change.name}
    if change.machine in {"issue", "follow_up"}:
        kept["number"] = thing.number
    elif change.machine == "session":
        kept["session"] = thing.id
    elif change.machine == "registration":
        kept["session"] = thing.session_id
    return kept


def prepare(work: Work, row: Any) -> Prepared:
    """The words of a row, in its room's language.

    Raises:
        Superseded: if its room is off or gone.
    """
    room = work.db.get(Room, row.context["room"])
    if room is None or not room.is_on:
        raise Superseded(N_("the room is switched off"))
    kept = row.context["told"]
    words, address = _said(work, kept, for_department=room.department_id is not None)
    return Prepared({"words": words, "address": address})


def _said(work: Work, kept: Mapping[str, Any], *, for_department: bool) -> tuple[str, str]:
    url, event = work.mount.url, kept["event"]
    if event == TEST:
        return _("This is a test. Notices of %(site)s come here.", site=work.settings.site_name), url("home")
    words = _(EVENTS[event])
    machine = event.partition(".")[0]
    if machine == "follow_up":
        return _("%(what)s: number %(number)s", what=words, number=kept["number"]), url(
            "follow_ups.show", number=kept["number"]
        )
    if machine == "issue":
        said = _("%(what)s: number %(number)s", what=words, number=kept["number"])
        return said, url("follow_ups.department") if for_department else url("issues.desk", number=kept["number"])
    session = work.get(Session, kept["session"])
    if not session.is_private:
        words = f"{words}: {session.title}"
    page = "registrations.attendance" if machine == "registration" else "sessions.desk"
    return words, url(page, slug=session.slug)
