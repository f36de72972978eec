"""What plugins and hosts may import, by name; all else may change without notice."""

from __future__ import annotations

from meetup.access import Actor, can
from meetup.activity.queries import timeline
from meetup.commands import Failure
from meetup.config import Setting
from meetup.db import Base, BigKey, Row, Stateful, UTCDateTime, guarded_update
from meetup.departments.importing import DepartmentRows
from meetup.departments.models import Department, Field
from meetup.departments.service import create_department, create_field
from meetup.domain.bounces import Bounce, bounces_in, is_automatic
from meetup.domain.cards import Person
from meetup.domain.events import Change
from meetup.domain.faults import Faults
from meetup.domain.machine import Machine
from meetup.domain.mailparts import Unreadable, read_message
from meetup.domain.replies import Reply, mail_address, replies_in
from meetup.enterprises.models import Contact
from meetup.enterprises.service import has_consent, mark_address_dead
from meetup.errors import (
    N_,
    Fault,
    Full,
    InvalidInput,
    MeetupError,
    NotAllowed,
    NotFound,
    Refused,
    Stale,
    WrongState,
)
from meetup.followups.models import FollowUp
from meetup.issues.forms import CHANNEL_WORDS as CHANNELS
from meetup.issues.intake import submit as submit_issue
from meetup.issues.models import Issue
from meetup.issues.service import inform as inform_issue
from meetup.issues.threads import write as write_message
from meetup.issues.values import Upload
from meetup.links import revoke as revoke_link
from meetup.mount import Identity, Mount, mounts
from meetup.outbox.addresses import bounced as address_bounced
from meetup.outbox.addresses import is_muted
from meetup.outbox.deadletters import send_again
from meetup.outbox.headers import row_of_message_id
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Calendar, Expired, Notice, Prepared, Superseded
from meetup.outbox.service import enqueue
from meetup.outbox.transports import Channel, Envelope, TransportError
from meetup.plugins.figures import Figure
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import SLOTS, Panel
from meetup.privacy.held import Held
from meetup.programmes.models import Programme
from meetup.programmes.service import create_programme, rule
from meetup.registrations.calendars import calendar_for
from meetup.registrations.letters import context_of as registration_context
from meetup.registrations.links import holder as link_holder
from meetup.registrations.models import Registration
from meetup.registrations.service import change_participants, people_of, reply
from meetup.scorecards.achievements import Achievements, achievements
from meetup.scorecards.published import FrozenCard, FrozenComponent, FrozenPeriod, FrozenVersion, frozen_periods
from meetup.sessions.editing import update as update_session
from meetup.sessions.models import Session
from meetup.sessions.service import draft as draft_session
from meetup.sessions.service import publish as publish_session
from meetup.storage import FolderStorage, Storage
from meetup.tables.columns import Cells, Column
from meetup.tables.taking import Taken, Taker, take_rows
from meetup.tables.writing import write_csv, write_xlsx
from meetup.web.behind import keep_secret, subject_behind
from meetup.web.current import current_actor, current_mount, current_work, link
from meetup.web.fields import AtMost, DayField, FieldList, Needed
from meetup.web.formats import name_of
from meetup.web.forms import Form, submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _, in_locale, lazy, ngettext
from meetup.web.nav import Entry
from meetup.web.pages import page
from meetup.web.paging import Page, paged, unpack
from meetup.web.saying import say
from meetup.work import Work, change, create, edit

__all__ = [
    "CHANNELS",
    "N_",
    "SLOTS",
    "Achievements",
    "Actor",
    "AtMost",
    "Base",
    "BigKey",
    "Bounce",
    "Calendar",
    "Cells",
    "Change",
    "Channel",
    "Column",
    "Contact",
    "DayField",
    "Department",
    "DepartmentRows",
    "Entry",
    "Envelope",
    "Expired",
    "Failure",
    "Fault",
    "Faults",
    "Field",
    "FieldList",
    "Figure",
    "FolderStorage",
    "FollowUp",
    "Form",
    "FrozenCard",
    "FrozenComponent",
    "FrozenPeriod",
    "FrozenVersion",
    "Full",
    "Held",
    "Identity",
    "InvalidInput",
    "Issue",
    "Machine",
    "MeetupError",
    "Mount",
    "Needed",
    "NotAllowed",
    "NotFound",
    "Notice",
    "Outgoing",
    "Page",
    "Panel",
    "Person",
    "Prepared",
    "Programme",
    "Refused",
    "Registration",
    "Reply",
    "Row",
    "Session",
    "Setting",
    "Stale",
    "Stateful",
    "Storage",
    "Superseded",
    "Taken",
    "Taker",
    "TransportError",
    "UTCDateTime",
    "Unreadable",
    "Upload",
    "Work",
    "WrongState",
    "_",
    "achievements",
    "address_bounced",
    "allow",
    "bounces_in",
    "calendar_for",
    "can",
    "change",
    "change_participants",
    "create",
    "create_department",
    "create_field",
    "create_programme",
    "current_actor",
    "current_mount",
    "current_work",
    "draft_session",
    "edit",
    "enqueue",
    "frozen_periods",
    "guarded_update",
    "has_consent",
    "hookimpl",
    "in_locale",
    "inform_issue",
    "is_automatic",
    "is_muted",
    "keep_secret",
    "lazy",
    "link",
    "link_holder",
    "mail_address",
    "mark_address_dead",
    "mounts",
    "name_of",
    "ngettext",
    "page",
    "paged",
    "people_of",
    "publish_session",
    "read_message",
    "registration_context",
    "replies_in",
    "reply",
    "require",
    "revoke_link",
    "row_of_message_id",
    "rule",
    "say",
    "send_again",
    "subject_behind",
    "submit",
    "submit_issue",
    "take_rows",
    "timeline",
    "unpack",
    "update_session",
    "write_csv",
    "write_message",
    "write_xlsx",
]
