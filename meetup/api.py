"""What plugins and hosts may import, by name; all else may change without notice."""

from __future__ import annotations

from meetup.access import Actor, can
from meetup.activity.queries import timeline
from meetup.config import Setting
from meetup.db import Base, BigKey, Row, Stateful, UTCDateTime, guarded_update
from meetup.domain.events import Change
from meetup.domain.machine import Machine
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
from meetup.mount import Identity, Mount, mounts
from meetup.outbox.notice import Calendar, Expired, Notice, Prepared, Superseded
from meetup.outbox.service import enqueue
from meetup.plugins.hookspecs import hookimpl
from meetup.plugins.slots import SLOTS, Panel
from meetup.storage import FolderStorage, Storage
from meetup.web.current import current_actor, current_mount, current_work, link
from meetup.web.forms import Form, submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _, lazy, ngettext
from meetup.web.nav import Entry
from meetup.web.pages import page
from meetup.web.paging import Page, paged, unpack
from meetup.work import Work, change, create, edit

__all__ = [
    "N_",
    "SLOTS",
    "Actor",
    "Base",
    "BigKey",
    "Calendar",
    "Change",
    "Entry",
    "Expired",
    "Fault",
    "FolderStorage",
    "Form",
    "Full",
    "Identity",
    "InvalidInput",
    "Machine",
    "MeetupError",
    "Mount",
    "NotAllowed",
    "NotFound",
    "Notice",
    "Page",
    "Panel",
    "Prepared",
    "Refused",
    "Row",
    "Setting",
    "Stale",
    "Stateful",
    "Storage",
    "Superseded",
    "UTCDateTime",
    "Work",
    "WrongState",
    "_",
    "allow",
    "can",
    "change",
    "create",
    "current_actor",
    "current_mount",
    "current_work",
    "edit",
    "enqueue",
    "guarded_update",
    "hookimpl",
    "lazy",
    "link",
    "mounts",
    "ngettext",
    "page",
    "paged",
    "require",
    "submit",
    "timeline",
    "unpack",
]
