"""Who is forgotten is forgotten whole: in what was sent, wrote and refused, whoever else stands beside."""

from __future__ import annotations

import contextlib
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, select

from meetup.db import Base
from meetup.enterprises.models import Contact, Enterprise
from meetup.outbox.worker import drain
from tests.features.issuing import Province, Unit, build
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
