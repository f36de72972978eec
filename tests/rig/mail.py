"""A real SMTP server on a socket, which keeps what it gets and answers as a test tells it to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mail(EmailMessage):
    """A message as it arrived: the parsed message, its envelope, and the very bytes."""

    envelope_from: str
    envelope_to: tuple[str, ...]
    raw: bytes

    def part(self, content_type: str) -> str:
        """The text of the first part of that type: ``mail.part("text/html")``."""
        for part in self.walk():
            if part.get_content_type() == content_type:
                content = part.get_content()
                return content if isinstance(content, str) else bytes(content).decode()
        raise AssertionError(f"no {content_type} in {[part.get_content_type() for part in self.walk()]}")

    @property
    def text(self) -> str:
        """What people read in plain text."""
        return self.part("text/plain")

    @property
    def html(self) -> str:
        """What people read in HTML."""
        return self.part("text/html")

    @property
    def calendar(self) -> bytes:
        """The iCalendar part, as bytes with its own line ends."""
        for part in self.walk():
            if part.get_content_type() == "text/calendar":
                return bytes(part.get_payload(decode=True))
        raise AssertionError("no text/calendar in it")


@dataclass(frozen=True)
class _Scripted:
    reply: str = ""
    drop: bool = False
    keep: bool = False
    delay: float = 0.0


class SmtpServer:
    """The mail server of a test. Thread-safe: the server runs in a thread of its own."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self._lock = threading.Lock()
        self._messages: list[Mail] = []
        self._scripts: defaultdict[str, deque[_Scripted]] = defaultdict(deque)
        self._controller: Controller | None = None

    @property
    def messages(self) -> list[Mail]:
        """Everything accepted so far, in order of arrival."""
        with self._lock:
            return list(self._messages)

    def to(self, address: str) -> list[Mail]:
        """What `address` has been sent, by the envelope."""
        return [mail for mail in self.messages if address.lower() in {to.lower() for to in mail.envelope_to}]

    def last(self, address: str = "") -> Mail:
        """The newest message, or the newest to `address`."""
        found = self.to(address) if address else self.messages
        if not found:
            raise AssertionError(
                f"no mail to {address or 'anyone'}; sent: {[mail.envelope_to for mail in self.messages]}"
            )
        return found[-1]

    def clear(self) -> None:
        """Forget what arrived."""
        with self._lock:
            self._messages.clear()

    def answer_next(self, command: str, reply: str, *, times: int = 1, delay: float = 0.0) -> None:
        """Answer the next `command` (EHLO, MAIL, RCPT, DATA) with `reply`, such as ``550 5.1.1 no such user``.

        A refused DATA is refused after the content, as most servers do.
        """
        self._script(command, _Scripted(reply=reply, delay=delay), times)

    def drop_next(self, command: str, *, times: int = 1, keep: bool = False) -> None:
        """Cut the connection at the next `command` without an answer.

        Args:
            command: EHLO, MAIL, RCPT or DATA (there after the content).
            times: how often.
            keep: for DATA: the message counts as accepted although the sender never hears so.
        """
        self._script(command, _Scripted(drop=True, keep=keep), times)

    def _script(self, command: str, scripted: _Scripted, times: int) -> None:
        with self._lock:
            self._scripts[command.upper()].extend([scripted] * times)

    def start(self) -> None:
        """Listen; again on the same port after :meth:`stop`."""
        for attempt in range(10):
            port = self.port or _free_port()
            controller = Controller(_Handler(self), hostname=self.host, port=port, ready_timeout=20)
            try:
                controller.start()
            except OSError:
                # Somebody took the port in between.
                if attempt == 9:
                    raise
                continue
            self.port, self._controller = port, controller
            return

    def stop(self) -> None:
        """Refuse connections, as a server that is down does."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def take_script(self, command: str) -> _Scripted | None:
        """What the next `command` is to be answered with, if that is told."""
        with self._lock:
            waiting = self._scripts[command]
            return waiting.popleft() if waiting else None

    def keep(self, envelope: Envelope) -> None:
        """Keep an accepted message."""
        raw = bytes(envelope.original_content or b"")
        mail = email.message_from_bytes(raw, _class=Mail, policy=email.policy.default)  # type: ignore[call-overload]
        mail.envelope_from = str(envelope.mail_from or "")
        mail.envelope_to = tuple(envelope.rcpt_tos)
        mail.raw = raw
        with self._lock:
            self._messages.append(mail)


class _Handler:
    """aiosmtpd's hooks; each looks first at what the test has told."""

    def __init__(self, mailbox: SmtpServer) -> None:
        self.mailbox = mailbox

    async def _told(self, command: str, server: SMTP, envelope: Envelope | None = None) -> str | None:
        scripted = self.mailbox.take_script(command)
        if scripted is None:
            return None
        if scripted.delay:
            await asyncio.sleep(scripted.delay)
        if scripted.drop:
            if scripted.keep and envelope is not None:
                self.mailbox.keep(envelope)
            transport: Any = server.transport
            transport.abort()
            return "421 gone"
        return scripted.reply

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        told = await self._told("EHLO", server)
        if told is not None:
            return [told]
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        told = await self._told("MAIL", server)
        if told is not None:
            return told
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        told = await self._told("RCPT", server)
        if told is not None:
            return told
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        told = await self._told("DATA", server, envelope)
        if told is not None:
            return told
        self.mailbox.keep(envelope)
        return "250 2.0.0 taken"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """The mail server: ``smtp.to(address)``, ``smtp.last()``, ``smtp.answer_next("RCPT", "550 no")``."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()
