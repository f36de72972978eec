"""A state machine as a table: (state, action) → state.

The four things that live in Meetup (session, registration, issue, follow-up)
each have one such table. The services move a thing by looking its arrow up, the
documentation prints the very same table, and whoever asks for an arrow that is
not drawn hears what is possible instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from meetup.errors import WrongState

#: The pseudo-state before birth, so that creation is an arrow like any other.
START = ""


class Machine:
    """A table of arrows.

    Args:
        name: what the machine is of, as errors and the activity log spell it.
        arrows: (state, action) → the state reached, or several where the caller picks one.
        final: the states that nothing leads out of. Read off the table when left
            out; when given, a table that disagrees is a mistake of ours.

    Raises:
        ValueError: if an arrow has no target, leads back to before birth, or `final`
            is not what the table says.
    """

    def __init__(
        self,
        name: str,
        arrows: Mapping[tuple[str, str], str | tuple[str, ...]],
        final: Iterable[str] | None = None,
    ) -> None:
        self.name = name
        table = {arrow: (target,) if isinstance(target, str) else tuple(target) for arrow, target in arrows.items()}
        if any(not targets or START in targets for targets in table.values()):
            raise ValueError(f"{name}: every arrow leads to a state, and none to before birth")
        self.arrows: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(table)
        # A dict keeps the order of the table, which is the order people read it in.
        seen = dict.fromkeys(one for (before, _), targets in table.items() for one in (before, *targets))
        self.states: tuple[str, ...] = tuple(state for state in seen if state != START)
        self.actions: tuple[str, ...] = tuple(dict.fromkeys(action for _, action in table))
        left = {before for before, _ in table}
        self.final: frozenset[str] = frozenset(state for state in self.states if state not in left)
        if final is not None and frozenset(final) != self.final:
            raise ValueError(f"{name}: final states are {sorted(self.final)}, not {sorted(final)}")

    def next(self, state: str, action: str, to: str | None = None) -> str:
        """The state that `action` leads to from `state`.

        Args:
            state: where the thing is; :data:`START` before it exists.
            action: the arrow's name.
            to: picks the target of an arrow that has several.

        Raises:
            WrongState: if the arrow is not drawn; it says what is possible.
            ValueError: if `to` is missing where it is needed, or is no target of the arrow.
        """
        targets = self.arrows.get((state, action))
        if targets is None:
            raise WrongState(self.name, state, action, self.possible(state))
        if to is None and len(targets) == 1:
            return targets[0]
        if to not in targets:
            raise ValueError(f"{self.name}: {action!r} from {state!r} leads to one of {targets}, not {to!r}")
        return to

    def possible(self, state: str) -> tuple[str, ...]:
        """The actions that exist from `state`, in the table's order; none from a final state."""
        return tuple(action for before, action in self.arrows if before == state)

    def as_rows(self) -> tuple[tuple[str, str, str], ...]:
        """(state, action, target) of every arrow, in the table's order, for the documentation."""
        return tuple((state, action, target) for (state, action), targets in self.arrows.items() for target in targets)

    def __repr__(self) -> str:
        return f"<Machine {self.name}: {len(self.states)} states, {len(self.arrows)} arrows>"
