"""A state machine as a table: (state, action) → state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meetup.errors import WrongState

#: The state before birth, so that creation is an arrow like any other.
START = ""


class Machine:
    """A table of arrows.

    Args:
        name: what the machine is of, as errors and the activity log spell it.
        arrows: (state, action) → the state reached, or several where the caller picks one.
    """

    def __init__(self, name: str, arrows: Mapping[tuple[str, str], str | tuple[str, ...]]) -> None:
        self.name = name
        self.arrows: dict[tuple[str, str], tuple[str, ...]] = {
            arrow: (target,) if isinstance(target, str) else tuple(target) for arrow, target in arrows.items()
        }
        states: dict[str, None] = {}
        for (state, _action), targets in self.arrows.items():
            for one in (state, *targets):
                if one != START:
                    states[one] = None
        self.states: tuple[str, ...] = tuple(states)
        self.actions: tuple[str, ...] = tuple(dict.fromkeys(action for _, action in self.arrows))

    def next(self, state: str, action: str, to: str | None = None) -> str:
        """The state that `action` leads to from `state`.

        Args:
            to: picks the target of an arrow that has several.

        Raises:
            WrongState: if the arrow is not drawn; it says what is possible.
            ValueError: if `to` is missing where it is needed, or is not a target of the arrow.
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
        """The actions that exist from `state`, in the table's order."""
        return tuple(action for before, action in self.arrows if before == state)

    def as_rows(self) -> Iterator[tuple[str, str, str]]:
        """(state, action, target) for every arrow, for the documentation."""
        for (state, action), targets in self.arrows.items():
            for target in targets:
                yield state, action, target
