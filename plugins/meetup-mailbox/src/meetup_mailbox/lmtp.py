"""Taking mail in from the operator's own mail server, by LMTP (RFC 2033)."""

from __future__ import annotations

import logging
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from meetup.api import Mount
from meetup_mailbox.addresses import programme_address
from meetup_mailbox.delivering import deliver

log = logging.getLogger(__name__)

#: What the listener takes at most, in octets: more than the parser, for what is too large to be read is kept too.
MAX_MESSAGE = 64 * 1024 * 1024


class _Handler:
    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        local, _, self.domain = programme_address(mount).rpartition("@")
        self.local = local

    async def handle_RCPT(  # noqa: N802 - the library looks for this name
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        local, _, domain = address.lower().rpartition("@")
        if domain != self.domain or not (
            local == self.local or local.startswith(f"{self.local}{self.mount.settings.mailbox_delimiter}")
        ):
            return "550 5.1.1 no such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: LMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipients, sender = list(envelope.rcpt_tos), envelope.mail_from or ""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            made = await server.loop.run_in_executor(
                None, lambda: deliver(self.mount, content, recipients=recipients, sender=sender)
            )
            line = f"250 2.0.0 {made.kind} {made.id}"
        except Exception:
            # Whatever it is: the mail server keeps the message and comes again; a 5xx would send it back.
            log.exception("a message could not be taken in")
            line = "451 4.3.0 try again later"
        # One answer for each recipient that was taken (RFC 2033 §4.2): the message was taken for all or for none.
        return "\r\n".join([line] * len(recipients))


class Listener(Controller):
    """An LMTP server on a thread of its own.

    Args:
        mount: that takes the mail in.
        host: to listen at; an operator's own mail server speaks to it, nobody else should reach it.
        port: to listen at.
    """

    def __init__(self, mount: Mount, host: str, port: int) -> None:
        super().__init__(_Handler(mount), hostname=host, port=port)

    def factory(self) -> LMTP:
        """A conversation."""
        return LMTP(self.handler, data_size_limit=MAX_MESSAGE, enable_SMTPUTF8=True, ident="meetup")
