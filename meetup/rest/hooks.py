"""How the REST API takes part: its calls and its description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.plugins.hookspecs import hookimpl
from meetup.rest import documents, followups, issues, problems, programmes, results, sessions
from meetup.rest.edge import Resource


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """``/api/v1`` and the pages that describe it."""
    api = Resource("api", __name__, url_prefix="/api/v1")
    for part in (programmes, sessions, issues, followups, results):
        api.register_blueprint(part.bp)
    problems.install(api, testing=bool(mount.app.testing))
    return [api, documents.bp]
