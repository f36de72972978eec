"""Static files under addresses that carry their content's hash, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from meetup.web.current import link

bp = Blueprint("assets", __name__)

#: Packages that bring third-party assets: prefix → (package, folder).
VENDORED = {"bootstrap": ("flask_bootstrap", "static/bootstrap5")}

_TEXT = ("text/", "application/javascript", "image/svg+xml", "application/json")


@lru_cache(maxsize=256)
def _read(filename: str) -> tuple[bytes, bytes | None, str, str]:
    """Content, gzipped content where it pays, type and hash of an asset."""
    prefix, _, rest = filename.partition("/")
    package, folder = VENDORED.get(prefix, ("meetup", "static"))
    if prefix in VENDORED:
        filename = rest
    parts = [*folder.split("/"), *filename.split("/")]
    if len(filename) > 200 or any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts):
        raise FileNotFoundError(filename)
    node: Any = files(package)
    for part in parts:
        node = node / part
    if not node.is_file():
        raise FileNotFoundError(filename)
    content: bytes = node.read_bytes()
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0) if kind.startswith(_TEXT) or kind.endswith("javascript") else None
    if packed is not None and len(packed) >= len(content):
        packed = None
    return content, packed, kind, hashlib.sha256(content).hexdigest()[:12]


def static(filename: str) -> str:
    """The address of a static file of ours, or ``bootstrap/css/bootstrap.min.css``."""
    digest = _read(filename)[3]
    return link("assets.file", digest=digest, filename=filename)


def read(filename: str) -> bytes:
    """The content of a static file of ours, for a page that serves it under an address of its own."""
    return _read(filename)[0]


@bp.get("/assets/<digest>/<path:filename>")
def file(digest: str, filename: str) -> Response:
    """A static file; far-future caching, since another content has another address."""
    try:
        content, packed, kind, current = _read(filename)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotFound() from None
    response = Response(content, content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
    if packed is not None:
        response.vary.add("Accept-Encoding")
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.set_data(packed)
            response.headers["Content-Encoding"] = "gzip"
    if digest == current:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.set_etag(current)
    response.make_conditional(request)
    return response
