"""Every model of the core, imported in one place so that the metadata is whole."""

from __future__ import annotations

from meetup.activity.models import Activity, ActivityHead
from meetup.departments.models import CalendarOverride, Department, Field
from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.filters.models import SavedFilter
from meetup.followups.models import Answer, Coordination, Draft, Extension, FollowUp, Progress, Transfer
from meetup.issues.models import AgendaItem, Attachment, BulkDecision, Comment, CoSigner, Issue, Message, Revision
from meetup.links import Link
from meetup.outbox.models import Mute, Outgoing, TransportState
from meetup.photos.models import Photo
from meetup.programmes.models import Programme
from meetup.registrations.models import Arrival, Participant, Registration
from meetup.reminders.models import Reminder, ReminderReplan, ReminderRule
from meetup.rest.models import ApiToken, IdempotencyKey
from meetup.scorecards.models import Fact, Period, Snapshot
from meetup.sessions.models import Series, Session
from meetup.staff.models import StaffRole, StaffUser

__all__ = [
    "Activity",
    "ActivityHead",
    "AgendaItem",
    "Answer",
    "ApiToken",
    "Arrival",
    "Attachment",
    "BulkDecision",
    "CalendarOverride",
    "CoSigner",
    "Comment",
    "Consent",
    "Contact",
    "Coordination",
    "Department",
    "Draft",
    "Enterprise",
    "Extension",
    "Fact",
    "Field",
    "FollowUp",
    "IdempotencyKey",
    "Issue",
    "Link",
    "Message",
    "Mute",
    "Outgoing",
    "Participant",
    "Period",
    "Photo",
    "Programme",
    "Progress",
    "Registration",
    "Reminder",
    "ReminderReplan",
    "ReminderRule",
    "Revision",
    "SavedFilter",
    "Series",
    "Session",
    "Snapshot",
    "StaffRole",
    "StaffUser",
    "Transfer",
    "TransportState",
]
