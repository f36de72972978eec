"""A chat service as a channel of the outbox."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from email.message import EmailMessage

from meetup.api import Mount, Outgoing, TransportError
from meetup_chat.messenger import Blocked, Busy, Messenger, Moved
from meetup_chat.models import Room
from meetup_chat.rooms import move, switch_off

#: Whoever asks for more patience than this is asked again nevertheless.
MOST_PATIENCE = 3_600


class ChatChannel:
    """Says the text part of a message in its room.

    Args:
        mount: where the rooms stand.
        messenger: the service.
    """

    def __init__(self, mount: Mount, messenger: Messenger) -> None:
        self.name = messenger.name
        self.messenger = messenger
        self._mount = mount
        self._quiet_until: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def send(self, message: EmailMessage, row: Outgoing) -> None:
        """Say it.

        Raises:
            TransportError: if it was not taken.
        """
        key = int(row.context["room"])
        now = self._mount.clock()
        with self._lock:
            quiet = self._quiet_until.get(key)
        if quiet is not None and now < quiet:
            raise Busy("the service asked for patience")
        with self._mount.work(write=False) as work:
            room = work.db.get(Room, key)
        if room is None:
            raise TransportError("the room is no more", permanent=True, scope="recipient")
        part = message.get_body(("plain",))
        text = part.get_content().strip() if part is not None else ""
        try:
            self._say(key, room.address, text)
        except Busy as error:
            if error.seconds > 0:
                with self._lock:
                    self._quiet_until[key] = now + timedelta(seconds=min(error.seconds, MOST_PATIENCE))
            raise
        except Blocked as error:
            with self._mount.work() as work:
                switch_off(work, work.get(Room, key), error.text)
                work.commit()
            raise

    def _say(self, key: int, address: str, text: str) -> None:
        try:
            self.messenger.send(address, text)
        except Moved as moved:
            with self._mount.work() as work:
                move(work, work.get(Room, key), moved.address)
                work.commit()
            try:
                self.messenger.send(moved.address, text)
            except Moved:
                raise Busy("the room has moved twice") from None

    def close(self) -> None:
        """Nothing is kept open."""


def channels_of(mount: Mount) -> dict[str, ChatChannel]:
    """The chat services that this site has, by name."""
    return {name: one for name, one in mount.channels.items() if isinstance(one, ChatChannel)}
