"""The channel interface: what a chat service has to be able to do, and how it says that it could not."""

from __future__ import annotations

from typing import Protocol

from meetup.api import TransportError


class Blocked(TransportError):
    """This room is closed to us for good: it is switched off, with the service's words."""

    def __init__(self, text: str) -> None:
        super().__init__(text, permanent=True, scope="recipient")


class Busy(TransportError):
    """Not now.

    Args:
        text: the service's words.
        seconds: how long nothing is to be sent to this room; 0: not said.
    """

    def __init__(self, text: str, seconds: int = 0) -> None:
        super().__init__(text, permanent=False, scope="recipient")
        self.seconds = seconds


class Moved(Exception):
    """The room has another address now.

    Args:
        address: which.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Unwell(TransportError):
    """The service takes nothing from us (a wrong token): an alarm; everything waits, nothing is given up."""

    def __init__(self, text: str) -> None:
        super().__init__(text, permanent=True)


class Messenger(Protocol):
    """A chat service. Give it to :class:`meetup_chat.channel.ChatChannel` in your plugin's ``meetup_channels``."""

    #: The channel's name, at most 20 characters.
    name: str
    #: What people call it.
    label: str
    #: An English msgid: what an address looks like.
    hint: str

    def takes(self, address: str) -> bool:
        """Whether `address` can be one of this service's rooms at all; asks nobody."""
        ...

    def send(self, address: str, text: str) -> None:
        """Say `text` there, within 90 seconds.

        Raises:
            Blocked: if the room is closed to us for good.
            Busy: if it is to be tried later.
            Moved: if the room has another address; it is tried there at once.
            Unwell: if the service takes nothing from us.
            TransportError: for all else, as every channel of the outbox says it.
        """
        ...
