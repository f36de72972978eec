"""What the tests of reminders and their rules do to a province."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from meetup.domain.rules import Rule, default_notice
from meetup.registrations import service as registrations
from meetup.reminders import keeping
from meetup.reminders import service as reminders
from meetup.reminders.rules import as_rule
from meetup.sessions.models import Session
from tests.factories import make_invitation, make_registration
from tests.features.following import Province

HCM = ZoneInfo("Asia/Ho_Chi_Minh")
#: The session is on Saturday 14/11 at 09:00; the clock stands on Monday 02/11 at 09:00.
CLOSES = datetime(2026, 11, 12, 17, 0, tzinfo=HCM)


def at(row: Any) -> str:
    return f"{row.due_at.astimezone(HCM):%d/%m %H:%M}"


def planned(province: Province, subject: str) -> list[tuple[str, str]]:
    return [(row.rule, at(row)) for row in province.reminders(subject)]


def session_of(province: Province, **values: Any) -> str:
    """The session as it is now planned, after these changes of it."""
    with province.work() as w:
        session = w.get(Session, province.session)
        for name, value in values.items():
            setattr(session, name, value)
        w.db.flush()
        reminders.plan_session(w, session)
        w.commit()
        return str(session.subject)


def invite(province: Province, number: int = 1) -> int:
    with province.work(province.actor("organizer")) as w:
        made = make_invitation(w, w.get(Session, province.session), number)
        w.commit()
        return made.id


def rule(kind: str, whom: str, amount: int = 1, unit: str = "w", **more: Any) -> Rule:
    return Rule(kind, whom, amount, unit, notice=default_notice(kind, whom), **more)


def keep(province: Province, step: Any) -> Any:
    """One change of the rules by the organiser."""
    with province.work(province.actor("organizer")) as w:
        done = step(w)
        w.commit()
        return done


def switch(province: Province, key: str, *, on: bool) -> None:
    keep(province, lambda w: keeping.switch(w, keeping.by_key(w, None, key), on=on))


def change(province: Province, key: str, **values: Any) -> None:
    def step(w: Any) -> None:
        row = keeping.by_key(w, None, key)
        keeping.change(w, row, replace(as_rule(row), **values))

    keep(province, step)


def travel(clock: Any, moment: str) -> None:
    clock.travel(to=moment)


def offer(province: Province) -> int:
    """Someone who waited gets an offer; gives the registration."""
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        w.db.execute(update(Session).values(capacity=3, seats_taken=2))
        w.db.refresh(session)
        first = make_registration(w, session, 2)
        waiting = make_registration(w, session, 3)
        assert waiting.state == "waitlisted"
        registrations.cancel(w, first)
        assert waiting.state == "offered"
        w.commit()
        return waiting.id


def digest(province: Province, whom: str = "department", **more: Any) -> None:
    def step(w: Any) -> None:
        own = [one for one in keeping.take_over(w) if (one.kind, one.whom) == ("digest", whom)]
        if own:
            keeping.change(w, own[0], replace(as_rule(own[0]), enabled=True, **more))
        else:
            keeping.add(w, None, rule("digest", whom, 0, **more))

    keep(province, step)
