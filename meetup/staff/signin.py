"""The sign-in of the stand-alone site: Flask-Security behind our pages, our session and our outbox."""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, abort, g, make_response, redirect, request, session
from flask_login import user_logged_out
from flask_security import (
    Security,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    user_failed_authn,
)
from flask_security.signals import password_changed, password_reset
from flask_security.utils import validate_redirect_url
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from meetup.access import PUBLIC
from meetup.mount import Identity
from meetup.staff import notices
from meetup.staff.datastore import make_datastore
from meetup.staff.forms import FORMS
from meetup.staff.identity import StaffIdentity, actor_for
from meetup.staff.mail import OutboxMail
from meetup.staff.options import PASSWORD_MIN, security_settings
from meetup.staff.totp import AuthenticatorApp
from meetup.web.current import SAFE_METHODS, act_as, current_mount, current_work, request_id
from meetup.web.i18n import _
from meetup.web.limits import hit, visitor
from meetup.web.pages import page

log = logging.getLogger("meetup.staff")

BLUEPRINT = "security"

#: Who may come to which page of Flask-Security; one that is not here is closed, such as its rescue by mail to the
#: administrator. ``signing in`` is whoever has given the right password and still owes the code.
WHO_MAY: dict[str, str] = {
    f"{BLUEPRINT}.{name}": who
    for who, names in {
        "public": ("login", "logout", "forgot_password", "reset_password"),
        "signing in": (
            "two_factor_setup",
            "two_factor_setup_validate",
            "two_factor_token_validation",
            "mf_recovery",
        ),
        "staff": ("change_password", "verify", "mf_recovery_codes"),
    }.items()
    for name in names
}

#: Where guessing would pay: tries a minute from one address.
_GUESSES = {
    "login": "20 per minute",
    "two_factor_token_validation": "10 per minute",
    "two_factor_setup_validate": "20 per minute",
    "mf_recovery": "10 per minute",
    "verify": "20 per minute",
    "change_password": "20 per minute",
    "forgot_password": "10 per minute",
    "reset_password": "20 per minute",
}


def install_sign_in(app: Flask) -> Identity:
    """Give `app` accounts of its own: ``/login``, ``/logout``, recovery, passwords, second factor.

    Call it before the mount is made, and give the mount what it returns.
    """
    former = app.config.get("SECRET_KEY_FALLBACKS") or []
    app.config.from_mapping(
        {
            name: value
            for name, value in security_settings(str(app.config["SECRET_KEY"]), list(former)).items()
            if name not in app.config
        }
    )
    app.config.setdefault("SECURITY_DATETIME_FACTORY", lambda: current_mount().clock())
    app.config.setdefault("REMEMBER_COOKIE_DURATION", 14 * 24 * 3600)
    app.config.setdefault("REMEMBER_COOKIE_HTTPONLY", True)
    app.config.setdefault("REMEMBER_COOKIE_SAMESITE", "Lax")
    security = Security(
        app,
        make_datastore(),
        mail_util_cls=OutboxMail,
        totp_cls=AuthenticatorApp,
        render_template=cast(Any, _draw),
        **FORMS,
    )
    # Sessions are the one way in: no tokens of Flask-Security's, and no user asked for before somebody wants one.
    security.login_manager.request_loader(lambda _request: None)
    security.principal.identity_loaders.clear()
    app.before_request_funcs.setdefault(BLUEPRINT, []).append(_before)
    # The first to be named is the last to be called: after Flask-Security's own.
    app.after_request_funcs.setdefault(BLUEPRINT, []).insert(0, _after)
    for signal, listener in (
        (user_authenticated, _on_sign_in),
        (user_failed_authn, _on_failure),
        (password_changed, _on_password),
        (password_reset, _on_password),
        (tf_profile_changed, _on_second_factor),
        (tf_disabled, _on_second_factor_off),
        (user_logged_out, _on_sign_out),
    ):
        signal.connect(listener, app, weak=False)
    return StaffIdentity()


