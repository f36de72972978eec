"""Ways for a message to leave: what a channel is, and how it says that it could not."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal, Protocol

from meetup.outbox.models import Outgoing

#: Whom a failure is about: this recipient, the way itself, or this message's content.
Scope = Literal["recipient", "transport", "content"]


class TransportError(Exception):
    """A message could not be handed over.

    Args:
        text: the other side's own words.
        permanent: whether the same try later would be answered alike.
        scope: whom it is about.
        maybe_sent: whether the other side may have taken the message nevertheless.
        unknown_recipient: whether the other side said that there is no such address.
        about_message: whether it came only after this message had been announced, not at connecting or signing in.
    """

    def __init__(
        self,
        text: str,
        *,
        permanent: bool,
        scope: Scope = "transport",
        maybe_sent: bool = False,
        unknown_recipient: bool = False,
        about_message: bool = False,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.permanent = permanent
        self.scope = scope
        self.maybe_sent = maybe_sent
        self.unknown_recipient = unknown_recipient
        self.about_message = about_message


class Settled(EmailMessage):
    """A message that is built to the end, with its bytes, so that nobody needs to make them again."""

    content: bytes = b""


class Channel(Protocol):
    """A way for messages to leave.

    The worker renders every message as a mail first; a channel that cannot carry
    one takes its text part. ``send`` is called outside of any transaction.
    """

    #: What ``Outgoing.channel`` says to come here.
    name: str

    def send(self, message: EmailMessage, row: Outgoing) -> None:
        """Hand `message` over, or raise :class:`TransportError`.

        Must be done, one way or the other, within :data:`SEND_SECONDS`.
        """
        ...

    def close(self) -> None:
        """Let go of connections; called when the queue is empty and at the end."""
        ...


#: How long one handing over may take: less than a lease, so that nobody else takes the row meanwhile.
SEND_SECONDS = 100


@dataclass(frozen=True)
class Envelope:
    """Where answers to one message and its bounces go (rule C4).

    Args:
        reply_to: the address that people's answers reach, for Reply-To; empty: the programme's own.
        return_path: the address that bounces reach, for MAIL FROM (RFC 5321 §3.3); empty: the programme's own.
    """

    reply_to: str = ""
    return_path: str = ""
