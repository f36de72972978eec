"""Who is forgotten is forgotten whole: in what was sent, wrote and refused, whoever else stands beside."""

from __future__ import annotations

import contextlib
import json
import zlib
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, select

from meetup.access import Actor
from meetup.db import Base
from meetup.departments.models import Department
from meetup.enterprises.models import Contact, Enterprise
from meetup.followups import service as followups
from meetup.followups.models import FollowUp
from meetup.issues import service
from meetup.issues.models import Attachment, Issue
from meetup.outbox.models import Outgoing
from meetup.outbox.worker import drain
from meetup.privacy.erase import erase as forget
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.storage import Upload
from tests.features.issuing import LEADER, ORGANIZER, Province, Unit, build, officer
from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer

if TYPE_CHECKING:
    from meetup.mount import Mount

EMAIL = "thuy@example.com"


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def standing(work: Unit, *words: str) -> set[tuple[str, str, str]]:
    """Where `words` stand: (word, table, column), also in what is kept compressed."""
    found = set()
    with work(write=False) as w:
        there = inspect(w.db.connection()).get_table_names()
        for name, known in Base.metadata.tables.items():
            if name not in there:
                continue
            for row in w.db.execute(select(known)).mappings():
                for column, value in row.items():
                    text = as_text(value)
                    found |= {(word, name, str(column)) for word in words if word in text}
    return found


def as_text(value: Any) -> str:
    if isinstance(value, bytes):
        with contextlib.suppress(zlib.error):
            value = zlib.decompress(value)
            mail = message_from_bytes(value, policy=default)
            return "\n".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")
        return bytes(value).decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def erase(runner: FlaskCliRunner, email: str) -> str:
    result = runner.invoke(args=["meetup", "privacy", "erase", email, "--yes"])
    assert result.exit_code == 0, result.output
    return str(result.output)


def household(work: Unit) -> tuple[str, str]:
    """Make the enterprise of the contact a household business; gives its name and number."""
    name, number = "Hộ Trần Thị Thúy", "001085012345"
    with work() as w:
        of = w.db.scalars(select(Contact).where(Contact.email == EMAIL)).one()
        enterprise = w.get(Enterprise, of.enterprise_id)
        enterprise.kind, enterprise.name, enterprise.tax_code = "household", name, number
        w.commit()
    return name, number


def test_a_household_is_forgotten_with_the_last_of_its_people(
    province: Province, work: Unit, runner: FlaskCliRunner, clock: SettableClock
) -> None:
    name, number = household(work)
    with work() as w:
        first = w.db.scalars(select(Contact).where(Contact.email == EMAIL)).one()
        w.db.add(Contact(enterprise_id=first.enterprise_id, name="Lê Văn Hai", email="hai@hkd.vn", created_at=w.now))
        w.commit()
    clock.travel(days=60)
    erase(runner, EMAIL)
    assert ("meetup_enterprise", "tax_code") in {place[1:] for place in standing(work, number)}, "one is still there"
    erase(runner, "hai@hkd.vn")
    assert {place for place in standing(work, name, number) if place[1] == "meetup_enterprise"} == set()


def test_what_a_server_said_is_forgotten_too(
    province: Province, work: Unit, runner: FlaskCliRunner, clock: SettableClock, smtp: SmtpServer
) -> None:
    """A server repeats the address in its refusal: in the dead letter, and in the log."""
    province.raise_issue()
    smtp.answer_next("RCPT", f"550 5.1.1 <{EMAIL}>: no such user", times=5)
    drain(province.mount)
    assert {("meetup_outgoing", "reason"), ("meetup_activity", "details")} <= {
        place[1:] for place in standing(work, EMAIL)
    }
    clock.travel(days=60)
    erase(runner, EMAIL)
    assert standing(work, EMAIL) == set()
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


SAID = "Tôi tên Thúy, xin gọi 0912 345 678."


