"""How the core's issues take part: the hooks that this feature implements."""

from __future__ import annotations
