"""How the core's departments take part: the hooks that this feature implements."""

from __future__ import annotations