def answered(province: Province) -> None:
    """The contact's issue went to a department and was answered; the contact confirmed and said why."""
    province.raise_issue(to="accepted", attachments=[Upload("CCCD Trần Thị Thúy 001085012345.txt", b"001085012345")])
    with province.work() as w:
        issue = w.db.scalars(select(Issue)).one()
        service.set_agenda(w, w.get(Session, province.session), [(issue, 10)])
        w.actor = LEADER
        land = w.get(Department, province.land)
        order = followups.FollowUpOrder(lead_department=land, task="Trả lời", working_days=5)
        (f,) = followups.conclude(w, issue, text="Giao Sở trả lời.", orders=[order])
        w.actor = officer(province.land)
        followups.accept(w, f)
        followups.answer(w, f, text="Sở đã cấp giấy xác nhận.", outcome="resolved", legal_references="Luật 31/2024")
        w.actor = ORGANIZER
        followups.verify(w, f)
        registration = w.db.scalars(select(Registration).where(Registration.contact_id == issue.contact_id)).one()
        w.actor = Actor("enterprise", registration.subject, "Bà Thuy", enterprise_id=registration.enterprise_id)
        followups.confirm(w, f, satisfaction=2, comment=SAID)
        w.commit()
    drain(province.mount)


def test_what_was_said_on_confirming_is_given_out_and_forgotten(
    province: Province, work: Unit, runner: FlaskCliRunner, clock: SettableClock
) -> None:
    answered(province)
    held = json.loads(runner.invoke(args=["meetup", "privacy", "export", EMAIL]).stdout)
    (said,) = held["confirmations"]
    assert (said["satisfaction"], said["satisfaction_comment"]) == (2, SAID)
    clock.travel(days=60)
    assert "confirmations: 1" in erase(runner, EMAIL)
    assert standing(work, SAID, EMAIL) == set()
    with work(write=False) as w:
        assert w.db.scalars(select(FollowUp.satisfaction)).all() == [2], "the mark names nobody"
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


def test_a_file_of_an_enterprise_stays_under_a_neutral_name(
    province: Province, work: Unit, runner: FlaskCliRunner, clock: SettableClock
) -> None:
    answered(province)
    clock.travel(days=60)
    erase(runner, EMAIL)
    assert standing(work, "CCCD") == set()
    with work(write=False) as w:
        file = w.db.scalars(select(Attachment)).one()
        assert file.name == "attachment.txt"
        with province.mount.storage.open(file.key) as content:
            assert content.read() == b"001085012345"


def test_a_file_of_a_household_goes_with_its_content(
    province: Province, work: Unit, runner: FlaskCliRunner, clock: SettableClock
) -> None:
    household(work)
    answered(province)
    with work(write=False) as w:
        key = w.db.scalars(select(Attachment.key)).one()
    clock.travel(days=60)
    erase(runner, EMAIL)
    with work(write=False) as w:
        assert w.db.scalars(select(Attachment)).all() == []
    with pytest.raises(FileNotFoundError):
        province.mount.storage.open(key)
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


def test_what_departments_were_sent_names_no_household(
    province: Province, work: Unit, runner: FlaskCliRunner, clock: SettableClock, smtp: SmtpServer
) -> None:
    name, number = household(work)
    answered(province)
    to_others = select(Outgoing.id).where(Outgoing.sent_bytes.is_not(None), Outgoing.recipient != EMAIL)
    with work(write=False) as w:
        before = len(w.db.scalars(to_others).all())
    assert (name, "meetup_outgoing", "sent_bytes") in standing(work, name)
    clock.travel(days=60)
    erase(runner, EMAIL)
    assert standing(work, name, number, EMAIL, "Bà Thuy") == set()
    with work(write=False) as w:
        assert before > len(w.db.scalars(to_others).all())
        assert w.db.scalars(select(Outgoing).where(Outgoing.kind == "follow_up_assigned")).all(), "that it went stays"


def test_who_is_forgotten_while_a_mail_is_under_way_does_not_come_back(
    province: Province,
    work: Unit,
    runner: FlaskCliRunner,
    clock: SettableClock,
    smtp: SmtpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    province.raise_issue()
    province.raise_issue("Hoàn thuế chậm")
    with work() as w:
        w.db.scalars(select(Session)).one().state = "held"
        w.commit()
    kind = type(province.mount.channels["mail"])
    send, times = kind.send, []

    def send_slowly(self: Any, message: Any, row: Any) -> None:
        if row.recipient == EMAIL and not times:
            times.append(1)
            with work() as w:
                forget(w, EMAIL)
                w.commit()
        send(self, message, row)

    monkeypatch.setattr(kind, "send", send_slowly)
    drain(province.mount)
    assert times, "one was under way"
    assert standing(work, EMAIL, "Bà Thuy") == set()
    with work(write=False) as w:
        theirs = w.db.scalars(select(Outgoing).where(Outgoing.recipient.like("%@erased.invalid"))).all()
        assert sorted(one.state for one in theirs) == ["sent", "superseded"]
