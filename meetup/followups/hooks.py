"""How the core's followups take part: the hooks that this feature implements."""

from __future__ import annotations
