"""Mail over SMTP, with Flask-Mail's settings and signals and a connection of our own.

Flask-Mail stays what hosts know: its ``MAIL_*`` settings, ``record_messages`` and
``email_dispatched``. What it sends and how is ours (rule F10): the message is one
that we built, the connection has timeouts, is kept open for several messages, and
says at which step of the dialogue (RFC 5321) the server refused.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

import flask_mail
from flask import Flask, current_app

from meetup.outbox import headers
from meetup.outbox.models import Outgoing
from meetup.outbox.transports import SEND_SECONDS, Settled, TransportError

CONNECT_SECONDS = 10
READ_SECONDS = 60
#: A connection is kept for so many messages, and for so many idle seconds.
KEEP_MESSAGES = 100
KEEP_SECONDS = 60

_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})\b")


class HungUp(TransportError):
    """The server closed the connection, or said that it will (421), before the message was begun."""

    def __init__(self, text: str) -> None:
        super().__init__(text, permanent=False)


def refusal(step: str, code: int, answer: bytes | str) -> TransportError:
    """What a server's answer means (rule F3).

    Args:
        step: ``CONNECT``, ``EHLO``, ``TLS``, ``AUTH``, ``MAIL``, ``RCPT``, ``DATA``; ``CONTENT`` for the final answer.
        code: the answer's code; not positive when what came was no answer at all.
        answer: the server's own words.
    """
    words = headers.clean(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
    text = f"{step}: {code} {words}"
    if code <= 0 and step == "CONTENT":
        return TransportError(text, permanent=False, maybe_sent=True)
    if code == 421 or code <= 0:
        return HungUp(text)
    if code < 500:
        about_message = step in {"MAIL", "RCPT", "DATA", "CONTENT"}
        return TransportError(text, permanent=False, scope="recipient" if about_message else "transport")
    if step == "RCPT":
        return TransportError(text, permanent=True, scope="recipient", unknown_recipient=_is_unknown(code, words))
    if step == "CONTENT" and code in {552, 554}:
        return TransportError(text, permanent=True, scope="content")
    return TransportError(text, permanent=True, about_message=step in {"MAIL", "DATA", "CONTENT"})


def _is_unknown(code: int, words: str) -> bool:
    """Whether there is no such address: 5.1.x (RFC 3463), or a bare 550, 551 or 553."""
    enhanced = _ENHANCED.match(words)
    return enhanced[2] == "1" if enhanced else code in {550, 551, 553}


class Letter(flask_mail.Message):
    """A message that was built already, in the shape that Flask-Mail's signals carry."""

    def __init__(self, built: EmailMessage, recipient: str, sender: str) -> None:
        plain, html = (built.get_body((kind,)) for kind in ("plain", "html"))
        super().__init__(
            subject=str(built["Subject"] or ""),
            recipients=[recipient],
            sender=sender,
            body=plain.get_content() if plain else None,
            html=html.get_content() if html else None,
        )
        self.msgId = str(built["Message-ID"] or "")
        self.built = built
        self.envelope = (sender, recipient)

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can take it."""
        return not all(address.isascii() for address in self.envelope)

    def as_bytes(self) -> bytes:
        """The message as it goes over the wire."""
        return (self.built.content if isinstance(self.built, Settled) else b"") or self.built.as_bytes()

    def as_string(self) -> str:
        """The same as text."""
        return self.as_bytes().decode()


class Line(flask_mail.Connection):
    """One SMTP connection."""

    host: smtplib.SMTP | None

    def __init__(self, app: Flask) -> None:
        super().__init__(app.extensions["mail"])
        self.app = app
        self.idle_since = time.monotonic()
        #: When the present handing over has to be done, by ``time.monotonic()``.
        self.deadline = 0.0

    def open(self) -> None:
        """Connect, and sign in where the settings say so; nothing if sending is suppressed.

        Raises:
            TransportError: if that fails.
        """
        self.num_emails = 0
        self.host = None if self.mail.suppress else self.configure_host()

    def configure_host(self) -> smtplib.SMTP:
        """A connection with timeouts, whose certificate is looked at."""
        mail = self.mail
        name = self.app.config.get("MAIL_LOCAL_HOSTNAME")
        context = ssl.create_default_context()
        if not self.app.config.get("MAIL_VERIFY_CERTIFICATE", True):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        step = "CONNECT"
        host: smtplib.SMTP | None = None
        try:
            if mail.use_ssl:
                host = smtplib.SMTP_SSL(mail.server, mail.port, name, timeout=CONNECT_SECONDS, context=context)
            else:
                host = smtplib.SMTP(mail.server, mail.port, name, timeout=CONNECT_SECONDS)
            host.set_debuglevel(int(mail.debug))
            self._patience(host)
            step = "EHLO"
            host.ehlo_or_helo_if_needed()
            if mail.use_tls:
                step = "TLS"
                host.starttls(context=context)
            if mail.username and mail.password:
                step = "AUTH"
                host.login(mail.username, mail.password)
        except (OSError, smtplib.SMTPException) as error:
            if host is not None:
                host.close()
            raise _fault(step, error) from error
        return host

    def alive(self) -> bool:
        """Whether the connection can take one more message: not too old, and the server answers."""
        if self.host is None:
            return bool(self.mail.suppress)
        if self.num_emails >= KEEP_MESSAGES or time.monotonic() - self.idle_since > KEEP_SECONDS:
            return False
        try:
            self._patience(self.host)
            return self.host.noop()[0] == 250 and self.host.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def hand_over(self, message: Letter, envelope_from: str) -> None:
        """Hand one message over, and tell Flask-Mail's listeners.

        Raises:
            TransportError: with the server's own words.
        """
        if self.host is not None:
            self._dialogue(self.host, message, envelope_from)
        flask_mail.email_dispatched.send(current_app._get_current_object(), message=message)  # type: ignore[attr-defined]
        self.num_emails += 1
        self.idle_since = time.monotonic()

    def _dialogue(self, host: smtplib.SMTP, message: Letter, sender: str) -> None:
        content = message.as_bytes()
        step = "MAIL"
        try:
            self._patience(host)
            options = self._options(host, message, len(content))
            code, answer = host.mail(sender, options)
            if code != 250:
                raise refusal(step, code, answer)
            step = "RCPT"
            self._patience(host)
            code, answer = host.rcpt(message.envelope[1])
            if code not in {250, 251}:
                raise refusal(step, code, answer)
            step = "CONTENT"
            self._patience(host, answers=2)
            try:
                code, answer = host.data(content)
            except smtplib.SMTPDataError as error:
                raise refusal("DATA", error.smtp_code, error.smtp_error) from error
            if code != 250:
                raise refusal(step, code, answer)
        except (OSError, smtplib.SMTPException) as error:
            raise _fault(step, error) from error

    def _options(self, host: smtplib.SMTP, message: Letter, size: int) -> list[str]:
        options = []
        if host.has_extn("size"):
            limit = host.esmtp_features["size"]
            if limit.isdecimal() and 0 < int(limit) < size:
                raise TransportError(
                    f"the message has {size} bytes, the server takes {limit}", permanent=True, scope="content"
                )
            options.append(f"size={size}")
        if message.needs_utf8:
            if not host.has_extn("smtputf8"):
                raise TransportError(
                    "the mail server cannot write to an address with letters outside of ASCII before the @ "
                    "(it has no SMTPUTF8); use another address of this person",
                    permanent=True,
                    scope="recipient",
                )
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        return options

    def _patience(self, host: smtplib.SMTP, answers: int = 1) -> None:
        """Wait for the next answers as long as allowed, and no longer than the whole dialogue may take."""
        left = (self.deadline - time.monotonic()) / answers
        if left <= 0:
            raise TimeoutError("the server is too slow")
        if host.sock is not None:
            host.sock.settimeout(min(READ_SECONDS, left))

    def close(self) -> None:
        """Say good-bye if anyone listens; a line that is already dead hides no error."""
        host, self.host = self.host, None
        if host is not None:
            with suppress(OSError, smtplib.SMTPException):
                if host.sock is not None:
                    host.sock.settimeout(CONNECT_SECONDS)
                host.quit()
            host.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def _fault(step: str, error: Exception) -> TransportError:
    """An exception of the connection as a failure of ours."""
    if isinstance(error, smtplib.SMTPResponseException):
        return refusal(step, error.smtp_code, error.smtp_error)
    text = f"{step}: {type(error).__name__}: {headers.clean(str(error))}"
    ill = isinstance(error, (smtplib.SMTPNotSupportedError, smtplib.SMTPHeloError))
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        ill = True
    if ill:
        return TransportError(text, permanent=True)
    if step == "CONTENT":
        # The server may have taken it, and only its answer was lost.
        return TransportError(text, permanent=False, maybe_sent=True)
    return HungUp(text)


class SmtpChannel:
    """The channel ``mail``: one connection a thread, kept open while there is something to send.

    Args:
        app: the application whose ``MAIL_*`` settings and signals it uses.
        return_path: gives the address that bounces of a row reach; empty: the sender's own.
    """

    name = "mail"

    def __init__(self, app: Flask, return_path: Callable[[Outgoing], str]) -> None:
        self.app = app
        self._return_path = return_path
        self._kept = threading.local()

    def send(self, message: EmailMessage, row: Outgoing) -> None:
        """Hand `message` over to the mail server.

        Raises:
            TransportError: if it was not taken.
        """
        recipient: Any = message["To"].addresses[0]
        sender: Any = message["From"].addresses[0]
        with self.app.app_context():
            letter = Letter(message, recipient.addr_spec, sender.addr_spec)
            envelope_from = self._return_path(row) or sender.addr_spec
            deadline = time.monotonic() + SEND_SECONDS
            line, reused = self._line(deadline)
            try:
                line.hand_over(letter, envelope_from)
            except HungUp:
                line.close()
                if not reused:
                    raise
                # A server may end a connection that it finds too old at any time; that is no fault of the message.
                line, _ = self._line(deadline)
                line.hand_over(letter, envelope_from)
            except TransportError as error:
                if error.scope == "transport":
                    line.close()
                raise

    def _line(self, deadline: float) -> tuple[Line, bool]:
        line: Line | None = getattr(self._kept, "line", None)
        if line is not None:
            line.deadline = deadline
            if line.alive():
                return line, True
            line.close()
        line = self._kept.line = Line(self.app)
        line.deadline = deadline
        line.open()
        return line, False

    def close(self) -> None:
        """Close this thread's connection."""
        line: Line | None = getattr(self._kept, "line", None)
        if line is not None:
            line.close()
            self._kept.line = None
