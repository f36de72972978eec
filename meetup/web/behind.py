"""Pages behind a secret link: what the link is of, and that nobody else keeps what they show."""

from __future__ import annotations

from flask import Response

from meetup import links
from meetup.errors import NotFound
from meetup.web.current import current_mount, current_work
from meetup.web.limits import hit, visitor


def subject_behind(purpose: str, token: str) -> str:
    """What a secret link is of, ``kind:id``; whoever tries many that are none has to wait.

    Raises:
        NotFound: for one that is false or revoked, the same for both.
    """
    try:
        return links.subject_of(current_work().db, current_mount().secret, purpose, token)
    except NotFound:
        hit("30 per minute", "a link that is not", visitor())
        raise


def keep_secret(response: Response) -> Response:
    """A page behind a secret link is kept by nobody and found by no search engine."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
