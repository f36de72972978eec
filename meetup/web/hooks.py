"""How the web side itself takes part: its settings, and the pages for whoever watches over the site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.config import Setting
from meetup.plugins.hookspecs import hookimpl
from meetup.web.health import make_blueprint
from meetup.web.settings import SETTINGS


@hookimpl
def meetup_settings() -> Iterable[Setting]:
    """Proxies and metrics."""
    return SETTINGS


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """``/healthz``, ``/readyz``, ``/metrics``."""
    return [make_blueprint(mount)]
