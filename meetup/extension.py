"""The Flask extension: reads settings, finds plugins, wires pages. Touches no database and no network."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, g, request, session
from flask_babel import Babel
from flask_mail import Mail
from jinja2 import PackageLoader
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from meetup import builtin
from meetup.clock import Clock, system_clock
from meetup.commands import Commands
from meetup.errors import NotFound
from meetup.mount import Identity, Mount, Options, mounts
from meetup.storage import Storage
from meetup.web import errors, i18n
from meetup.web.current import close_work, current_mount, keep_fresh, request_id
from meetup.web.guards import guard_answer, guard_request
from meetup.web.headers import POLICY
from meetup.web.pages import make_environment
from meetup.wiring import root_blueprint

__all__ = ["Identity", "Meetup", "ProxyFix"]


class Meetup:
    """Meetup in a Flask application.

    Args:
        app: the application; or none, and :meth:`init_app` later, for several.
        url_prefix: where the pages stand, such as ``/coffee``.
        name: the mount's name; needed when one application has several.
        engine: a SQLAlchemy engine to use instead of ``MEETUP_DATABASE_URL``.
        identity: the host's sign-in, an object with the :class:`Identity` protocol.
        storage: where attachments are kept; a folder in the instance path by default.
        clock: the source of time; the system's by default.
        settings: ``MEETUP_*`` settings of this mount alone; they win over all others.
        plugins: (name, object) pairs besides those that are installed.

    Raises:
        BadConfiguration: when wired, with every fault of settings and plugins.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        url_prefix: str = "",
        name: str = "meetup",
        engine: Engine | None = None,
        identity: Identity | None = None,
        storage: Storage | None = None,
        clock: Clock = system_clock,
        settings: Mapping[str, Any] | None = None,
        plugins: Sequence[tuple[str, Any]] = (),
    ) -> None:
        self.options = Options(name, url_prefix, engine, identity, storage, clock, settings, plugins)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> Mount:
        """Wire Meetup into `app` and return the mount."""
        found = mounts(app)
        mount = Mount(app, self.options, builtin.PARTS)
        first = not found
        if "babel" not in app.extensions:
            app.config.setdefault("BABEL_DEFAULT_LOCALE", mount.settings.locales[0])
            Babel(app, locale_selector=i18n.select_locale)
        if "mail" not in app.extensions:
            Mail(app)
        found[mount.name] = mount
        mount.jinja = make_environment(mount, [PackageLoader(package) for package in _template_packages(mount)])
        root = root_blueprint(mount)
        root.before_request(begin_request)
        root.before_request(guard_request)
        root.after_request(finish_request)
        root.after_request(guard_answer)
        errors.install(root, testing=bool(app.testing))
        app.register_blueprint(root, url_prefix=mount.url_prefix or None)
        if first:
            app.teardown_appcontext(close_work)
        app.cli.add_command(Commands(mount.name, mount=mount.name))
        mount.plugins.tell("meetup_start", mount=mount)
        return mount


def _template_packages(mount: Mount) -> list[str]:
    return [package for package in mount.plugins.packages() if _has_templates(package)]


def _has_templates(package: str) -> bool:
    try:
        PackageLoader(package)
    except (ValueError, ImportError):
        return False
    return True


def begin_request() -> None:
    """Before every page: which mount it is of, and the language if one was asked for."""
    g.meetup_started = time.perf_counter()
    mount = g.meetup_request_mount = current_mount()
    g._meetup_mount = mount.name
    _refuse_what_no_row_has()
    asked = request.args.get("lang", "")
    if asked and asked in mount.settings.locales and session.get("meetup_locale") != asked:
        session["meetup_locale"] = asked


def _refuse_what_no_row_has() -> None:
    """An address with a number of more than 64 bits or a NUL names nothing, and databases fall over both.

    Raises:
        NotFound: the answer to every such address.
    """
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value >= 2**63:
            raise NotFound()
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise NotFound()


def finish_request(response: Response) -> Response:
    """After every page: the request's id, and the headers that keep browsers careful."""
    if "X-Request-ID" in response.headers:
        # A mount's pages come by here twice where the whole application is ours.
        return response
    keep_fresh(response)
    response.headers.setdefault("X-Request-ID", request_id())
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
