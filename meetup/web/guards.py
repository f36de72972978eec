"""Every view states who may; everything else is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response as Answer
from flask import current_app, g, redirect, request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from meetup.access import can
from meetup.errors import NotAllowed, NotFound
from meetup.web.current import SAFE_METHODS, current_actor, current_mount

View = TypeVar("View", bound=Callable[..., Any])

#: What is asked of a thing whose published text alone is shown, to whomever it is shown.
PUBLISHED = "published"

#: Actions asked of a thing: one, several, or by the ``<action>`` of the address.
Asked = str | tuple[str, ...] | Mapping[str, str | tuple[str, ...]]


def allow(
    action: str,
    *,
    of: Asked = (),
    by: str | Mapping[str, str] = "",
    csrf: bool = True,
    unchanged: Callable[..., bool] | None = None,
) -> Callable[[View], View]:
    """Say who may come to a view. The table of rights (``docs/access.md``) is written from what stands here.

    Args:
        action: ``public``, ``staff``, or an action of :data:`meetup.access.RULES` that needs no object.
        of: the actions that the view asks :func:`require` about the thing that its address names. A view that
            answers without having asked raises, in tests.
        by: the purpose of the secret link that its address carries; or by the beginning of the address.
        unchanged: called with the address's variables before anybody is asked who they are: whether they hold the
            present mark of what they watch. Then the answer is 204 and tells nothing. A mark must not be guessable.
        csrf: False only for machines that cannot have a token, such as a one-click unsubscribe.
    """

    def mark(view: View) -> View:
        view.meetup_allow = action  # type: ignore[attr-defined]
        view.meetup_of = of  # type: ignore[attr-defined]
        view.meetup_by = by  # type: ignore[attr-defined]
        view.meetup_csrf = csrf  # type: ignore[attr-defined]
        view.meetup_unchanged = unchanged  # type: ignore[attr-defined]
        return view

    return mark


def asked_for(of: Asked, step: str) -> tuple[str, ...]:
    """The actions that `of` names, for the ``<action>`` of an address if they depend on it."""
    found = of.get(step, ()) if isinstance(of, Mapping) else of
    return (found,) if isinstance(found, str) else found


def note_asked(action: str) -> None:
    """Keep in mind that this request asked for the right to `action`."""
    g.setdefault("meetup_asked", set()).add(action)


def guard_answer(response: Answer) -> Answer:
    """After every view, in tests: what it says that it asks, it asked before it answered.

    Raises:
        RuntimeError: if not.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    step = str((request.view_args or {}).get("action", ""))
    wanted = asked_for(getattr(view, "meetup_of", ()), step)
    if current_app.testing and wanted and response.status_code < 400:
        left = [action for action in wanted if action not in g.get("meetup_asked", ())]
        # A redirect of the guard itself comes before the view and tells nothing.
        if left and not g.get("meetup_sent_away"):
            raise RuntimeError(f"the view {request.endpoint} says that it asks for {left}, and did not")
    return response


def require_published(thing: Any) -> None:
    """Go on only if `thing` is published: what is behind these addresses is the public's, whoever asks.

    Raises:
        NotFound: if not.
    """
    note_asked(PUBLISHED)
    if not thing.is_public:
        raise NotFound()


def require(action: str, thing: Any = None) -> None:
    """Go on only if the current actor may do `action` to `thing`.

    Raises:
        NotFound: for a thing that the actor may not know about.
        NotAllowed: otherwise.
    """
    actor = current_actor()
    note_asked(action)
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
    unchanged = getattr(view, "meetup_unchanged", None)
    if unchanged is not None and unchanged(**(request.view_args or {})):
        return Response(status=204)
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
            g.meetup_sent_away = True
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
