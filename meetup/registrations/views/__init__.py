"""The pages about registrations: for the public, for the enterprise behind its link, for the staff at their desk."""

from __future__ import annotations

from meetup.registrations.views import consents, desk, door, feed, invitations, own, phones, public
from meetup.registrations.views.base import bp, registration_of

__all__ = ["bp", "consents", "desk", "door", "feed", "invitations", "own", "phones", "public", "registration_of"]
