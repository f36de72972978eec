"""How the core's programmes take part: the hooks that this feature implements."""

from __future__ import annotations
