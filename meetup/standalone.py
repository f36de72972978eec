"""The stand-alone site: Meetup with a sign-in of its own, for whoever has no host application."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from meetup.clock import Clock, system_clock
from meetup.config import Setting
from meetup.errors import BadConfiguration
from meetup.extension import Meetup, begin_request, finish_request
from meetup.mount import Mount
from meetup.rest import problems
from meetup.staff.signin import BLUEPRINT as SIGN_IN
from meetup.staff.signin import install_sign_in
from meetup.web import errors
from meetup.web.early import Early

_MAIL_KINDS: dict[str, type] = {
    "MAIL_PORT": int,
    "MAIL_USE_TLS": bool,
    "MAIL_USE_SSL": bool,
    "MAIL_MAX_EMAILS": int,
    "MAIL_SUPPRESS_SEND": bool,
}

#: Set, not left to `setdefault`: Flask has a weaker value for most of them already.
_DEFAULTS: dict[str, Any] = {
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_HTTPONLY": True,
    "MAX_CONTENT_LENGTH": 40 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
    "MAX_FORM_PARTS": 500,
    "WTF_CSRF_TIME_LIMIT": 12 * 3600,
    # A cookie that was copied is worth nothing after a working day, whether or not its owner signed out.
    "PERMANENT_SESSION_LIFETIME": 12 * 3600,
    # Its base template shows the public nothing of its own.
    "MEETUP_KEEP_PAGES": True,
}


def create_app(
    config: Mapping[str, Any] | None = None,
    *,
    clock: Clock = system_clock,
    instance: str | Path | None = None,
    plugins: Sequence[tuple[str, Any]] = (),
) -> Flask:
    """The stand-alone site.

    Args:
        config: Flask and ``MEETUP_*`` settings, the weakest source of them.
        clock: the source of time.
        instance: the folder of the local database and settings; ``MEETUP_INSTANCE``
            or ``./instance`` by default.
        plugins: (name, object) pairs besides those that are installed.

    Raises:
        BadConfiguration: with every fault of settings and plugins.
    """
    folder = Path(instance or os.environ.get("MEETUP_INSTANCE") or "instance").resolve()
    app = Flask("meetup", instance_path=str(folder), static_folder=None, template_folder=None)
    app.config.update(_DEFAULTS)
    mail, faults = _mail_settings()
    app.config.update(mail)
    app.config.update(config or {})
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = app.config.get("MEETUP_SECRET_KEY") or _secret(folder)

    meetup = Meetup(clock=clock, identity=install_sign_in(app), plugins=plugins)
    try:
        mount = meetup.init_app(app)
    except BadConfiguration as error:
        raise BadConfiguration([*faults, *error.faults]) from None
    if faults:
        raise BadConfiguration(faults)
    _whole_site(app, mount)
    return app


def _whole_site(app: Flask, mount: Mount) -> None:
    """What a mount leaves to its host: pages outside of it, proxies in front, and the line itself."""
    app.before_request_funcs.setdefault(SIGN_IN, []).insert(0, begin_request)
    app.after_request(finish_request)
    errors.install(app, testing=bool(app.testing))
    problems.install_outside(app, f"{mount.url_prefix}/api/")
    app.wsgi_app = Early(app.wsgi_app, mount, mount.metrics)  # type: ignore[method-assign]
    if count := mount.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count, count, count)  # type: ignore[method-assign]
    if mount.settings.base_url.startswith("https://"):
        app.config["SESSION_COOKIE_SECURE"] = True
        app.config["REMEMBER_COOKIE_SECURE"] = True
        app.config["PREFERRED_URL_SCHEME"] = "https"
        app.after_request(_https_only)


def _https_only(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def _mail_settings() -> tuple[dict[str, Any], list[str]]:
    """Flask-Mail's settings out of the environment, and a line for each that cannot be read."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    for name, value in os.environ.items():
        if name.startswith("MAIL_"):
            kind = _MAIL_KINDS.get(name, str)
            try:
                found[name] = Setting(name, kind, None, "").read(value)
            except ValueError as error:
                faults.append(f"{name} (from environment) {error}")
    return found, faults


def _secret(folder: Path) -> str:
    """The site's secret out of the environment or its file, made once and readable by its owner alone."""
    if given := os.environ.get("MEETUP_SECRET_KEY"):
        return given
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return path.read_text().strip()