def _before() -> BaseResponse | None:
    """What is closed, whoever comes, what goes nowhere, and who tries too often."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if request.endpoint not in WHO_MAY:
        abort(404)
    if request.is_json:
        abort(415)
    onward = request.args.get("next")
    if onward is not None and not _is_ours(onward):
        # Sent here by somebody else's link: forget where it wanted to go.
        rest = {name: value for name, value in request.args.items() if name != "next"}
        return redirect(f"{request.path}?{urlencode(rest)}" if rest else request.path)
    if request.form.get("next") and not _is_ours(request.form["next"]):
        abort(400)
    if request.method not in SAFE_METHODS and endpoint in _GUESSES:
        hit(_GUESSES[endpoint], endpoint, visitor())
        account = request.form.get("email", "").strip().lower()[:254]
        if account:
            # Also those who come from many addresses; wide enough that nobody is locked out by a neighbour's tries.
            hit("100 per hour", endpoint, "account", account)
    return None


def _is_ours(address: str) -> bool:
    """Whether `address` is a path of this site and nothing that a browser could take for another."""
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and address.isprintable()
        and bool(validate_redirect_url(address))
    )


def _after(response: Response) -> Response:
    """The one commit at the edge of Flask-Security's pages; a refused form stores nothing."""
    work = g.get("meetup_work")
    if work is not None and request.method not in SAFE_METHODS and response.status_code < 400:
        work.commit()
    return response


def _draw(template: str, **context: Any) -> Response:
    """A page of Flask-Security as ours: ``meetup/security/<name>``; 422 when a form was refused."""
    forms = [value for value in context.values() if isinstance(value, FlaskForm)]
    for form in forms:
        _tidy(form)
    refused = any(form.errors for form in forms)
    # Of several forms, the one that was refused is the one to talk about.
    form = next((form for form in forms if form.errors), forms[0] if forms else None)
    context.setdefault("form", form)
    context["locale_url"] = _same_page_in
    context["password_min"] = PASSWORD_MIN
    return make_response(page(template, **context), 422 if refused else 200)


def _tidy(form: FlaskForm) -> None:
    """The same sentence once; and a forged or stale form says so in our words."""
    token = getattr(form, "csrf_token", None)
    if token is not None and token.errors:
        token.errors = []
        form.form_errors.append(
            _("This form was open for too long or came from elsewhere. Load the page again, then repeat.")
        )
    form.form_errors[:] = dict.fromkeys(form.form_errors)


def _same_page_in(locale: str) -> str:
    return f"?{urlencode({**request.args.to_dict(), 'lang': locale})}"


def _on_sign_in(_app: Flask, user: Any, authn_via: Any = None, **_more: Any) -> None:
    # A new session's forms carry a new token: what was known before the sign-in is worth nothing after it.
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    act_as(actor_for(user))
    if authn_via != ["change"]:
        current_work().log("staff.sign_in", f"user:{user.id}")


def _on_sign_out(_app: Flask, **_more: Any) -> None:
    act_as(PUBLIC)


def _on_failure(_app: Flask, user: Any = None, **_more: Any) -> None:
    # Into the process's log, not the chained one: a guesser must not be able to fill that.
    log.warning("sign-in failed for user:%s from %s [%s]", getattr(user, "id", "?"), visitor(), request_id())


def _on_password(_app: Flask, user: Any, **_more: Any) -> None:
    current_work().log("staff.password", f"user:{user.id}")


def _on_second_factor(_app: Flask, user: Any, **_more: Any) -> None:
    current_work().log("staff.second_factor_on", f"user:{user.id}")
    notices.tell(current_work(), user, notices.CHANGED, what="second_factor_on")


def _on_second_factor_off(_app: Flask, user: Any, **_more: Any) -> None:
    current_work().log("staff.second_factor_off", f"user:{user.id}")
    notices.tell(current_work(), user, notices.CHANGED, what="second_factor")
