"""What names people is forgotten when its period is over, by the worker; what was decided stays, and the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import String, cast, inspect, or_, select

from meetup.access import Actor
from meetup.activity.models import Activity
from meetup.db import Base
from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.enterprises.service import record_consent
from meetup.issues import service as issues
from meetup.issues.models import Comment, CoSigner, Issue
from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Participant, Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.rig.clock import SettableClock

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

EMAIL, NAME, PHONE, TAX = "thuy@hokinhdoanh.vn", "Trần Thị Thúy", "+84912345678", "001085012345"
PERSONAL = (EMAIL, NAME, PHONE, TAX)


def come(work: Work, name: str, email: str, tax_code: str, *, response: str = "accepted") -> Registration:
    """A household business registers for the one session."""
    session = work.db.scalars(select(Session)).one()
    return registrations.register(
        work,
        session,
        enterprise={"kind": "household", "tax_code": tax_code, "name": name, "sector": "Ăn uống"},
        contact={"name": name, "email": email, "phone": PHONE, "language": "vi"},
        participants=[{"name": name, "position": "Chủ hộ"}],
        response=response,
        consent=True,
    ).registration


@pytest.fixture
def session_over(work: Unit, clock: SettableClock) -> None:
    with work() as w:
        programme = create_programme(w, name="Cà phê doanh nghiệp")
        begins = w.now + timedelta(days=3)
        session = sessions.draft(
            w, programme=programme, title="Kỳ 1", starts_at=begins, ends_at=begins + timedelta(hours=2)
        )
        sessions.publish(w, session)
        registration = come(w, NAME, EMAIL, TAX)
        w.actor = Actor("enterprise", registration.subject, NAME, registration_id=registration.id)
        issue = issues.submit(w, title="Xin thuê đất", description="Cần mặt bằng.", registration=registration)
        w.db.add(Comment(issue_id=issue.id, name="Độc giả", email="doc.gia@example.vn", body="Cảm ơn", at=w.now))
        w.commit()


REASON = "Việc này thuộc thẩm quyền của Bộ, đã chuyển ngày 01/12/2026."


def settle(work: Unit) -> None:
    """The issue is answered for and nobody waits for anything."""
    with work() as w:
        issues.decline(w, w.db.scalars(select(Issue)).one(), reason=REASON)
        w.commit()


def turn(runner: FlaskCliRunner) -> dict[str, int]:
    """The worker's turn; gives its counts."""
    result = runner.invoke(args=["meetup", "worker", "--once"])
    assert result.exit_code == 0, result.output
    counts: dict[str, int] = json.loads(result.stdout)
    return counts


def stands(work: Unit, text: str) -> list[str]:
    """The tables in which `text` stands."""
    found = []
    with work(write=False) as w:
        for table in inspect(w.db.connection()).get_table_names():
            known = Base.metadata.tables.get(table)
            if known is not None:
                columns = [cast(column, String).icontains(text, autoescape=True) for column in known.columns]
                if w.db.execute(select(known).where(or_(*columns))).first():
                    found.append(table)
    return found


