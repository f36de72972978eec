"""Flask-Security's users in the request's own unit of work: one transaction, one lock."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from flask_security import SQLAlchemySessionUserDatastore

from meetup.staff.models import StaffRole, StaffUser
from meetup.web.current import current_work


class RequestSession:
    """Stands where Flask-Security wants a session, and is the current request's.

    Outside of a request there is none: commands have a unit of work of their
    own and go through :mod:`meetup.staff.service`.
    """

    def __getattr__(self, name: str) -> Any:
        if not has_request_context():
            raise RuntimeError("Flask-Security's datastore works in requests only; use meetup.staff.service")
        return getattr(current_work().db, name)


def make_datastore() -> Any:
    """The datastore for one application."""
    session: Any = RequestSession()
    return SQLAlchemySessionUserDatastore(session, StaffUser, StaffRole)
