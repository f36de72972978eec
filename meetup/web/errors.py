"""The one place where errors become answers."""

from __future__ import annotations

import errno
import logging
import re
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, make_response, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from meetup.errors import MeetupError
from meetup.web.current import request_id
from meetup.web.forms import undo
from meetup.web.i18n import _
from meetup.web.pages import page
from meetup.web.saying import say

log = logging.getLogger("meetup.web")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
#: What the system says when a disk, a quota or a file is full.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SECRET = re.compile("password|token|code", re.IGNORECASE)


def answer(status: int, message: str, headers: Any = None) -> Response:
    """An error page with `message`; the page has words of its own for each status."""
    work = g.get("meetup_work")
    if work is not None:
        undo(work.db)
    text = page("errors/error.html", status=status, message=message, request_id=request_id(), typed=_typed())
    response = make_response(text, status)
    if headers:
        for name, value in headers:
            if name.lower() in {"retry-after", "allow"}:
                response.headers[name] = value
    return response


def _typed() -> list[tuple[str, str]]:
    """The texts of a form that an error page answers, so that nobody has to write them again; no secrets."""
    if request.method != "POST" or request.mimetype not in _FORMS:
        return []
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:  # the form itself may be what was wrong
        return []
    # A part of a form may come without a name.
    return [(name, text) for name, text in sent if name and " " in text.strip() and not _SECRET.search(name)]


def on_meetup_error(error: MeetupError) -> Response:
    """Our own errors say themselves what is wrong and what to do."""
    return answer(error.status, say(error))


def on_http_error(error: HTTPException) -> Any:
    """Werkzeug's errors in our words; redirects and ready answers as they are."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    if isinstance(error, CSRFError):
        message = _("This form was open for too long or came from elsewhere. Load the page again, then repeat.")
        return answer(400, message)
    status = error.code or 500
    return answer(status, "", error.get_headers())


def on_database_error(error: OperationalError) -> Response:
    """The database is away or busy: nothing was stored, and the page says so."""
    log.error("database unavailable on %s: %s", request.path, error.orig)
    message = _("The database cannot be reached. Nothing was stored; try again in a moment.")
    response = answer(503, message)
    response.headers["Retry-After"] = "5"
    return response


def on_system_error(error: OSError) -> Any:
    """The disk is full: nothing was stored, and the page says so. Every other is a fault of ours."""
    if error.errno not in NO_ROOM:
        if current_app.testing:
            raise error
        return on_any_error(error)
    log.error("no room left on %s: %s", request.path, error)
    return answer(507, _("There is no room left to store this. Nothing was stored; the administrator must make room."))


def on_any_error(error: Exception) -> Response:
    """A fault of ours: logged with the request's id, shown without details."""
    log.exception("unexpected error on %s %s [%s]", request.method, request.path, request_id(), exc_info=error)
    return answer(500, "")


def install(root: Blueprint | Flask, *, testing: bool) -> None:
    """Register the handlers for one mount, or for all of an application that is ours."""
    root.register_error_handler(MeetupError, on_meetup_error)
    root.register_error_handler(HTTPException, on_http_error)
    root.register_error_handler(OperationalError, on_database_error)
    root.register_error_handler(OSError, on_system_error)
    if not testing:
        root.register_error_handler(Exception, on_any_error)
