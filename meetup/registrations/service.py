"""What can be done with a registration, one function an arrow: the face of this feature's services.

None commits, none asks for rights, each takes the unit of work first.
"""

from __future__ import annotations

from meetup.registrations.attendance import check_in, miss, miss_the_rest, walk_in
from meetup.registrations.checks import Closed, status_of
from meetup.registrations.entry import find_registration, people_of
from meetup.registrations.invitations import InvitationResult, invite, invite_to_all
from meetup.registrations.links import manage_token, manage_url
from meetup.registrations.notices import links_again
from meetup.registrations.registering import Outcome, register
from meetup.registrations.replies import cancel, change_participants, reply
from meetup.registrations.seats import lapse_offers, move_waiting_list, waitlist_position

__all__ = [
    "Closed",
    "InvitationResult",
    "Outcome",
    "cancel",
    "change_participants",
    "check_in",
    "find_registration",
    "invite",
    "invite_to_all",
    "lapse_offers",
    "links_again",
    "manage_token",
    "manage_url",
    "miss",
    "miss_the_rest",
    "move_waiting_list",
    "people_of",
    "register",
    "reply",
    "status_of",
    "waitlist_position",
    "walk_in",
]
