"""The stand-alone site: Meetup with a sign-in of its own, for whoever has no host application."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from meetup.clock import Clock, system_clock
from meetup.config import Setting
from meetup.extension import Meetup
from meetup.staff.signin import install_sign_in

_MAIL_KINDS: dict[str, type] = {
    "MAIL_PORT": int,
    "MAIL_USE_TLS": bool,
    "MAIL_USE_SSL": bool,
    "MAIL_MAX_EMAILS": int,
    "MAIL_SUPPRESS_SEND": bool,
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
    app.config.update(_mail_settings())
    app.config.update(config or {})
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = app.config.get("MEETUP_SECRET_KEY") or _secret(folder)
    app.config.setdefault("SESSION_COOKIE_SAMESITE", "Lax")
    app.config.setdefault("SESSION_COOKIE_HTTPONLY", True)
    app.config.setdefault("MAX_CONTENT_LENGTH", 40 * 1024 * 1024)
    app.config.setdefault("MAX_FORM_MEMORY_SIZE", 2 * 1024 * 1024)
    app.config.setdefault("MAX_FORM_PARTS", 500)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", 12 * 3600)

    meetup = Meetup(clock=clock, identity=install_sign_in(app), plugins=plugins)
    meetup.init_app(app)
    return app


def _mail_settings() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in os.environ.items():
        if name.startswith("MAIL_"):
            kind = _MAIL_KINDS.get(name, str)
            found[name] = Setting(name, kind, None, "").read(value)
    return found


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
