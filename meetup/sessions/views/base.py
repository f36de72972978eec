"""What the pages about sessions share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, request

from meetup.registrations.checks import status_of
from meetup.sessions.models import Session
from meetup.web.keeping import turns_at
from meetup.web.pages import lines, page
from meetup.work import Work

bp = Blueprint("sessions", __name__)


def draw(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of this feature; 422 if a form of it was sent and failed."""
    failed = any(getattr(value, "failed", False) for value in context.values())
    code = 422 if request.method == "POST" and failed else status
    return page(f"sessions/{template}", lines=lines, **context), code


def mark(work: Work, session: Session) -> str:
    """The badge that says where registration stands: open, full, not_yet or closed; empty once it is over."""
    status = status_of(work, session)
    if status == "open":
        return "full" if session.seats_left == 0 else "open"
    return status if status in {"not_yet", "closed"} else ""


def marks(work: Work, sessions: Sequence[Session]) -> dict[int, str]:
    """The badges of several sessions, by key."""
    return {session.id: mark(work, session) for session in sessions}


def turn_with(sessions: Iterable[Session]) -> None:
    """A page about `sessions` looks different when registration opens or closes, and when one begins or is over."""
    for one in sessions:
        turns_at(one.registration_opens_at, one.registration_closes_at, one.starts_at, one.ends_at)


def moment(text: Any) -> datetime:
    """An instant out of a page mark.

    Raises:
        ValueError: if it is none.
    """
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError(text)
    return found
