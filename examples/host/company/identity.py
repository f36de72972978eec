"""Who is at the other end: Flask-Login's answer, as Meetup asks for it."""

from __future__ import annotations

from flask import url_for
from flask_login import current_user

from meetup.api import Actor


class CompanyIdentity:
    """The protocol :class:`meetup.api.Identity`, over the company's own sign-in."""

    def actor(self) -> Actor | None:
        if not current_user.is_authenticated or not current_user.role:
            return None
        roles = frozenset({current_user.role})
        return Actor("staff", str(current_user.id), current_user.name, roles, email=current_user.email)

    def login_url(self, after: str) -> str:
        return url_for("site.login", next=after)

    def logout_url(self) -> str:
        return url_for("site.logout")
