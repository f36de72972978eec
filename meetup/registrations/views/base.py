"""What the pages about registrations share: their blueprint, and finding the registration that a link opens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, after_this_request, request

from meetup import links
from meetup.access import Actor
from meetup.errors import NotFound
from meetup.registrations.links import PURPOSE
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.web.current import act_as, current_mount, current_work
from meetup.web.limits import hit, visitor
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
    try:
        subject = links.subject_of(work.db, current_mount().secret, PURPOSE, token)
    except NotFound:
        hit("30 per minute", "a link that is not", visitor())
        raise
    found = work.db.scalar(whole().where(Registration.id == int(subject.partition(":")[2])))
    if found is None:
        raise NotFound()
    registration: Registration = found
    act_as(
        Actor(
            "enterprise",
            id=registration.subject,
            name=registration.contact.name,
            registration_id=registration.id,
            enterprise_id=registration.enterprise_id,
            email=registration.contact.email,
        )
    )
    after_this_request(_keep_secret)
    return registration


def _keep_secret(response: Response) -> Response:
    """A page behind a secret link is kept by nobody and found by no search engine."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
