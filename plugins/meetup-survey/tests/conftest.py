"""A province with a session that was held, as many enterprises as a test wants, and what they answer."""

from __future__ import annotations

import email
import email.policy
import re
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from meetup_survey.models import Ask
from sqlalchemy import select

from meetup.api import Contact, Outgoing, Registration, Session
from meetup.enterprises.models import Enterprise
from tests.features.following import Province, worker
from tests.features.following import build as build_province

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"MEETUP_PLUGINS": "survey"}


@dataclass
class Surveys:
    """What a test does with surveys."""

    province: Province
    clock: Any
    work: Unit
    others: int = 0

    def hold(self, came: int = 1, *, session: int = 0) -> None:
        """Hold the session now, for two hours; so many enterprises come."""
        with self.work() as w:
            held = w.get(Session, session or self.province.session)
            held.state, held.held_at = "held", w.now
            held.starts_at, held.ends_at = w.now, w.now + timedelta(hours=2)
            if held.id == self.province.session:
                w.get(Registration, self.province.registration).state = "attended"
                came -= 1
            for _ in range(came):
                self._enterprise(w, held)
            w.commit()

    def _enterprise(self, w: Work, held: Session) -> int:
        self.others += 1
        number = self.others
        born = {"created_at": w.now, "changed_at": w.now}
        one = Enterprise(name=f"Công ty {number}", tax_code=f"88888{number:05}", **born)
        w.db.add(one)
        w.db.flush()
        person = Contact(
            enterprise_id=one.id, name=f"Người {number}", email=f"c{number}@x.example", language="en", created_at=w.now
        )
        w.db.add(person)
        w.db.flush()
        came = Registration(
            session_id=held.id, enterprise_id=one.id, contact_id=person.id, seats=1, state="attended", **born
        )
        w.db.add(came)
        w.db.flush()
        return came.id

    def another_session(self, slug: str) -> int:
        """A second session; gives its key."""
        with self.work() as w:
            first = w.get(Session, self.province.session)
            made = Session(
                programme_id=first.programme_id,
                number=int(slug[-1]),
                slug=slug,
                uid=slug,
                title=f"Cà phê {slug}",
                starts_at=first.starts_at,
                ends_at=first.ends_at,
                timezone=first.timezone,
                capacity=50,
                state="published",
                published_at=w.now,
                created_at=w.now,
                changed_at=w.now,
            )
            w.db.add(made)
            w.commit()
            return made.id

    def send(self) -> dict[str, Any]:
        """The worker, once; its counts."""
        return worker(self.province.site)

    def ask(self, came: int = 1, *, session: int = 0) -> list[str]:
        """Hold a session and let the questions go out; gives the paths of the questionnaires, oldest first."""
        self.hold(came, session=session)
        self.clock.travel(hours=5, minutes=1)
        self.send()
        with self.work(write=False) as w:
            asks = select(Ask).where(Ask.session_id == (session or self.province.session)).order_by(Ask.id)
            keys = [one.id for one in w.db.scalars(asks)]
        return [self.path(row) for row in self.mails() if row.context["ask"] in keys]

    def mails(self, kind: str = "survey_session") -> list[Outgoing]:
        """What is or was in the outbox."""
        return self.province.mails(kind)

    def path(self, row: Outgoing) -> str:
        """The questionnaire that a mail leads to, as its reader would find it."""
        found = re.search(r"http://localhost(/survey/\S+)", self.text(row))
        assert found is not None
        return found[1]

    def text(self, row: Outgoing, kind: str = "plain") -> str:
        """A part of a mail as it was sent."""
        assert row.sent_bytes is not None, (row.state, row.reason)
        message = email.message_from_bytes(zlib.decompress(row.sent_bytes), policy=email.policy.default)
        part = message.get_body((kind,))
        assert part is not None
        content: str = part.get_content()
        return content

    def answer(self, path: str, **typed: Any) -> Any:
        """Answer as an enterprise does; the answer to the POST itself."""
        return self.province.as_("nobody").fill(path, typed, follow=False)

    def outcome(self, *, session: int = 0, title: str = "Hoàn thuế chậm") -> str:
        """A solution that was confirmed, and its questionnaire thirty days on; gives its path."""
        known = len(self.mails("survey_outcome"))
        number = self.province.order(title, to="closed")
        if session:
            self.province.do(number, lambda w, f: setattr(f, "session_id", session))
        self.clock.travel(days=30, minutes=1)
        self.send()
        rows = self.mails("survey_outcome")
        assert len(rows) == known + 1
        return self.path(rows[-1])


@pytest.fixture
def survey(site: Any, mount: Mount, work: Unit, clock: Any) -> Surveys:
    return Surveys(build_province(site, mount, work), clock, work)
