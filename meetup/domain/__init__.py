"""The rules of business coffee meetings, pure: no Flask, no database, no clock.

Everything here is a frozen dataclass or a function of its arguments; ``now`` is
always one of them. The standard library, ``icalendar``, ``dateutil`` and ``holidays``
are all that it needs. The names that speak for themselves are here; the others are in the
module of their subject, such as ``meetup.domain.reminders.allowed``.
"""

from __future__ import annotations

from meetup.domain.agenda import overflow, starting_times
from meetup.domain.bounces import Bounce, bounces_in, is_automatic
from meetup.domain.cards import FollowUpCard, Organizer, Person, SessionCard, raises_sequence
from meetup.domain.events import Change
from meetup.domain.feeds import feed, todo_feed
from meetup.domain.followups import (
    FOLLOW_UP,
    OPEN,
    OWES_ANSWER,
    Custody,
    check_extension,
    check_transfer,
    is_overdue,
    may_decide_transfer,
)
from meetup.domain.indices import Normalised, component_total, normalise
from meetup.domain.invites import cancellation, invitation
from meetup.domain.issues import CHANNELS, ISSUE, KINDS, OUTCOMES, VISIBILITIES, check_outcome, says_something
from meetup.domain.machine import START, Machine
from meetup.domain.mailparts import CalendarPart, Unreadable, calendar_parts, read_message
from meetup.domain.photos import PHOTO
from meetup.domain.privacy import find_personal_data, mask_email, mask_personal_id
from meetup.domain.recurrence import Rule, parse_rule, rule_words
from meetup.domain.registrations import (
    HOLDS_SEAT,
    LIVE,
    PARTSTAT,
    REGISTRATION,
    Offers,
    SeatBook,
    Waiting,
    next_offers,
    offer_lapses_at,
    seat_at_once,
)
from meetup.domain.reminders import Offset, Reminder, parse_escalation, parse_offsets, whom_to_tell
from meetup.domain.replies import Reply, mail_address, parse_replies, replies_in
from meetup.domain.scoring import rank, tally
from meetup.domain.series import expand, realign, without_holidays
from meetup.domain.sessions import SERIES, SESSION, check_times, registration_open, registration_status
from meetup.domain.text import clean, collation_key, fold, given_name_key, slug
from meetup.domain.walltime import wall_to_utc
from meetup.domain.workdays import VIETNAM_2026_OVERRIDES, WorkCalendar, day_end, end_of_day

__all__ = [
    "CHANNELS",
    "FOLLOW_UP",
    "HOLDS_SEAT",
    "ISSUE",
    "KINDS",
    "LIVE",
    "OPEN",
    "OUTCOMES",
    "OWES_ANSWER",
    "PARTSTAT",
    "PHOTO",
    "REGISTRATION",
    "SERIES",
    "SESSION",
    "START",
    "VIETNAM_2026_OVERRIDES",
    "VISIBILITIES",
    "Bounce",
    "CalendarPart",
    "Change",
    "Custody",
    "FollowUpCard",
    "Machine",
    "Normalised",
    "Offers",
    "Offset",
    "Organizer",
    "Person",
    "Reminder",
    "Reply",
    "Rule",
    "SeatBook",
    "SessionCard",
    "Unreadable",
    "Waiting",
    "WorkCalendar",
    "bounces_in",
    "calendar_parts",
    "cancellation",
    "check_extension",
    "check_outcome",
    "check_times",
    "check_transfer",
    "clean",
    "collation_key",
    "component_total",
    "day_end",
    "end_of_day",
    "expand",
    "feed",
    "find_personal_data",
    "fold",
    "given_name_key",
    "invitation",
    "is_automatic",
    "is_overdue",
    "mail_address",
    "mask_email",
    "mask_personal_id",
    "may_decide_transfer",
    "next_offers",
    "normalise",
    "offer_lapses_at",
    "overflow",
    "parse_escalation",
    "parse_offsets",
    "parse_replies",
    "parse_rule",
    "raises_sequence",
    "rank",
    "read_message",
    "realign",
    "registration_open",
    "registration_status",
    "replies_in",
    "rule_words",
    "says_something",
    "seat_at_once",
    "slug",
    "starting_times",
    "tally",
    "todo_feed",
    "wall_to_utc",
    "whom_to_tell",
    "without_holidays",
]
