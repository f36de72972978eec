"""The demo's mailbox: a real SMTP server on this machine, and pages that show every message it got."""

from __future__ import annotations

import email
import email.policy
import mailbox
from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import wraps
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import Blueprint, Response, request
from markupsafe import Markup

from meetup.access import Actor
from meetup.errors import NotFound
from meetup.plugins.hookspecs import hookimpl
from meetup.web.current import link
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.nav import Entry
from meetup.web.pages import page

#: How many messages a page of the mailbox shows.
PAGE = 40


class Keeper:
    """Keeps what arrives in a maildir."""

    def __init__(self, folder: Path) -> None:
        self.box = mailbox.Maildir(folder, create=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Keep one message."""
        message = mailbox.MaildirMessage(envelope.content)
        message["X-Demo-To"] = ", ".join(envelope.rcpt_tos)
        self.box.add(message)
        return "250 OK"


def start_server(folder: Path, port: int = 0) -> Controller:
    """A mail server on 127.0.0.1; ``controller.port`` says where. Stop it with ``controller.stop()``."""
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port or _free_port())
    controller.start()
    return controller


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailboxPages:
    """The mailbox as a plugin: its pages and its menu entry.

    Args:
        folder: the maildir.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def messages(self) -> list[tuple[str, Path]]:
        """(key, file) of every message, newest first."""
        found = [
            (path.name.partition(":")[0], path)
            for part in ("new", "cur")
            for path in (self.folder / part).glob("*")
            if path.is_file()
        ]
        return sorted(found, key=lambda one: (one[1].stat().st_mtime_ns, one[0]), reverse=True)

    def read(self, key: str) -> EmailMessage:
        """The message `key`.

        Raises:
            NotFound: if there is none.
        """
        for name, path in self.messages():
            if name == key:
                return parse(path)
        raise NotFound()

    @hookimpl
    def meetup_menu(self, actor: Actor, area: str) -> Iterable[Entry]:
        """A way to the mailbox from every page."""
        return [Entry(_("Demo mailbox"), link("mailbox.index"), "mail", 900)]

    @hookimpl
    def meetup_blueprints(self, mount: Any) -> Iterable[Blueprint]:
        """``/mailbox/`` and a message's parts."""
        bp = Blueprint("mailbox", __name__)
        bp.add_url_rule("/mailbox/", "index", _open(self._index))
        bp.add_url_rule("/mailbox/<key>", "show", _open(self._show))
        bp.add_url_rule("/mailbox/<key>/html", "html", _open(self._html))
        bp.add_url_rule("/mailbox/<key>/raw", "raw", _open(self._raw))
        bp.add_url_rule("/mailbox/<key>/calendar.ics", "calendar", _open(self._calendar))
        return [bp]

    def _index(self) -> str:
        everything = self.messages()
        wanted = request.args.get("to", "").strip().casefold()
        after = request.args.get("after", "")
        keys = [key for key, _path in everything]
        start = keys.index(after) + 1 if after in keys else 0
        rows: list[dict[str, Any]] = []
        last = ""
        for key, path in everything[start:]:
            message = parse(path)
            if wanted and wanted not in str(message.get("X-Demo-To", "")).casefold():
                continue
            if len(rows) == PAGE:
                break
            rows.append({"key": key, **summary(message)})
            last = key
        more = bool(rows) and keys.index(last) + 1 < len(keys) and len(rows) == PAGE
        return page("demo/mailbox.html", rows=rows, wanted=wanted, total=len(keys), next=last if more else "")

    def _show(self, key: str) -> str:
        message = self.read(key)
        calendar = part_of(message, "text/calendar")
        return page(
            "demo/message.html",
            key=key,
            has_html=part_of(message, "text/html") is not None,
            text=Markup("<pre>{}</pre>").format(part_of(message, "text/plain") or ""),
            calendar=calendar,
            headers=[(name, str(value)) for name, value in message.items() if name != "X-Demo-To"],
            files=[part.get_filename() for part in message.iter_attachments() if part.get_filename()],
            **summary(message),
        )

    def _html(self, key: str) -> Response:
        body = part_of(self.read(key), "text/html") or ""
        response = Response(body, content_type="text/html; charset=utf-8")
        # A mail brings its own styles, and nothing else: no script, no picture from elsewhere.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
            "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
        )
        return response

    def _raw(self, key: str) -> Response:
        return Response(self.read(key).as_bytes(), content_type="text/plain; charset=utf-8")

    def _calendar(self, key: str) -> Response:
        content = part_of(self.read(key), "text/calendar")
        if content is None:
            raise NotFound()
        response = Response(content, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
        return response


def _open(method: Callable[..., Any]) -> Callable[..., Any]:
    @allow("public")
    @wraps(method)
    def view(**values: Any) -> Any:
        return method(**values)

    return view


def parse(path: Path) -> EmailMessage:
    """The message in a file."""
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise NotFound()
    return message


def part_of(message: EmailMessage, content_type: str) -> str | None:
    """The text of the first part of that type."""
    for part in message.walk():
        if part.get_content_type() == content_type:
            content = part.get_content()
            return content if isinstance(content, str) else bytes(content).decode("utf-8", "replace")
    return None


def summary(message: EmailMessage) -> dict[str, Any]:
    """What a list shows of a message."""
    at: datetime | None
    try:
        at = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        at = None
    calendar = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    return {
        "subject": str(message["Subject"] or ""),
        "sender": str(message["From"] or ""),
        "to": str(message["X-Demo-To"] or message["To"] or ""),
        "at": at,
        "method": str(calendar.get_param("method") or "") if calendar is not None else "",
    }
