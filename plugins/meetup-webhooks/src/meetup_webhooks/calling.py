"""One POST to one address: no redirect, no second name, bounded in time and in what is read."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from meetup_webhooks.targets import Rules, Target, resolved

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
#: For all of it, whatever drips; well below what the outbox allows.
WHOLE_SECONDS = 40.0
#: So much of an answer is read, and no more.
ANSWER_BYTES = 2_000
_FAULTS = (OSError, HTTPError, HTTPException, ValueError)


class NoAnswer(Exception):
    """There was none.

    Args:
        text: what happened.
        maybe_taken: whether the other side may have taken the message nevertheless.
    """

    def __init__(self, text: str, *, maybe_taken: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.maybe_taken = maybe_taken


@dataclass(frozen=True)
class Answer:
    """What the other side said.

    Args:
        status: of HTTP.
        text: the beginning of the body, as text.
        milliseconds: how long it took.
    """

    status: int
    text: str
    milliseconds: int


def post(target: Target, body: bytes, headers: Mapping[str, str], rules: Rules) -> Answer:
    """Send `body`, and hear the answer.

    Raises:
        Forbidden: if the name leads where nothing is sent.
        NoAnswer: if there is none.
    """
    begun = time.monotonic()
    try:
        addresses = resolved(target, rules)
    except OSError as error:
        raise NoAnswer(f"{target.host} is not found: {error.strerror or error}") from None
    connection = _connected(target, addresses)
    try:
        line = connection.sock
        watch = threading.Timer(WHOLE_SECONDS - (time.monotonic() - begun), _hang_up, (line,))
        watch.daemon = True
        watch.start()
        try:
            status, text = _ask(connection, target, body, headers)
        finally:
            watch.cancel()
    except _FAULTS as error:
        raise NoAnswer(f"no answer: {type(error).__name__}", maybe_taken=True) from None
    finally:
        connection.close()
    return Answer(status, text, int((time.monotonic() - begun) * 1000))


def _connected(target: Target, addresses: list[str]) -> HTTPConnection:
    """A connection to the first of `addresses` that takes one; the name is only for the certificate."""
    fault: Exception | None = None
    for address in addresses:
        if target.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(
                address,
                target.port,
                timeout=CONNECT_SECONDS,
                server_hostname=target.host,
                assert_hostname=target.host,
            )
        else:
            connection = HTTPConnection(address, target.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
        except _FAULTS as error:
            connection.close()
            fault = error
        else:
            connection.timeout = ANSWER_SECONDS
            return connection
    raise NoAnswer(f"no connection: {_words(fault)}")


def _ask(connection: HTTPConnection, target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    connection.request(
        "POST",
        target.path,
        body=body,
        headers={**headers, "Host": target.netloc, "Accept-Encoding": "identity", "Connection": "close"},
        preload_content=False,
        decode_content=False,
    )
    answer = connection.getresponse()
    content = b""
    # The status is what counts: a body that breaks off takes nothing back.
    with contextlib.suppress(*_FAULTS):
        while len(content) < ANSWER_BYTES:
            part = answer.read(ANSWER_BYTES - len(content), decode_content=False)
            if not part:
                break
            content += part
    text = "".join(c if c.isprintable() else " " for c in content.decode("utf-8", "replace"))
    return answer.status, " ".join(text.split())


def _hang_up(line: socket.socket | None) -> None:
    if line is not None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def _words(fault: Exception | None) -> str:
    cause = getattr(fault, "reason", None) or fault
    return f"{type(cause).__name__}: {str(cause)[:200]}"
