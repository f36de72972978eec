"""How the core's reminders take part: the hooks that this feature implements."""

from __future__ import annotations
