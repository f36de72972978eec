"""The core's own parts that stand on the hooks which plugins use."""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Modules with hook implementations, by feature. Each is the core's user of at least one hook.
_MODULES = {
    "programmes": "meetup.programmes.hooks",
    "departments": "meetup.departments.hooks",
    "enterprises": "meetup.enterprises.hooks",
    "sessions": "meetup.sessions.hooks",
    "registrations": "meetup.registrations.hooks",
    "photos": "meetup.photos.hooks",
    "issues": "meetup.issues.hooks",
    "followups": "meetup.followups.hooks",
    "filters": "meetup.filters.hooks",
    "reminders": "meetup.reminders.hooks",
    "scorecards": "meetup.scorecards.hooks",
    "outbox": "meetup.outbox.hooks",
    "previews": "meetup.previews.hooks",
    "search": "meetup.search.hooks",
    "staff": "meetup.staff.hooks",
    "web": "meetup.web.hooks",
    "rest": "meetup.rest.hooks",
    "privacy": "meetup.privacy.hooks",
}

PARTS: list[tuple[str, Any]] = [(name, import_module(module)) for name, module in _MODULES.items()]
