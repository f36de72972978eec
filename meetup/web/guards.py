"""Every view states who may; everything else is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, redirect, request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from meetup.access import can
from meetup.errors import NotAllowed, NotFound
from meetup.web.current import SAFE_METHODS, current_actor, current_mount

View = TypeVar("View", bound=Callable[..., Any])


def allow(action: str, *, csrf: bool = True) -> Callable[[View], View]:
    """Say who may come to a view.

    Args:
        action: ``public``, ``staff``, or an action of :data:`meetup.access.RULES` that needs no object.
        csrf: False only for machines that cannot have a token, such as a one-click unsubscribe.
    """

    def mark(view: View) -> View:
        view.meetup_allow = action  # type: ignore[attr-defined]
        view.meetup_csrf = csrf  # type: ignore[attr-defined]
        return view

    return mark


def require(action: str, thing: Any = None) -> None:
    """Go on only if the current actor may do `action` to `thing`.

    Raises:
        NotFound: for a thing that the actor may not know about.
        NotAllowed: otherwise.
    """
    actor = current_actor()
    if can(actor, action, thing):
        return
    if thing is not None and not actor.has("organizer"):
        raise NotFound()
    raise NotAllowed()


def guard_request() -> Response | None:
    """Before every view of a mount: who may, and is it no forgery."""
    endpoint = request.endpoint or ""
    view = current_app.view_functions.get(endpoint)
    if endpoint.endswith(".assets.file"):
        return None
    action = getattr(view, "meetup_allow", None)
    if action is None:
        if current_app.testing or current_app.debug:
            raise RuntimeError(f"the view {endpoint} does not say who may: give it @allow(…)")
        raise NotFound()
    if action == "rest":
        return None
    if action != "public":
        actor = current_actor()
        allowed = actor.is_staff if action == "staff" else can(actor, action)
        if not allowed:
            if actor.is_staff:
                raise NotAllowed()
            after = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
            login = current_mount().identity.login_url(after)
            if not login:
                raise Forbidden()
            return redirect(login)
    if request.method not in SAFE_METHODS and getattr(view, "meetup_csrf", True):
        check_csrf()
    return None


def check_csrf() -> None:
    """Refuse a request that does not carry this browser's token.

    Raises:
        CSRFError: which the error page explains.
    """
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken")
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(error.args[0]) from None
