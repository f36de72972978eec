"""What comes in is personal: it is given out and forgotten with the person, and nothing of it stays for ever."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from meetup_mailbox.delivering import deliver
from meetup_mailbox.models import Delegate, Proposal, Received
from sqlalchemy import String, cast, inspect, select

from meetup.api import Base, Registration
from meetup.outbox.worker import drain
from meetup.registrations import service as registrations

from .invited import SETTINGS, Invited

PHUONG, STRANGER = "phuong@example.com", "la@example.com"
TURN = ["meetup", "worker", "--once"]


@pytest.fixture
def settings() -> dict[str, Any]:
    return dict(SETTINGS)


@pytest.fixture
def sent(lan: Invited) -> Invited:
    """Lan accepted, and then sent Phuong instead, who has an invitation by now."""
    lan.answer()
    drain(lan.mount)
    delegated = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Phuong@Example.com":mailto:{lan.email}'
    lan.answer(lines=f"COMMENT:Tôi là Lan\r\n{delegated}", stamp="20261102T090000Z")
    drain(lan.mount)
    return lan


def write(one: Invited, sender: str, to: str = "coffee@example.vn") -> Received:
    raw = f"From: {sender}\r\nTo: {to}\r\nSubject: Xin chào\r\nMessage-ID: <1@x.example>\r\n\r\nSố 0912345678\r\n"
    made = deliver(one.mount, raw.encode(), recipients=[to], sender=sender)
    return one.row(made.id)


def held(runner: Any, email: str) -> dict[str, Any]:
    result = runner.invoke(args=["meetup", "privacy", "export", email])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def erase(runner: Any, email: str) -> str:
    result = runner.invoke(args=["meetup", "privacy", "erase", email, "--yes"])
    assert result.exit_code == 0, result.output
    return str(result.output)


def places(one: Invited, word: str) -> set[str]:
    """Where `word` stands in the whole database, in what is packed too."""
    found = set()
    with one.work(write=False) as w:
        # Another test of this process may have loaded a plugin that this site has not.
        here = set(inspect(w.db.connection()).get_table_names())
        for mapper in [one for one in Base.registry.mappers if one.class_.__tablename__ in here]:
            for column in inspect(mapper.class_).columns:
                is_packed = column.key in {"raw", "sent_bytes"}
                for value in w.db.scalars(select(column if is_packed else cast(column, String))):
                    text = zlib.decompress(value).decode("utf-8", "replace") if value and is_packed else str(value)
                    if word in text.lower():
                        found.add(f"{mapper.class_.__tablename__}.{column.key}")
    return found


def test_what_somebody_wrote_is_given_out(sent: Invited, runner: Any) -> None:
    found = held(runner, sent.email.upper())
    assert [one["partstat"] for one in found["incoming_mail"]] == ["ACCEPTED", "DELEGATED"]
    assert found["incoming_mail"][1]["comment"] == "Tôi là Lan"
    assert "BEGIN:VCALENDAR" in found["incoming_mail"][1]["message"]
    assert [(one["email"], one["delegated_from"]) for one in found["delegates"]] == [(PHUONG, sent.email)]


def test_who_was_sent_learns_it_but_not_what_another_wrote(sent: Invited, runner: Any) -> None:
    found = held(runner, PHUONG)
    (mail,) = found["incoming_mail"]
    assert PHUONG in mail["details"]["others"]
    assert "message" not in mail
    assert [one["email"] for one in found["delegates"]] == [PHUONG]


def test_who_is_forgotten_is_nowhere(sent: Invited, clock: Any, runner: Any) -> None:
    write(sent, sent.email, sent.reply_to)
    clock.travel(days=60)
    said = erase(runner, sent.email)
    assert "incoming_mail: 3" in said
    assert "delegates: 1" in said
    assert places(sent, sent.email) == set()
    assert places(sent, "tôi là lan") == set()
    assert "nothing is held" in erase(runner, sent.email)


def test_who_was_sent_and_is_forgotten_is_nowhere(sent: Invited, clock: Any, runner: Any) -> None:
    clock.travel(days=60)
    assert "delegates: 1" in erase(runner, PHUONG)
    assert places(sent, PHUONG) == set()
    with sent.work(write=False) as w:
        assert [one.name for one in registrations.people_of(w, w.get(Registration, sent.key))] == ["—"]
    assert len(held(runner, sent.email)["contacts"]) == 1, "who sent them stays"


def test_a_stranger_is_held_and_forgotten_and_nobody_else(lan: Invited, runner: Any) -> None:
    assert write(lan, f"x{STRANGER}").state == "waiting"
    row = write(lan, STRANGER)
    assert row.state == "waiting"
    (mail,) = held(runner, STRANGER)["incoming_mail"]
    assert "0912345678" in mail["message"]
    assert "incoming_mail: 1" in erase(runner, STRANGER)
    after = lan.row(row.id)
    assert (after.state, after.sender, after.raw) == ("dismissed", "", None)
    assert "nothing is held" in erase(runner, STRANGER)
    assert len(held(runner, f"x{STRANGER}")["incoming_mail"]) == 1
    again = write(lan, STRANGER)
    assert again.id == row.id, "it does nothing if it comes again"
    assert again.raw is None


def test_a_forgotten_proposal_says_nothing(lan: Invited, clock: Any, runner: Any) -> None:
    lan.answer()
    drain(lan.mount)
    line = f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{lan.email}"
    lan.answer(method="COUNTER", lines=line, event="COMMENT:Tôi là Lan")
    (one,) = held(runner, lan.email)["proposals"]
    assert one["comment"] == "Tôi là Lan"
    clock.travel(days=60)
    assert "proposals: 1" in erase(runner, lan.email)
    assert places(lan, "tôi là lan") == set()
    clock.travel(days=400)
    runner.invoke(args=TURN)
    assert left(lan, Proposal) == [], "of a session that is long over it is open for nobody"


def left(one: Invited, model: Any) -> list[Any]:
    with one.work(write=False) as w:
        return list(w.db.scalars(select(model.id)))


def test_delegates_go_when_their_session_is_long_over(sent: Invited, clock: Any, runner: Any) -> None:
    clock.travel(days=100)
    runner.invoke(args=TURN)
    assert len(left(sent, Delegate)) == 1
    clock.travel(days=200)
    runner.invoke(args=TURN)
    assert left(sent, Delegate) == []


def test_what_nobody_looks_at_does_not_wait_for_ever(lan: Invited, clock: Any, runner: Any) -> None:
    write(lan, STRANGER)
    clock.travel(days=700)
    runner.invoke(args=TURN)
    assert len(left(lan, Received)) == 1
    clock.travel(days=40)
    runner.invoke(args=TURN)
    assert left(lan, Received) == []
