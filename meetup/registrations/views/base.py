"""What the pages about registrations share: their blueprint, and finding the registration that a link opens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, after_this_request, request

from meetup.errors import NotFound
from meetup.registrations.links import PURPOSE, holder
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.web.behind import keep_secret, subject_behind
from meetup.web.current import act_as, current_work
from meetup.web.pages import lines, page

bp = Blueprint("registrations", __name__)


def draw(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of this feature; 422 if a form of it was sent and failed."""
    failed = any(getattr(value, "failed", False) for value in context.values())
    code = 422 if request.method == "POST" and failed else status
    return page(f"registrations/{template}", lines=lines, **context), code


def registration_of(token: str) -> Registration:
    """The registration that a link opens; the request goes on as its enterprise.

    Everything under ``/r/<token>`` begins with this. Its session, enterprise,
    contact and participants are loaded.

    Raises:
        NotFound: for a link that is false or revoked, the same for both.
    """
    work = current_work()
    subject = subject_behind(PURPOSE, token)
    found = work.db.scalar(whole().where(Registration.id == int(subject.partition(":")[2])))
    if found is None:
        raise NotFound()
    registration: Registration = found
    act_as(holder(registration))
    after_this_request(keep_secret)
    return registration
