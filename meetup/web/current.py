"""The current request's mount, unit of work and links."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, has_request_context, request, url_for
from sqlalchemy.orm import Session as DatabaseSession

from meetup.access import PUBLIC, Actor
from meetup.db import Database
from meetup.replica import COOKIE, FRESH
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount

#: What an id may be made of: a log's line, a header and the columns that keep it carry it as it is.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def current_mount() -> Mount:
    """The mount that the current request came to, or that a mail is written for; else the first one."""
    known: Mount | None = g.get("meetup_request_mount")
    if known is not None:
        return known
    found: dict[str, Mount] = current_app.extensions["meetup"]
    named = g.get("_meetup_mount", "")
    if has_request_context() and request.blueprint:
        named = request.blueprint.partition(".")[0]
    return found.get(named) or next(iter(found.values()))


def request_id() -> str:
    """The request's id: the one a proxy gave it, or a new one; it goes into the log and the mails."""
    if "meetup_request_id" not in g:
        g.meetup_request_id = chosen_id(request.headers.get("X-Request-ID", ""))
    return str(g.meetup_request_id)


def chosen_id(given: str) -> str:
    """The id that a proxy gave a request, if it is one; else a new one."""
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def current_actor() -> Actor:
    """Who makes the current request. Links and API tokens set theirs with :func:`act_as`."""
    actor: Actor | None = g.get("meetup_actor")
    if actor is None:
        actor = current_mount().identity.actor() or PUBLIC
        g.meetup_actor = actor
    return actor


def act_as(actor: Actor) -> None:
    """Go on as `actor`: for whoever holds a signed link or an API token."""
    g.meetup_actor = actor
    work = g.get("meetup_work")
    if work is not None:
        work.actor = actor


def current_work() -> Work:
    """The current request's unit of work; rolled back at its end unless the view committed it."""
    work: Work | None = g.get("meetup_work")
    if work is None:
        mount = current_mount()
        db = _replica_session(mount) or mount.database.session(write=request.method not in SAFE_METHODS)
        # Set before the actor is asked for: finding out who it is may need the database.
        work = g.meetup_work = Work(mount, db, mount.clock(), PUBLIC, request_id())
        work.actor = current_actor()
    return work


def _replica_session(mount: Mount) -> DatabaseSession | None:
    """A session on the replica, if this request may read there: a public page without a secret link."""
    replica = mount.replica
    if replica is None or request.method not in SAFE_METHODS or COOKIE in request.cookies:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "meetup_allow", "") != "public" or "token" in (request.view_args or {}):
        return None
    found = replica.session()
    g.meetup_reads_replica = found is not None
    return found


def reading_from() -> Database:
    """The database that the current request reads: the replica, or the primary."""
    mount = current_mount()
    if mount.replica is None:
        return mount.database
    current_work()
    return mount.replica.database if g.get("meetup_reads_replica") else mount.database


def keep_fresh(response: Response) -> Response:
    """After a write, let this visitor read from the primary until the replica has it too."""
    mount = current_mount()
    if mount.replica is not None and request.method not in SAFE_METHODS and response.status_code < 400:
        secure = mount.settings.base_url.startswith("https://")
        response.set_cookie(COOKIE, "1", max_age=FRESH, httponly=True, samesite="Lax", secure=secure)
    return response


def close_work(_error: BaseException | None = None) -> None:
    """End the request's unit of work; called when the application context goes."""
    work: Work | None = g.pop("meetup_work", None)
    if work is not None:
        work.db.close()


def link(endpoint: str, **values: Any) -> str:
    """The path of one of our pages in the current mount, such as ``link("sessions.show", slug=…)``."""
    return url_for(f"{current_mount().name}.{endpoint}", **values)
