"""What happened: one change of state, as listeners and plugins are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """A state that changes, or has changed.

    Args:
        machine: ``session``, ``registration``, ``issue`` or ``follow_up``.
        action: the arrow's name.
        before: the state left; empty at birth.
        after: the state reached.
        thing: what changed.
        details: plain values for the log; nothing personal that need not be there.
    """

    machine: str
    action: str
    before: str
    after: str
    thing: Any
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The change's name: ``issue.accept``."""
        return f"{self.machine}.{self.action}"
