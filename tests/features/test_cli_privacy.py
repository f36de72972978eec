"""A person asks what is held, and then to be forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import String, cast, func, inspect, or_, select

from meetup.access import Actor
from meetup.db import Base
from meetup.issues import service as issues
from meetup.issues.models import Comment, Issue, Message
from meetup.outbox.models import Outgoing
from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.rest.models import IdempotencyKey
from meetup.rest.tokens import create_token
from meetup.sessions import service as sessions
from tests.rig.clock import SettableClock

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

EMAIL, NAME, PHONE = "thuy@hokinhdoanh.vn", "Trần Thị Thúy", "+84912345678"
PERSONAL = (EMAIL, NAME, PHONE, "001085012345", "Lê Văn Hai")


@pytest.fixture
def thuy(work: Unit, clock: SettableClock) -> None:
    """A household business that registered, raised an issue, wrote and commented; the session is over."""
    with work() as w:
        programme = create_programme(w, name="Cà phê doanh nghiệp")
        session = sessions.draft(
            w,
            programme=programme,
            title="Kỳ 1",
            starts_at=w.now + timedelta(days=3),
            ends_at=w.now + timedelta(days=3, hours=2),
        )
        sessions.publish(w, session)
        registration = registrations.register(
            w,
            session,
            enterprise={"kind": "household", "tax_code": "001085012345", "name": NAME, "sector": "Ăn uống"},
            contact={"name": NAME, "email": EMAIL, "phone": PHONE, "language": "vi"},
            participants=[{"name": NAME, "position": "Chủ hộ"}, {"name": "Lê Văn Hai", "position": "Kế toán"}],
            consent=True,
        ).registration
        w.actor = Actor("enterprise", registration.subject, NAME, enterprise_id=registration.enterprise_id)
        issue = issues.submit(w, title="Xin thuê đất", description="Cần mặt bằng.", registration=registration)
        issues.write(w, issue, body="Tôi gửi thêm hồ sơ.", side="enterprise")
        w.db.add(Comment(issue_id=issue.id, name=NAME, email=EMAIL, body="Cảm ơn", at=w.now))
        w.commit()


def test_what_is_held_is_given_out(runner: FlaskCliRunner, thuy: None) -> None:
    result = runner.invoke(args=["meetup", "privacy", "export", EMAIL.upper()])
    assert result.exit_code == 0, result.output
    held = json.loads(result.stdout)
    assert [contact["name"] for contact in held["contacts"]] == [NAME]
    assert {participant["name"] for participant in held["participants"]} == {NAME, "Lê Văn Hai"}
    assert held["consents"]
    assert [issue["title"] for issue in held["issues"]] == ["Xin thuê đất"]
    assert [message["body"] for message in held["messages"]] == ["Tôi gửi thêm hồ sơ."]
    assert [comment["body"] for comment in held["comments"]] == ["Cảm ơn"]
    assert held["outgoing"]
    assert "issue.submit" in {entry["action"] for entry in held["activity"]}


def test_nobody_is_forgotten_who_is_still_expected(runner: FlaskCliRunner, thuy: None) -> None:
    result = runner.invoke(args=["meetup", "privacy", "erase", EMAIL, "--yes"])
    assert result.exit_code == 1
    assert "Kỳ 1" in result.stderr


def test_who_is_forgotten_is_nowhere(runner: FlaskCliRunner, thuy: None, work: Unit, clock: SettableClock) -> None:
    clock.travel(days=10)
    result = runner.invoke(args=["meetup", "privacy", "erase", EMAIL, "--yes"])
    assert result.exit_code == 0, result.output
    with work(write=False) as w:
        for table in inspect(w.db.connection()).get_table_names():
            known = Base.metadata.tables.get(table)
            if known is None:
                continue
            for text in PERSONAL:
                columns = [cast(column, String).icontains(text, autoescape=True) for column in known.columns]
                found = w.db.execute(select(known).where(or_(*columns))).all()
                assert not found, f"{text!r} in {table}: {found}"
        # The authority's record stays: the issue, that there was a registration, the words of the thread.
        assert w.db.scalars(select(Issue)).one().title == "Xin thuê đất"
        assert w.db.scalars(select(Registration)).one().seats == 2
        assert w.db.scalars(select(Message)).one().author == "—"
        assert not w.db.scalar(select(func.count()).select_from(Outgoing).where(Outgoing.state == "queued"))
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0
    again = runner.invoke(args=["meetup", "privacy", "erase", EMAIL, "--yes"])
    assert (again.exit_code, again.output) == (0, f"nothing is held about {EMAIL}\n")


def test_what_the_api_keeps_is_forgotten_too(site: Any, runner: FlaskCliRunner, thuy: None, work: Unit) -> None:
    """An answer that is kept for a repetition holds the contact and the secret link."""
    with work() as w:
        _row, token = create_token(w, name="Trục liên thông", role="organizer")
        key = w.db.scalars(select(Registration.id)).one()
        w.commit()
    caller = site.test_client()

    def post(path: str, body: dict[str, Any]) -> int:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": path}
        return int(caller.post(f"/api/v1{path}", json=body, headers=headers).status_code)

    assert post("/fields", {"code": "khac", "name": "Khác"}) == 201
    assert post(f"/registrations/{key}/cancel", {}) == 200
    with work(write=False) as w:
        assert sum(EMAIL.encode() in one for one in w.db.scalars(select(IdempotencyKey.body))) == 1
    assert runner.invoke(args=["meetup", "privacy", "erase", EMAIL, "--yes"]).exit_code == 0
    with work(write=False) as w:
        bodies = w.db.scalars(select(IdempotencyKey.body)).all()
    assert len(bodies) == 1 and NAME.encode() not in bodies[0] and EMAIL.encode() not in bodies[0]
