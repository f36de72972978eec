"""A feed of a thousand sessions, beside what the icalendar library needs to build it afresh."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import g

from meetup.access import SYSTEM
from meetup.domain.feeds import feed
from meetup.sessions import queries
from meetup.sessions.calendars import card, organizer
from meetup.sessions.models import Session
from meetup.web.i18n import in_locale
from tests.bench.measured import Measured, best, site
from tests.factories import make_session


def measure(database_url: str, sessions: int) -> Iterator[Measured]:
    """An answer, one after a change, and a 304."""
    with tempfile.TemporaryDirectory() as folder, site(database_url, Path(folder)) as mount:
        with mount.work(SYSTEM) as work:
            # By the real clock: no date is in the future for ever.
            soon = work.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
            ends = soon + timedelta(hours=2)
            first = make_session(work, topic="Thuế, phí; hải quan", starts_at=soon, ends_at=ends)
            work.db.flush()
            values = {column.key: getattr(first, column.key) for column in Session.__mapper__.column_attrs}
            for number in range(1, sessions):
                more = {"id": None, "number": None, "slug": f"phien-{number}", "uid": f"uid-{number}"}
                at = {name: values[name] + timedelta(hours=number) for name in ("starts_at", "ends_at")}
                work.db.add(Session(**{**values, **more, **at}))
            work.commit()
        client = mount.app.test_client()
        with mount.app.app_context(), mount.work(write=False) as work, in_locale(mount, "vi"):
            g._meetup_mount = mount.name
            listed = list(queries.in_feed(work))
            assert len(listed) == sessions
            cards = [card(work, one) for one in listed]
            programme = organizer(work, listed[0])
            afresh = best(lambda: feed(cards, name="Phiên", zone="Asia/Ho_Chi_Minh", organizer=programme), 3)
        whole = client.get("/calendar.ics")
        assert whole.data.count(b"BEGIN:VEVENT") == sessions
        tag = whole.headers["ETag"]
        answered = best(lambda: client.get("/calendar.ics").data)
        unchanged = best(lambda: client.get("/calendar.ics", headers={"If-None-Match": tag}).data)

        def changed() -> None:
            with mount.work(SYSTEM) as work:
                one = work.get(Session, 1)
                one.version += 1
                one.changed_at = work.now
                work.commit()
            client.get("/calendar.ics")

        after_change = best(changed)
    size = f"{sessions} sessions; afresh {afresh * 1000:.0f} ms"
    yield Measured(f"a feed answered ({size}, answered {answered * 1000:.1f} ms)", answered / afresh, 0.1)
    yield Measured(f"a 304 ({size}, answered {unchanged * 1000:.1f} ms)", unchanged / afresh, 0.02)
    yield Measured(f"a feed after one session changed ({after_change * 1000:.0f} ms)", after_change / afresh, None)
