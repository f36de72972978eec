"""How the core's scorecards take part: the hooks that this feature implements."""

from __future__ import annotations
