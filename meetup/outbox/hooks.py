"""How the core's outbox take part: the hooks that this feature implements."""

from __future__ import annotations
