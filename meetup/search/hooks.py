"""How the search over everything takes part: its page. The way to it is the box in the head of every page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from meetup.plugins.hookspecs import hookimpl
from meetup.search import views


@hookimpl
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:
    """The page of what is found."""
    return [views.bp]
