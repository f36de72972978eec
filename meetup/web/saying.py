"""Errors as a reader hears them: an arrow and a state by their names on screen, never by those of the table."""

from __future__ import annotations

from meetup.errors import N_, MeetupError, WrongState
from meetup.web.current import current_mount
from meetup.web.i18n import _

#: Every action that an error may name, in words: machine → action → words. Where two machines share
#: an action's name and its words, it stands under "" once.
ACTIONS: dict[str, dict[str, str]] = {
    "": {
        "draft": N_("Draft"),
        "publish": N_("Publish"),
        "cancel": N_("Cancel"),
        "accept": N_("Take it on"),
        "decline": N_("Decline"),
        "withdraw": N_("Withdraw"),
        "merge": N_("Merge"),
        "answer": N_("Answer"),
        "reopen": N_("Reopen"),
        "confirm": N_("Confirm"),
    },
    "session": {
        "draft": N_("Draft"),
        "publish": N_("Announce"),
        "reschedule": N_("Move to another time"),
        "cancel": N_("Call the session off"),
        "hold": N_("Open the session"),
        "report": N_("Publish the report"),
        "update": N_("Edit"),
        "invite": N_("Invite"),
        "set_agenda": N_("Set the agenda"),
        "put_on_stage": N_("Put on stage"),
        "reword": N_("Mend the words of a conclusion"),
        "check_in": N_("Check in"),
        "walk_in": N_("Take in who comes unannounced"),
        "miss": N_("Mark as absent"),
        "add_photos": N_("Add photographs"),
    },
    "photo": {
        "add": N_("Add photographs"),
        "publish": N_("Publish the photograph"),
        "withhold": N_("Withhold"),
        "remove": N_("Remove for good"),
        "describe": N_("Change the words"),
        "move": N_("Change the order"),
    },
    "registration": {
        "invite": N_("Invite"),
        "accept": N_("Accept"),
        "queue": N_("Join the waiting list"),
        "tentative": N_("May come"),
        "walk_in": N_("Take in who comes unannounced"),
        "cancel": N_("Cancel the registration"),
        "attend": N_("Check in"),
        "check_in": N_("Check in"),
        "miss": N_("Mark as absent"),
        "offer": N_("Offer a seat"),
        "lapse": N_("Let the offer lapse"),
        "change_participants": N_("Change the list of people"),
    },
    "issue": {
        "submit": N_("Send the issue"),
        "request_information": N_("Ask back"),
        "accept": N_("Take it on"),
        "decline": N_("Not take it on"),
        "inform": N_("Answer the question"),
        "schedule": N_("Put on the agenda"),
        "unschedule": N_("Take off the agenda"),
        "discuss": N_("Discuss"),
        "follow_up": N_("Order a follow-up"),
        "resolve": N_("Close"),
        "write": N_("Write a message"),
        "reword": N_("Mend the words of a conclusion"),
    },
    "follow_up": {
        "assign": N_("Assign"),
        "request_transfer": N_("Ask for the transfer"),
        "accept_transfer": N_("Take it over"),
        "refuse_transfer": N_("Refuse to take it over"),
        "decide_transfer": N_("Decide who leads"),
        "verify": N_("Verify the answer"),
        "send_back": N_("Send back"),
        "lapse": N_("Close without a response"),
        "grant_extension": N_("Decide on the extension"),
        "progress": N_("Note progress"),
        "opinion": N_("Give an opinion"),
    },
    "scorecard_period": {
        "open": N_("Open the period"),
        "close": N_("Close and freeze"),
        "correct": N_("Correct it by a new version"),
        "weigh": N_("Set the weights"),
    },
    "draft": {
        "write": N_("Write a draft"),
        "rewrite": N_("Change the draft"),
        "ask": N_("Ask the head to approve it"),
        "approve": N_("Approve and send"),
        "return": N_("Return the draft"),
        "drop": N_("Drop the draft"),
    },
    "message": {"send_again": N_("Send again")},
}


def action_words(machine: str, action: str) -> str:
    """`action` as its button says it; an action of a plugin's own as it is called."""
    words = ACTIONS.get(machine, {}).get(action) or ACTIONS[""].get(action)
    return _(words) if words else action


def state_words(machine: str, state: str) -> str:
    """`state` as its badge says it."""
    if not state:
        return _("not there yet")
    drawn = current_mount().jinja.get_template("meetup/_parts/states.html").make_module({})
    return str(drawn.label(machine, state))


def say(error: MeetupError) -> str:
    """What is wrong and what to do, in the reader's language."""
    if not isinstance(error, WrongState):
        return error.say(_)
    words = {
        "action": action_words(error.machine, error.action),
        "state": state_words(error.machine, error.state),
        "possible": ", ".join(dict.fromkeys(action_words(error.machine, one) for one in error.possible)),
    }
    return _(error.message) % words
