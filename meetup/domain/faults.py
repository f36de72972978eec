"""Collecting what is wrong with an input, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from meetup.domain.text import clean
from meetup.errors import N_, Fault, InvalidInput

Value = TypeVar("Value")

EMPTY = N_("This is empty.")
FILL_IN = N_("Please fill it in.")


def plain(text: str | None, limit: int = 200) -> str:
    """`text` for a search or a look-up: nothing in it that a database could choke on, and never an error."""
    return "".join(char for char in text or "" if char.isprintable())[:limit].strip()


class Faults:
    """The faults of one input, gathered field by field; :meth:`stop` raises them together."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, field: str, rule: str, mend: str = "", **params: Any) -> None:
        """Note one fault."""
        self.found.append(Fault(field, rule, mend, **params))

    def attempt(self, call: Callable[[], Value], default: Value) -> Value:
        """What `call` gives; its faults are noted, and then `default` stands in."""
        try:
            return call()
        except InvalidInput as error:
            self.found.extend(error.faults)
            return default

    def text(self, field: str, value: Any, limit: int, *, required: bool = False, multiline: bool = False) -> str:
        """`value` cleaned; noted if it is no text, too long, or empty though required."""
        if value is not None and not isinstance(value, str):
            self.add(field, N_("This is no text."), N_("Write words."))
            return ""
        before = len(self.found)
        text = self.attempt(lambda: clean(value or "", field=field, multiline=multiline, max_length=limit), "")
        if required and not text and len(self.found) == before:
            self.add(field, EMPTY, FILL_IN)
        return text

    def choice(self, field: str, value: Any, allowed: Sequence[str]) -> str:
        """`value` if it is one of `allowed`, otherwise noted."""
        if value in allowed:
            return str(value)
        self.add(field, N_("This is none of the choices."), N_("Choose one of them."))
        return allowed[0]

    def number(self, field: str, value: Any, low: int, high: int) -> int:
        """`value` as a whole number from `low` to `high`."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.add(field, N_("This is no whole number."), N_("Write digits only."))
            return low
        if not low <= value <= high:
            self.add(field, N_("This is not between %(low)s and %(high)s."), "", low=low, high=high)
            return low
        return value

    def web_address(self, field: str, value: Any, limit: int = 500) -> str:
        """`value` as an http or https address, or empty."""
        text = self.text(field, value, limit)
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(text) & set(' "<>\\^`{|}')
        except ValueError:
            good = False
        if not good:
            self.add(field, N_("This is no web address."), N_("It begins with https:// or http://."))
            return ""
        return text

    def zone(self, field: str, value: Any, default: str) -> str:
        """`value` as the name of a time zone; `default` for an empty one."""
        text = self.text(field, value, 60) or default
        try:
            ZoneInfo(text)
        except (ValueError, OSError, LookupError):
            self.add(field, N_("There is no such time zone."), N_("Use an IANA name such as Asia/Ho_Chi_Minh."))
            return default
        return text

    def stop(self) -> None:
        """Go on only if nothing was wrong.

        Raises:
            InvalidInput: with every fault.
        """
        if self.found:
            raise InvalidInput.many(self.found)
