"""Answers that are calendars: strong tags, dates, 304 without rendering, gzip, secret links (rules E1, E3)."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request

from meetup.web.current import current_mount

#: Raised when the bytes change though no row did.
_FORMAT = "2"


def attachment(content: bytes, name: str) -> Response:
    """A calendar file to download."""
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def answer(
    tag: str,
    changed_at: datetime | None,
    render: Callable[[], bytes],
    *,
    name: str,
    private: bool = False,
    max_age: int = 300,
) -> Response:
    """A feed, or 304 without rendering it; the bytes of a tag are made once in a process.

    Args:
        tag: changes whenever the bytes do.
        changed_at: of the newest change in it, aware; None: of nothing.
        render: makes the bytes.
        name: of the file, ASCII, without its ending.
        private: for secret links: kept by nobody but the reader, found by no search engine, told to no other site.
        max_age: seconds that it may be kept for.
    """
    packed = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    # Two byte strings, two strong tags.
    response = Response(content_type="text/calendar; charset=utf-8")
    response.set_etag(f"{tag}-gz" if packed else tag)
    if changed_at is not None:
        response.last_modified = changed_at
    response.headers["Cache-Control"] = f"{'private' if private else 'public'}, max-age={max_age}"
    response.vary.add("Accept-Encoding")
    if private:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
    response.make_conditional(request)
    if response.status_code == 304:
        return response
    kept = current_mount().kept_files
    content = kept.get(tag, render)
    if packed:
        content = kept.get(f"{tag}-gz", lambda: gzip.compress(content, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(content)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response


def tag_of(*parts: Any) -> str:
    """A strong tag out of what the bytes hang on."""
    return hashlib.sha256("|".join(map(str, (_FORMAT, *parts))).encode()).hexdigest()[:32]


def language() -> str:
    """The feed's language: as its address asks for, else the site's first; calendars name none of their own."""
    offered = current_mount().settings.locales
    asked = request.args.get("lang", "")
    return asked if asked in offered else str(offered[0])
