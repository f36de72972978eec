"""How saved filters take part: their two forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.filters import views
from meetup.plugins.hookspecs import hookimpl


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """Where filters are kept and let go."""
    return [views.bp]
