"""How the core's registrations take part: the hooks that this feature implements."""

from __future__ import annotations
