"""A site with the mailbox on, one session, and people who are invited to it."""

from __future__ import annotations

import email
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from meetup_mailbox.delivering import deliver
from meetup_mailbox.lmtp import Listener
from meetup_mailbox.models import Received
from sqlalchemy import select

from meetup.api import Contact, Outgoing, Registration, Session
from meetup.outbox.worker import drain
from tests.factories import make_invitation, make_programme, make_session

from .invited import CAPACITY, Invited

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"MEETUP_PLUGINS": "mailbox", "MEETUP_MAILBOX_ADDRESS": "coffee@province.example"}


@dataclass
class Post:
    """What a test asks of the site's mail."""

    mount: Mount
    work: Unit
    smtp: Any

    def invite(self, number: int = 1, *, language: str = "en", **session: Any) -> Any:
        """Invite enterprise no. `number` to the session, made if there is none; gives the mail that arrives."""
        with self.work() as w:
            made = w.db.scalars(select(Session)).first() or make_session(w, **session)
            make_invitation(w, made, number, language=language)
            w.commit()
        drain(self.mount)
        return self.smtp.last(f"dn{number}@example.com")

    def state(self, number: int = 1) -> str:
        """Where the registration of enterprise no. `number` stands."""
        with self.work(write=False) as w:
            query = select(Registration.state).join(Contact, Contact.id == Registration.contact_id)
            found = w.db.scalars(query.where(Contact.email == f"dn{number}@example.com")).all()
            return str(found[-1])

    def received(self) -> list[Received]:
        """Everything that came in, oldest first."""
        with self.work(write=False) as w:
            rows = list(w.db.scalars(select(Received).order_by(Received.id)))
            w.db.expunge_all()
            return rows

    def take(self, raw: bytes, *to: str, sender: str | None = None) -> Received:
        """Deliver `raw`; gives its row."""
        made = deliver(self.mount, raw, recipients=to, sender=sender)
        return next(row for row in self.received() if row.id == made.id)

    def sent(self, kind: str) -> list[Outgoing]:
        """Messages of `kind` in the outbox, whatever became of them."""
        with self.work(write=False) as w:
            rows = list(w.db.scalars(select(Outgoing).where(Outgoing.kind == kind).order_by(Outgoing.id)))
            w.db.expunge_all()
            return rows


@pytest.fixture
def post(mount: Mount, work: Unit, smtp: Any) -> Post:
    return Post(mount, work, smtp)


@pytest.fixture
def anyone(mount: Mount, work: Unit, smtp: Any) -> Callable[[int], Invited]:
    """Invites whom a test names by number to one session with few seats."""
    with work() as w:
        session = make_session(w, make_programme(w), capacity=CAPACITY).id
        w.commit()

    def invite(number: int, language: str = "vi") -> Invited:
        with work() as w:
            key = make_invitation(w, w.get(Session, session), number, language=language).id
            w.commit()
        drain(mount)
        return Invited(mount, work, smtp, key, f"dn{number}@example.com")

    return invite


@pytest.fixture
def lan(anyone: Callable[[int], Invited]) -> Invited:
    return anyone(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def lmtp(mount: Mount) -> Iterator[tuple[str, int]]:
    """The listener, on a socket."""
    listener = Listener(mount, "127.0.0.1", free_port())
    listener.start()
    yield listener.hostname, listener.port
    listener.stop(no_assert=True)


def as_kept(row: Received) -> email.message.Message:
    """The message of a row."""
    assert row.raw is not None
    return email.message_from_bytes(zlib.decompress(row.raw))
