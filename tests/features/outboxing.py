"""Notices for the tests of the outbox itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jinja2 import DictLoader

from meetup.access import SYSTEM
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Calendar, Notice, Prepared
from meetup.outbox.service import enqueue

if TYPE_CHECKING:
    from meetup.mount import Mount

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Meetup//VI\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:u1\r\n"
    "DTSTAMP:20261102T020000Z\r\nDTSTART:20261105T000000Z\r\nSUMMARY:Cà phê Đất Mũi\r\n"
    "URL:http://localhost/r/Abcdefghijklmnopqrstuvwxyz0123456789_-AB\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SECRET_LINK = "http://localhost/r/Abcdefghijklmnopqrstuvwxyz0123456789_-AB"

TEMPLATES = {
    "subject.txt": "{{ subject_words or 'Thử nghiệm' }}",
    "body.txt": '{% extends "meetup/mail/_base.txt" %}{% block content %}{{ words }} & {{ link }}{% endblock %}',
    "body.html": '{% extends "meetup/mail/_base.html" %}{% block content %}<p>{{ words }}</p>{% endblock %}',
}


class Letters:
    """Puts messages into a mount's outbox.

    Args:
        mount: gets the notices ``test_plain``, ``test_mutable`` and ``calendar_test``.
    """

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        #: Called by every notice's ``prepare``; a test puts its own here.
        self.look: Callable[[Any, Outgoing], None] = lambda work, row: None
        self.after_sent: Callable[[], None] | None = None
        self.attachments: tuple[tuple[str, str, bytes], ...] = ()
        names = {"test_plain": False, "test_mutable": True, "calendar_test": False}
        for name, mutable in names.items():
            mount.notices[name] = Notice(name, self._prepare, "A test", mutable)
        loader = DictLoader({f"meetup/mail/{name}/{part}": text for name in names for part, text in TEMPLATES.items()})
        mount.jinja.loader.loaders.insert(0, loader)

    def _prepare(self, work: Any, row: Outgoing) -> Prepared:
        self.look(work, row)
        method = row.context.get("method", "REQUEST")
        calendar = Calendar(method, ICS.format(method=method).encode()) if row.kind == "calendar_test" else None
        context = {"words": "Xin chào", "link": SECRET_LINK, "subject_words": "", **row.context}
        return Prepared(context, calendar, self.attachments, self.after_sent)

    def add(self, to: str, kind: str = "test_plain", **more: Any) -> int:
        """Enqueue one message; gives its row's number."""
        with self.mount.work(SYSTEM) as work:
            row = enqueue(work, kind, to=to, **more)
            assert row is not None
            work.commit()
            return row.id

    def row(self, row_id: int) -> Outgoing:
        """The row as it is now."""
        with self.mount.work(write=False) as work:
            return work.get(Outgoing, row_id)
