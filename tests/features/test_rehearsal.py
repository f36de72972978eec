"""`worker --dry-run --at` shows the reminders that would go out then, and leaves everything as it was."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.sessions import service as sessions
from tests.features.chain import command, deliver


def test_reminders_are_rehearsed_and_not_sent(work: Any, smtp: Any, runner: Any, mount: Any, clock: Any) -> None:
    with work() as w:
        session = sessions.draft(
            w,
            programme=create_programme(w, name="Cà phê"),
            title="Kỳ đầu",
            venue="Không gian Khởi nghiệp",
            starts_at=w.now + timedelta(days=10),
            ends_at=w.now + timedelta(days=10, hours=2),
        )
        sessions.publish(w, session)
        registrations.register(
            w,
            session,
            enterprise={"kind": "investor", "name": "Nhà đầu tư"},
            contact={"name": "Ông An", "email": "an@invest.example", "language": "vi"},
            participants=[{"name": "Ông An"}],
            consent=True,
        )
        w.commit()
    deliver(runner)
    smtp.clear()

    def rows() -> list[Any]:
        with mount.database.connect() as connection:
            return [
                connection.execute(text(f"SELECT * FROM meetup_{table} ORDER BY 1")).all()
                for table in ("outgoing", "reminder", "activity")
            ]

    before = rows()
    at = (clock.now + timedelta(days=9, hours=1)).isoformat()
    found = json.loads(command(runner, "worker", "--dry-run", "--at", at).stdout)["messages"]
    assert [(one["kind"], one["to"]) for one in found] == [("session_reminder", "an@invest.example")]
    assert rows() == before
    assert not smtp.messages
    clock.travel(to=clock.now + timedelta(days=9, hours=1))
    deliver(runner)
    assert len(smtp.to("an@invest.example")) == 1
