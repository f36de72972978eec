"""Flask-Security's forms, with WTForms' own sentences out of our catalogue too."""

from __future__ import annotations

from typing import Any

from flask_security import forms, recovery_codes
from wtforms import PasswordField

from meetup.staff.options import PASSWORD_MIN
from meetup.web.forms import Form
from meetup.web.i18n import _

#: More characters than any password that is kept; Unicode's normal forms can make one longer.
PASSWORD_MAX = 500


class _Ours:
    """The translations of our own forms; CSRF stays as Flask-Security has it."""

    Meta: Any = Form.Meta

    def validate(self, **more: Any) -> bool:
        """Refuse what is no password at all before it is hashed: the hash takes 4096 bytes at most."""
        fields: Any = self
        bad = [one for one in fields if isinstance(one, PasswordField) and len(one.data or "") > PASSWORD_MAX]
        for field in bad:
            field.errors = [_("A password has from %(length)s to 128 characters.", length=PASSWORD_MIN)]
        return not bad and bool(super().validate(**more))  # type: ignore[misc]


class SignInForm(_Ours, forms.LoginForm):
    """E-mail address and password."""


class ForgotPasswordForm(_Ours, forms.ForgotPasswordForm):
    """Whose password is forgotten."""


class ResetPasswordForm(_Ours, forms.ResetPasswordForm):
    """A new password, twice."""


class ChangePasswordForm(_Ours, forms.ChangePasswordForm):
    """The old password and a new one, twice."""


class VerifyForm(_Ours, forms.VerifyForm):
    """The password once more."""


class CodeForm(_Ours, forms.TwoFactorVerifyCodeForm):
    """The code that the app shows."""


class SetupForm(_Ours, forms.TwoFactorSetupForm):
    """Begin with an authenticator app, or end it."""


class RecoveryForm(_Ours, recovery_codes.MfRecoveryForm):
    """A recovery code instead of the app's."""


#: As Flask-Security's constructor takes them.
FORMS: dict[str, Any] = {
    "login_form": SignInForm,
    "forgot_password_form": ForgotPasswordForm,
    "reset_password_form": ResetPasswordForm,
    "change_password_form": ChangePasswordForm,
    "verify_form": VerifyForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SetupForm,
    "mf_recovery_form": RecoveryForm,
}
