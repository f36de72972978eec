"""The blueprint that all pages of the plugin lie in, and what their addresses share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from meetup.api import MeetupError, Work, current_work, say

bp = Blueprint("coffee_connect", __name__)

#: How many of a list are shown at once.
PAGE = 20


def version_of(form: Any) -> int:
    """The version that a form was opened with; 0 if it carries none."""
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def key_of(text: str | None) -> int | None:
    """A key out of a form or an address; None if it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def status_of(form: Any) -> int:
    """422 for a form that was sent and cannot be taken."""
    return 422 if request.method == "POST" and form.failed else 200


def take_step(step: Callable[[Work, Any], Any], thing: Any, back: str, said: str) -> Response:
    """Move `thing` along an arrow by a button, and go back to its page; what refuses it is said there."""
    work = current_work()
    try:
        step(work, thing)
        work.commit()
        flash(said, "success")
    except MeetupError as error:
        work.db.rollback()
        flash(say(error), "error")
    return redirect(back)