def test_a_person_of_whom_nothing_was_heard_is_forgotten(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    settle(work)
    clock.travel(days=725)
    assert "contacts_forgotten" not in turn(runner)
    assert "meetup_contact" in stands(work, EMAIL)
    clock.travel(days=10)
    assert turn(runner)["contacts_forgotten"] == 1
    assert {text: stands(work, text) for text in PERSONAL if stands(work, text)} == {}
    with work(write=False) as w:
        assert w.db.scalars(select(Issue)).one().decline_reason == REASON
        assert w.db.scalars(select(Registration)).one().seats == 1
        consent = w.db.scalars(select(Consent)).one()
        assert consent.purpose == "registration" and consent.text_version and consent.given_at and consent.withdrawn_at
        said = w.db.scalars(select(Activity.details).where(Activity.action == "privacy.retention")).all()
        assert {"contacts_forgotten": 1} in said
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0
    assert "contacts_forgotten" not in turn(runner)


def test_nobody_is_forgotten_who_waits_for_an_answer_or_came_again(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    clock.travel(days=2000)
    assert "contacts_forgotten" not in turn(runner), "the issue is still open"
    settle(work)
    clock.travel(days=700)
    with work() as w:
        contact = w.db.scalars(select(Contact).where(Contact.email == EMAIL)).one()
        record_consent(w, contact, "contact")
        w.commit()
    clock.travel(days=100)
    assert "contacts_forgotten" not in turn(runner), "a later consent keeps it"
    clock.travel(days=700)
    assert turn(runner)["contacts_forgotten"] == 1


def test_who_did_not_come_is_forgotten_sooner(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    with work() as w:
        come(w, "Bà Không Đến", "khong.den@example.vn", "001085012346", response="declined")
        w.commit()
    clock.travel(days=180)
    assert "participants_forgotten" not in turn(runner)
    clock.travel(days=10)
    assert turn(runner)["participants_forgotten"] >= 1
    with work(write=False) as w:
        names = set(w.db.scalars(select(Participant.name)))
    assert "Bà Không Đến" not in names and NAME in names, "who had confirmed is kept as long as the contact"


def test_who_signed_along_is_kept_while_the_issue_is_open(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    with work() as w:
        enterprise = Enterprise(kind="enterprise", name="Công ty khác", created_at=w.now, changed_at=w.now)
        w.db.add(enterprise)
        w.db.flush()
        contact = Contact(enterprise_id=enterprise.id, name="Cùng Ký", email="cung.ky@example.vn", created_at=w.now)
        w.db.add(contact)
        w.db.flush()
        w.db.add(
            CoSigner(
                issue_id=w.db.scalars(select(Issue.id)).one(),
                enterprise_id=enterprise.id,
                contact_id=contact.id,
                at=w.now,
            )
        )
        w.commit()
    clock.travel(days=800)
    assert "contacts_forgotten" not in turn(runner)
    assert "meetup_contact" in stands(work, "cung.ky@example.vn")
    settle(work)
    clock.travel(days=700)
    assert "contacts_forgotten" not in turn(runner), "the outcome was told not long ago"
    clock.travel(days=50)
    assert turn(runner)["contacts_forgotten"] == 2
    assert stands(work, "cung.ky@example.vn") == []


def test_nobody_came_to_a_session_that_was_cancelled(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    with work() as w:
        sessions.cancel(w, w.db.scalars(select(Session)).one(), reason="Bão số 9, cả tỉnh nghỉ làm.")
        w.commit()
    clock.travel(days=180)
    assert "participants_forgotten" not in turn(runner)
    clock.travel(days=10)
    assert turn(runner)["participants_forgotten"] == 1
    with work(write=False) as w:
        assert w.db.scalars(select(Participant.name)).all() == ["—"]


def test_the_address_behind_a_comment_goes_and_the_comment_stays(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    clock.travel(days=180)
    turn(runner)
    assert "meetup_comment" in stands(work, "doc.gia@example.vn")
    clock.travel(days=10)
    assert turn(runner)["comment_addresses_forgotten"] == 1
    assert stands(work, "doc.gia@example.vn") == []
    with work(write=False) as w:
        row = w.db.scalars(select(Comment)).one()
        assert (row.name, row.body) == ("Độc giả", "Cảm ơn")


def test_old_entries_say_nothing_about_people_and_the_chain_holds(
    session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
) -> None:
    turn(runner)
    clock.travel(days=1830)
    assert turn(runner)["log_entries_emptied"] > 3
    with work(write=False) as w:
        old = w.db.scalars(select(Activity).where(Activity.at < w.now - timedelta(days=1826))).all()
        assert old and all(one.details is None and one.actor_name is None and one.action for one in old)
        assert w.db.scalars(select(Activity).where(Activity.details.is_not(None))).first() is not None
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert result.exit_code == 0, result.output


class TestForEver:
    """A period of 0 keeps for ever."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        names = ("CONTACT", "UNSUCCESSFUL", "COMMENT", "LOG")
        return {f"MEETUP_KEEP_{name}_DAYS": 0 for name in names}

    def test_nothing_is_forgotten(
        self, session_over: None, runner: FlaskCliRunner, work: Unit, clock: SettableClock
    ) -> None:
        settle(work)
        clock.travel(days=9000)
        counts = turn(runner)
        assert not {name for name in counts if "forgotten" in name and name != "answers_forgotten"}
        assert "meetup_contact" in stands(work, EMAIL)
