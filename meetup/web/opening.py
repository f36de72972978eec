"""Giving out how people are reached: whoever of the staff reads that is put on record."""

from __future__ import annotations

from collections.abc import Sequence

from meetup.web.current import current_work


def opened(contacts: Sequence[int], subject: str) -> None:
    """Keep on record that an answer gives contacts out; the request's own transaction only reads.

    Args:
        contacts: their keys.
        subject: the thing at which they were read, ``kind:id``.
    """
    if not contacts:
        return
    work = current_work()
    with work.mount.work(work.actor, now=work.now, request_id=work.request_id) as record:
        record.log("contact.read", subject, contacts=sorted(set(contacts)))
        record.commit()
