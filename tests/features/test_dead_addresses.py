"""A server's final word about an address marks the contact, for everybody who would write to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from meetup.enterprises.models import Contact
from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.sessions import service as sessions
from tests.features.chain import command


def test_a_refused_recipient_is_marked_as_dead(work: Any, smtp: Any, runner: Any) -> None:
    with work() as w:
        session = sessions.draft(
            w,
            programme=create_programme(w, name="Cà phê"),
            title="Kỳ đầu",
            venue="Không gian Khởi nghiệp",
            starts_at=w.now + timedelta(days=20),
            ends_at=w.now + timedelta(days=20, hours=2),
        )
        sessions.publish(w, session)
        registrations.register(
            w,
            session,
            enterprise={"kind": "investor", "name": "Nhà đầu tư"},
            contact={"name": "Ông An", "email": "gone@nowhere.example", "language": "vi"},
            participants=[{"name": "Ông An"}],
            consent=True,
        )
        w.commit()
    smtp.answer_next("RCPT", "550 5.1.1 no such user")
    command(runner, "worker", "--once")
    assert not smtp.to("gone@nowhere.example")
    with work(write=False) as w:
        contact = w.db.scalars(select(Contact)).one()
        assert contact.email_dead_at is not None
