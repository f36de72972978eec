"""The two-way thread of an issue."""

from __future__ import annotations

from meetup.errors import WrongState
from meetup.issues import notices
from meetup.issues.checks import one_text
from meetup.issues.models import Issue, Message
from meetup.issues.values import SIDES, SILENT, TEXT_LENGTH
from meetup.work import Work


def write(work: Work, issue: Issue, *, body: str, side: str, is_internal: bool = False) -> Message:
    """Add a line to the thread; the other side is told, of an internal note nobody.

    Args:
        side: ``enterprise``, ``organizer`` or ``department``.
        is_internal: for the staff alone.

    Raises:
        InvalidInput: at ``body``.
        WrongState: where the issue was merged or withdrawn.
    """
    body = one_text("body", body, limit=TEXT_LENGTH)
    if side not in SIDES or (is_internal and side == "enterprise"):
        raise ValueError(f"no such side: {side!r}")
    if issue.state in SILENT:
        raise WrongState("issue", issue.state, "write", issue.MACHINE.possible(issue.state))
    message = say(work, issue, body, side=side, is_internal=is_internal)
    if not is_internal:
        notices.written(work, issue, message)
    return message


def say(work: Work, issue: Issue, body: str, *, side: str, is_internal: bool = False) -> Message:
    """Put a line into the thread and on record, telling nobody."""
    message = Message(
        issue_id=issue.id,
        at=work.now,
        side=side,
        author=work.actor.name[:120],
        department_id=work.actor.department_id,
        body=body,
        is_internal=is_internal,
    )
    work.db.add(message)
    work.db.flush()
    work.log("issue.note" if is_internal else "issue.write", issue, message=message.id, side=side)
    return message
