"""One POST with an answer in JSON: bounded in time and size; nothing of the address gets into an error or a log."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from meetup.api import TransportError

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
WHOLE_SECONDS = 30.0
ANSWER_BYTES = 64 * 1024
_FAULTS = (OSError, HTTPError, HTTPException, ValueError)


def post(
    base: str,
    path: str,
    *,
    json_body: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """The status and the object that was answered; an empty one if it was none.

    A connection each, not a pool: a pool logs the path, and Telegram's has the token in it.

    Raises:
        TransportError: if there was no answer; passing.
    """
    parts = urlsplit(base)
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
    except _FAULTS as error:
        connection.close()
        raise TransportError(f"no connection to {parts.netloc}: {_kind(error)}", permanent=False) from None
    connection.timeout = ANSWER_SECONDS
    body = json.dumps(json_body) if json_body is not None else urlencode(form or {})
    kind = "application/json" if json_body is not None else "application/x-www-form-urlencoded"
    watch = threading.Timer(WHOLE_SECONDS, _hang_up, (connection.sock,))
    watch.daemon = True
    watch.start()
    try:
        connection.request(
            "POST",
            parts.path.rstrip("/") + path,
            body=body.encode(),
            headers={**(headers or {}), "Content-Type": kind, "Connection": "close"},
            preload_content=False,
        )
        answer = connection.getresponse()
        content = answer.read(ANSWER_BYTES)
    except _FAULTS as error:
        raise TransportError(
            f"no answer of {parts.netloc}: {_kind(error)}", permanent=False, scope="recipient", maybe_sent=True
        ) from None
    finally:
        watch.cancel()
        connection.close()
    with contextlib.suppress(ValueError, RecursionError):
        said = json.loads(content)
        if isinstance(said, dict):
            return answer.status, said
    return answer.status, {}


def _kind(error: Exception) -> str:
    return type(error).__name__


def _hang_up(line: socket.socket | None) -> None:
    if line is not None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
