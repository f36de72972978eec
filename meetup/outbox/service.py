"""Putting messages into the outbox: rows written in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from meetup.db import run_bare
from meetup.errors import N_
from meetup.outbox.models import Outgoing
from meetup.work import Work

_ROWS: Any = Outgoing.__table__
#: Put into words once: it goes with every message that has a calendar part.
_OVERTAKE = (
    update(_ROWS)
    .where(
        _ROWS.c.thread == bindparam("of_thread"),
        _ROWS.c.state == "queued",
        _ROWS.c.recipient == bindparam("to"),
        _ROWS.c.kind.like("calendar_%"),
        _ROWS.c.attempted_at.is_(None),
    )
    .values(state="superseded", reason=N_("overtaken by a newer message"))
)


def enqueue(
    work: Work,
    kind: str,
    *,
    to: str,
    name: str = "",
    locale: str = "",
    subject: str = "",
    thread: str = "",
    replaces: bool = False,
    context: Mapping[str, Any] | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    channel: str = "mail",
) -> Outgoing | None:
    """Add one message to one recipient; it leaves after the commit, by the worker alone.

    Args:
        kind: the notice's name.
        to: the recipient's address; nothing is enqueued for an empty one.
        name: the recipient's name.
        locale: the recipient's language; the site's first by default.
        subject: the thing it is about, ``kind:id``.
        thread: orders messages to one person about one calendar UID.
        replaces: an unsent message of the same thread that also replaces is superseded by this one (rule F6).
        context: ids and short texts for the notice; plain JSON.
        not_before: aware; now by default.
        expires_at: aware; after it the message is of no use.
    """
    if not to:
        return None
    if thread and replaces:
        run_bare(work.db, _OVERTAKE, {"of_thread": thread, "to": to}, Outgoing)
    row = Outgoing(
        kind=kind,
        channel=channel,
        recipient=to,
        recipient_name=name,
        locale=locale or work.settings.locales[0],
        subject=subject,
        thread=thread,
        context=dict(context or {}),
        created_at=work.now,
        not_before=not_before or work.now,
        expires_at=expires_at,
        request_id=work.request_id,
    )
    work.db.add(row)
    return row
