"""For whoever watches over the site: is it alive, is it ready, and its numbers."""

from __future__ import annotations

import hmac
import ipaddress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from meetup.mount import Mount
from meetup.outbox.models import TransportState
from meetup.web.current import current_mount
from meetup.web.guards import allow
from meetup.web.metrics import Metrics

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory


def make_blueprint(mount: Mount) -> Blueprint:
    """The three addresses of `mount`; made anew for each, since each counts for itself."""
    bp = Blueprint("health", __name__)
    metrics = mount.metrics = Metrics(mount)
    bp.add_url_rule("/healthz", view_func=healthz)
    bp.add_url_rule("/readyz", view_func=readyz)
    view = partial(show_metrics, metrics)
    view.meetup_allow = "public"  # type: ignore[attr-defined]
    bp.add_url_rule("/metrics", "metrics", view)
    bp.after_app_request(metrics.count)
    return bp


@allow("public")
def healthz() -> Response:
    """This process is alive; asks nobody else."""
    return _fresh(jsonify(status="ok"))


@allow("public")
def readyz() -> Response:
    """This site can work: its database answers and is migrated, its mail leaves. 503 with the reasons if not."""
    reasons = unready(current_mount())
    response = _fresh(jsonify(status="unready" if reasons else "ready", reasons=reasons))
    response.status_code = 503 if reasons else 200
    return response


def show_metrics(metrics: Metrics) -> Response:
    """The numbers, for this machine or for whoever has the token; for others there is nothing here."""
    if not _may_read():
        raise NotFound()
    return _fresh(Response(metrics.text(), content_type=CONTENT_TYPE_LATEST))


def unready(mount: Mount) -> list[dict[str, Any]]:
    """Why `mount` cannot work, as (part, reason); empty when it can. No secrets, no addresses."""
    # Alembic takes a fifth of the start, and only whoever asks whether the site is ready needs it.
    from meetup import migrate

    try:
        with mount.database.connect() as connection:
            at = migrate.current(connection)
            left = migrate.needed(_scripts(mount.migration_locations), at)
        if left:
            return [{"part": "database", "reason": f"not migrated to {', '.join(left)}; run: meetup db upgrade"}]
        with mount.work(write=False) as work:
            ill = work.db.scalars(select(TransportState.channel).where(TransportState.alarm != "")).all()
    except SQLAlchemyError as error:
        return [{"part": "database", "reason": f"does not answer ({type(error).__name__})"}]
    return [{"part": "outbox", "reason": f"the channel {channel!r} is ill; run: meetup check"} for channel in ill]


@lru_cache(maxsize=8)
def _scripts(locations: tuple[str, ...]) -> ScriptDirectory:
    """Where the database should be; read once, since a running process's files do not change."""
    from meetup import migrate

    return migrate.scripts(locations)


def _may_read() -> bool:
    wanted = current_mount().settings.metrics_token
    if wanted:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted.encode())
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        # Through a proxy everybody comes from this machine.
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
