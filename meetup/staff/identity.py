"""Who is signed in, as Meetup wants to know it."""

from __future__ import annotations

from typing import Any

from flask import request, session, url_for
from flask_login import COOKIE_NAME, current_user
from sqlalchemy import select

from meetup.access import STAFF_ROLES, Actor
from meetup.staff.models import StaffUser
from meetup.web.current import current_work
from meetup.work import Work


def actor_for(user: StaffUser) -> Actor:
    """A member of staff as an actor."""
    return Actor(
        "staff",
        str(user.id),
        user.name or user.email,
        frozenset(role.name for role in user.roles if role.name in STAFF_ROLES),
        department_id=user.department_id,
        email=user.email,
    )


class StaffIdentity:
    """The stand-alone site's own sign-in, spoken as :class:`meetup.mount.Identity`."""

    def actor(self) -> Actor | None:
        """The member of staff behind the request; no statement for whoever has no session."""
        if "_user_id" not in session and COOKIE_NAME not in request.cookies:
            return None
        # First the unit of work: it asks for the actor in turn, and whoever comes second finds the user loaded.
        current_work()
        user: Any = current_user._get_current_object()
        return actor_for(user) if isinstance(user, StaffUser) else None

    def colleagues(self, work: Work) -> list[Actor]:
        """Everyone of the staff whose account is open: whom a note can call by name."""
        return [actor_for(user) for user in work.db.scalars(select(StaffUser).where(StaffUser.active))]

    def login_url(self, after: str) -> str:
        """The sign-in page, and back to `after`."""
        return url_for("security.login", next=after) if after else url_for("security.login")

    def logout_url(self) -> str:
        """Where the sign-out button posts to."""
        return url_for("security.logout")
