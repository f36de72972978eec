"""What can go wrong, as one small family.

Every error carries a message that a person can act on. Messages are English
msgids with named parameters; whoever shows them (web, REST, CLI) translates
them with :meth:`MeetupError.say`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def N_(message: str) -> str:  # noqa: N802 - the name that message extractors look for
    """Mark `message` for translation without translating it yet."""
    return message


def _plain(message: str) -> str:
    return message


class MeetupError(Exception):
    """The root of every error that Meetup raises on purpose.

    Args:
        message: an English msgid, with ``%(name)s`` placeholders.
        params: what fills the placeholders.
    """

    #: The HTTP status that the web and REST layers answer with.
    status = 400
    #: A short stable name for machines (problem documents, JSON output).
    code = "error"

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params: Mapping[str, Any] = params

    def say(self, translate: Callable[[str], str] = _plain) -> str:
        """The message in the reader's language; msgids among the parameters are translated too."""
        params = {
            name: translate(value) if isinstance(value, str) and name.startswith("msg_") else value
            for name, value in self.params.items()
        }
        text = translate(self.message)
        return text % params if params else text

    def __str__(self) -> str:
        return self.say()


class Fault:
    """One wrong field: which, the rule it breaks, and how to mend it.

    Args:
        field: the field's name as the form and the API spell it.
        rule: an English msgid that states the rule.
        mend: an English msgid that says what to do; may be empty.
    """

    __slots__ = ("field", "mend", "params", "rule")

    def __init__(self, field: str, rule: str, mend: str = "", **params: Any) -> None:
        self.field = field
        self.rule = rule
        self.mend = mend
        self.params: Mapping[str, Any] = params

    def say(self, translate: Callable[[str], str] = _plain) -> str:
        """Rule and mend as one line in the reader's language."""
        parts = [translate(part) for part in (self.rule, self.mend) if part]
        text = " ".join(parts)
        return text % self.params if self.params else text

    def __repr__(self) -> str:
        return f"Fault({self.field!r}, {self.say()!r})"


class InvalidInput(MeetupError):
    """What was typed cannot be taken. Carries one :class:`Fault` or several."""

    status = 422
    code = "invalid_input"

    def __init__(self, field: str, rule: str, mend: str = "", **params: Any) -> None:
        super().__init__(rule, **params)
        self.faults: list[Fault] = [Fault(field, rule, mend, **params)]

    @classmethod
    def many(cls, faults: Iterable[Fault]) -> InvalidInput:
        """One error for all wrong fields of a form.

        Raises:
            ValueError: if `faults` is empty.
        """
        listed = list(faults)
        if not listed:
            raise ValueError("InvalidInput.many needs at least one fault")
        first = listed[0]
        error = cls(first.field, first.rule, first.mend, **dict(first.params))
        error.faults = listed
        return error

    def say(self, translate: Callable[[str], str] = _plain) -> str:
        return " ".join(fault.say(translate) for fault in self.faults)

    def by_field(self, translate: Callable[[str], str] = _plain) -> dict[str, list[str]]:
        """The faults as ``{field: [message, …]}``, for forms and problem documents."""
        found: dict[str, list[str]] = {}
        for fault in self.faults:
            found.setdefault(fault.field, []).append(fault.say(translate))
        return found


class NotAllowed(MeetupError):
    """The actor may not do this to this thing."""

    status = 403
    code = "not_allowed"

    def __init__(self, message: str = N_("You may not do this."), **params: Any) -> None:
        super().__init__(message, **params)


class NotFound(MeetupError):
    """There is no such thing, or the actor may not know that there is."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = N_("There is nothing here."), **params: Any) -> None:
        super().__init__(message, **params)


class WrongState(MeetupError):
    """An arrow that is not drawn: says what is possible instead.

    Args:
        machine: the machine's name, such as ``follow_up``.
        state: where the thing is.
        action: what was asked for.
        possible: the actions that exist from `state`, in the table's order.
    """

    status = 409
    code = "wrong_state"

    def __init__(self, machine: str, state: str, action: str, possible: Iterable[str]) -> None:
        self.machine = machine
        self.state = state
        self.action = action
        self.possible = tuple(possible)
        listed = ", ".join(self.possible)
        if listed:
            super().__init__(
                N_("“%(action)s” is not possible while this is “%(state)s”. Possible now: %(possible)s."),
                action=action,
                state=state,
                possible=listed,
            )
        else:
            super().__init__(N_("“%(action)s” is not possible: “%(state)s” is final."), action=action, state=state)


class Full(MeetupError):
    """There are not enough seats left."""

    status = 409
    code = "full"

    def __init__(self, asked: int, left: int) -> None:
        self.asked = asked
        self.left = left
        super().__init__(N_("%(asked)s seats were asked for and %(left)s are left."), asked=asked, left=left)


class Stale(MeetupError):
    """Someone else changed the thing since it was read."""

    status = 409
    code = "stale"

    def __init__(
        self,
        message: str = N_("Someone else changed this in the meantime. Look at it again, then repeat your step."),
        **params: Any,
    ) -> None:
        super().__init__(message, **params)


class Refused(MeetupError):
    """A plugin's rule says no, and says why.

    Args:
        reason: an English msgid or a text already in the reader's language.
        plugin: the plugin's name, filled in by the plugin manager when absent.
    """

    status = 409
    code = "refused"

    def __init__(self, reason: str, plugin: str = "", **params: Any) -> None:
        super().__init__(reason, **params)
        self.plugin = plugin


class BadConfiguration(MeetupError):
    """Settings cannot be used as they are; lists every fault with its mend."""

    status = 500
    code = "bad_configuration"

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults).replace("%", "%%"))

    def __str__(self) -> str:
        return "\n".join(self.faults)
