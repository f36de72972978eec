"""The signed link to an enterprise's own page."""

from __future__ import annotations

from meetup.access import Actor
from meetup.registrations.models import Registration
from meetup.work import Work

#: What the token of an own page is for.
PURPOSE = "registration"


def holder(registration: Registration) -> Actor:
    """Whoever holds the link: the enterprise, speaking by its contact (which is loaded)."""
    return Actor(
        "enterprise",
        id=registration.subject,
        name=registration.contact.name,
        registration_id=registration.id,
        enterprise_id=registration.enterprise_id,
        email=registration.contact.email,
    )


def manage_token(work: Work, registration: Registration, *, new: bool = False) -> str:
    """The token of the registration's own page, made if there is none yet.

    Args:
        new: whether this unit made the registration itself, so that there is none.
    """
    return work.token(PURPOSE, registration.subject, new=new)


def manage_url(work: Work, registration: Registration) -> str:
    """The whole address of the registration's own page; a secret of its contact."""
    return work.mount.url("registrations.own", token=manage_token(work, registration))
