"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from meetup.errors import InvalidInput, MeetupError, WrongState
from meetup.web import errors as pages
from meetup.web.current import current_mount, request_id

log = logging.getLogger("meetup.rest")

TITLES = {
    400: "The request could not be read",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Wrong content type",
    422: "The input cannot be taken",
    429: "Too many requests",
    500: "A fault of ours",
    503: "Not available now",
}


def problem(
    status: int,
    detail: str,
    *,
    code: str = "",
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem document.

    Args:
        status: the HTTP status.
        detail: what is wrong here and how to mend it.
        code: the short name that the type is made of; the status by default.
        errors: field → messages.
        headers: to add to the answer.
        more: extension members.
    """
    work = g.get("meetup_work")
    if work is not None:
        work.db.rollback()
    body: dict[str, Any] = {
        "type": f"urn:meetup:problem:{code or status}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{request_id()}",
    }
    if errors:
        body["errors"] = errors
    body.update(more)
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def on_meetup_error(error: MeetupError) -> Response:
    """Our own errors, with their faults by field and what is possible instead."""
    say = current_mount().words.gettext
    more: dict[str, Any] = {}
    if isinstance(error, WrongState):
        more = {"state": error.state, "possible": list(error.possible)}
    errors = error.by_field(say) if isinstance(error, InvalidInput) else None
    return problem(error.status, error.say(say), code=error.code, errors=errors, **more)


def on_http_error(error: HTTPException) -> Response:
    """Werkzeug's and the schema's errors."""
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    headers = {name: value for name, value in error.get_headers() if name.lower() in {"allow", "retry-after"}}
    if "messages" in data:
        found = flatten(data["messages"])
        detail = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in found.items())
        return problem(status, detail, code="invalid_input", errors=found)
    return problem(status, error.description or TITLES.get(status, "Error"), headers=headers)


def flatten(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """The schema's nested messages as ``{"contact.email": [...]}``; the location is left out."""
    found: dict[str, list[str]] = {}
    if isinstance(messages, dict):
        for key, value in messages.items():
            if not prefix and key in {"json", "query", "headers"} and isinstance(value, dict):
                found.update(flatten(value))
            else:
                name = str(key) if key != "_schema" else ""
                joined = ".".join(part for part in (prefix, name) if part)
                found.update(flatten(value, joined or "body"))
    else:
        listed = messages if isinstance(messages, list) else [messages]
        found[prefix or "body"] = [str(message) for message in listed]
    return found


def on_database_error(error: OperationalError) -> Response:
    """The database is away or busy."""
    log.error("database unavailable: %s", error.orig)
    return problem(503, "The database cannot be reached. Nothing was stored; try again.", headers={"Retry-After": "5"})


def on_system_error(error: OSError) -> Response:
    """The disk is full; every other is a fault of ours."""
    if error.errno not in pages.NO_ROOM:
        if current_app.testing:
            raise error
        return on_any_error(error)
    log.error("no room left: %s", error)
    return problem(507, "There is no room left to store this. Nothing was stored.")


def on_any_error(error: Exception) -> Response:
    """A fault of ours: logged with the request's id, answered without details."""
    log.exception("unexpected error [%s]", request_id(), exc_info=error)
    return problem(500, "Something went wrong here. It has been noted and nothing was stored.")


def install(blueprint: Blueprint, *, testing: bool) -> None:
    """Register the handlers for the API's blueprint."""
    blueprint.register_error_handler(MeetupError, on_meetup_error)
    blueprint.register_error_handler(HTTPException, on_http_error)
    blueprint.register_error_handler(OperationalError, on_database_error)
    blueprint.register_error_handler(OSError, on_system_error)
    if not testing:
        blueprint.register_error_handler(Exception, on_any_error)


def install_outside(app: Flask, prefix: str) -> None:
    """Answer with problem documents for addresses below `prefix` that no call has, too: on the stand-alone site."""

    def answer(error: HTTPException) -> Any:
        return on_http_error(error) if request.path.startswith(prefix) else pages.on_http_error(error)

    for status in (404, 405):
        app.register_error_handler(status, answer)
