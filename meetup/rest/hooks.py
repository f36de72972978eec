"""How the REST API takes part: its calls and its description."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, cast

from flask import Blueprint
from sqlalchemy import delete
from sqlalchemy.engine import CursorResult

from meetup.plugins.hookspecs import hookimpl
from meetup.rest import desk, documents, followups, issues, photos, problems, programmes, results, sessions, site
from meetup.rest.edge import Resource
from meetup.rest.models import IdempotencyKey
from meetup.work import Work

#: How long a repetition gets the first answer; answers hold personal data, so no longer than that.
KEPT = timedelta(days=2)


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """``/api/v1`` and the pages that describe it."""
    api = Resource("api", __name__, url_prefix="/api/v1")
    for part in (programmes, sessions, photos, issues, followups, desk, site, results):
        api.register_blueprint(part.bp)
    problems.install(api, testing=bool(mount.app.testing))
    return [api, documents.bp]


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int] | None:
    """Forget the answers that no repetition will ask for any more."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at < work.now - KEPT)
    gone = cast("CursorResult[Any]", work.db.execute(old)).rowcount
    return {"answers_forgotten": gone} if gone else None
