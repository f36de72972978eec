"""Flask-Security as we use it: what is on, and every sentence that it can say on our pages."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from importlib.resources import files
from typing import Any

from meetup.errors import N_
from meetup.staff.totp import derive, sealing_keys

#: The fewest characters of a password.
PASSWORD_MIN = 10
#: How long a link to set a password is good for.
LINK_HOURS = 24

#: What Flask-Security's forms call their fields; said here so that they are translated with all else.
LABELS = (
    N_("Email Address"),
    N_("Password"),
    N_("New Password"),
    N_("Retype Password"),
    N_("Remember Me"),
    N_("Authentication Code"),
    N_("Recovery Code"),
    N_("This field is required."),
)

MESSAGES: dict[str, tuple[str, str]] = {
    "ANONYMOUS_USER_REQUIRED": (N_("This page is for whoever is not signed in."), "error"),
    "API_ERROR": (N_("This cannot be read. Type it again."), "error"),
    "DISABLED_ACCOUNT": (N_("This account is closed. Ask your administrator."), "error"),
    "EMAIL_NOT_PROVIDED": (N_("Type your e-mail address."), "error"),
    "FORGOT_PASSWORD": (N_("Forgot your password?"), "info"),
    "GENERIC_AUTHN_FAILED": (N_("The e-mail address or the password is not right."), "error"),
    "INVALID_CODE": (N_("This code is not right, or no longer. Type the one that the app shows now."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("This is no e-mail address. Write it like name@example.vn."), "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    "INVALID_RECOVERY_CODE": (N_("This recovery code is not right, or was used before."), "error"),
    "INVALID_REDIRECT": (N_("That address is not on this site."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("This link is not valid, or was used before. Ask for a new one below."),
        "error",
    ),
    "LOGIN": (N_("Please sign in first."), "info"),
    "NO_RECOVERY_CODES_SETUP": (N_("There are no recovery codes yet."), "info"),
    "PASSWORD_CHANGE": (N_("Your password has been changed. Other devices are signed out."), "success"),
    "PASSWORD_INVALID_LENGTH": (N_("A password has from %(length)s to 128 characters."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("The new password has to be another one."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Type your password."), "error"),
    "PASSWORD_RESET_EXPIRED": (N_("This link was good for %(within)s. Ask for a new one below."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (N_("The password is set. Sign in with it now."), "success"),
    "PASSWORD_RESET_REQUEST": (
        N_("If this address belongs to an account, a message with a link is on its way to it."),
        "info",
    ),
    "REAUTHENTICATION_REQUIRED": (N_("Please confirm your password to go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You can go on now."), "info"),
    "REFRESH": (N_("Please confirm your password to go on."), "info"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords are not the same."), "error"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("From now on, signing in asks for a code as well."), "success"),
    "TWO_FACTOR_DISABLED": (N_("Signing in no longer asks for a code."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This code is not right, or no longer. Type the one that the app shows now."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("Welcome."), "success"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("There is no such way."), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please sign in again."), "error"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("That took longer than %(within)s. Please begin again."), "error"),
    "UNAUTHENTICATED": (N_("Please sign in first."), "info"),
    "UNAUTHORIZED": (N_("You may not do this."), "error"),
    "USER_DOES_NOT_EXIST": (N_("The e-mail address or the password is not right."), "error"),
}


def security_settings(secret: str, former: list[str]) -> dict[str, Any]:
    """``SECURITY_*`` for the site.

    Args:
        secret: the site's secret key.
        former: the keys before it (``SECRET_KEY_FALLBACKS``), so that second factors outlive a change of key.
    """
    found: dict[str, Any] = {
        # What is on.
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "TRACKABLE": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        # One step of 30 seconds to either side, for clocks that are not quite right.
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_POST_SETUP_VIEW": "meetup.staff.account",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [_fernet(key) for key in (secret, *former)],
        "TOTP_SECRETS": sealing_keys((secret, *former)),
        "TOTP_ISSUER": "Meetup",
        "FRESHNESS": timedelta(minutes=30),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
        # What is off: no tokens of Flask-Security's own, no commands, no files.
        "API_ENABLED_METHODS": ["session"],
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "STATIC_FOLDER": None,
        "REDIRECT_HOST": None,
        # How.
        "RETURN_GENERIC_RESPONSES": True,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "PASSWORD_LENGTH_MIN": PASSWORD_MIN,
        "PASSWORD_NORMALIZE_FORM": "NFKC",
        "JOIN_USER_ROLES": False,
        # No question to a name server while somebody waits for a page.
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "RESET_PASSWORD_WITHIN": timedelta(hours=LINK_HOURS),
        "LOGOUT_CSRF": True,
        "POST_LOGIN_VIEW": "meetup.staff.desk",
        "POST_LOGOUT_VIEW": "/",
        "POST_CHANGE_VIEW": "meetup.staff.account",
        "POST_VERIFY_VIEW": "meetup.staff.account",
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "EMAIL_SENDER": "",
        "I18N_DOMAIN": "meetup",
        "I18N_DIRNAME": [str(files("meetup") / "translations")],
    }
    found.update({f"MSG_{name}": message for name, message in MESSAGES.items()})
    return {f"SECURITY_{name}": value for name, value in found.items()}


def _fernet(secret: str) -> bytes:
    return urlsafe_b64encode(derive(secret, "recovery-codes"))
