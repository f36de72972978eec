"""How the core's sessions take part: the hooks that this feature implements."""

from __future__ import annotations
