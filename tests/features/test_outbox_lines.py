"""How much leaves at once, and over which line: limits a minute, batches, connections that stay open."""

from __future__ import annotations

import smtplib
import threading
from typing import Any

import flask_mail
import pytest

from meetup.outbox import lease
from meetup.outbox import smtp as smtp_channel
from meetup.outbox.delivery import deliver_several
from meetup.outbox.worker import drain, send_one
from tests.features.outboxing import Letters
from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer


@pytest.fixture
def letters(mount: Any) -> Letters:
    return Letters(mount)


@pytest.mark.parametrize("settings", [{"MEETUP_MAIL_PER_MINUTE": 2}])
def test_a_domain_gets_so_many_a_minute(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, settings: Any
) -> None:
    for number in range(5):
        letters.add(f"p{number}@slow.example")
    letters.add("a@other.example")
    assert (drain(mount)["sent"], drain(mount)["waiting"]) == (3, 3)
    clock.travel(seconds=61)
    assert drain(mount)["sent"] == 2
    clock.travel(seconds=61)
    assert drain(mount)["sent"] == 1


@pytest.mark.parametrize("settings", [{"MEETUP_MAIL_PER_MINUTE_IN_ALL": 3, "MEETUP_MAIL_PER_MINUTE": 2}])
def test_so_many_leave_a_minute_in_all(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, settings: Any
) -> None:
    for number in range(3):
        letters.add(f"p{number}@slow.example")
    for number in range(5):
        letters.add(f"p{number}@d{number}.example")
    left = []
    for _ in range(4):
        left.append((clock.now, drain(mount)["sent"]))
        assert drain(mount)["sent"] == 0, "the minute is not over"
        clock.travel(seconds=59)
        assert drain(mount)["sent"] == 0, "not yet"
        clock.travel(seconds=2)
    assert [count for _at, count in left] == [3, 3, 2, 0]
    assert {len(smtp.to(f"p{number}@slow.example")) for number in range(3)} == {1}


def test_a_batch_that_is_not_finished_goes_back(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(4)]
    stop = threading.Event()
    letters.look = lambda work, row: stop.set() if row.id == rows[1] else None
    assert [outcome.row_id for outcome in deliver_several(mount, stop=stop)] == rows[:2]
    assert [(letters.row(row).state, letters.row(row).lease_owner) for row in rows] == [("sent", "")] * 2 + [
        ("queued", "")
    ] * 2
    assert drain(mount)["sent"] == 2, "what was given back need not wait for the lease's end"


def test_a_row_that_another_took_over_is_left_to_it(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(3)]
    assert lease.claim_several(mount, clock.now, "one") == rows
    clock.travel(minutes=3)
    assert lease.claim_several(mount, clock.now, "two", most=2) == rows[:2]
    lease.release(mount, "one", rows)
    assert [letters.row(row).lease_owner for row in rows] == ["two", "two", ""]


def test_what_waits_idle_too_long_is_connected_anew(
    mount: Any, letters: Letters, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    real = smtp_channel.Line.configure_host
    monkeypatch.setattr(smtp_channel.Line, "configure_host", lambda line: opened.append(real(line)) or opened[-1])
    said: list[str] = []
    monkeypatch.setattr(smtplib.SMTP, "noop", lambda host: said.append("NOOP") or host.docmd("noop"))
    monkeypatch.setattr(smtplib.SMTP, "rset", lambda host: said.append("RSET") or host.docmd("rset"))
    for number in range(3):
        letters.add(f"p{number}@enterprise.example")
        assert send_one(mount)
        if number == 1:
            mount.channels["mail"]._kept.line.idle_since -= 61
    assert len(opened) == 2, "the third message came after more than a minute"
    assert said == ["NOOP", "RSET"], "asked whether it still answers, and cleared, before it was used again"
    assert opened[0].timeout == 10


def test_one_connection_carries_many_messages(
    mount: Any, letters: Letters, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    real = smtp_channel.Line.configure_host

    def count(line: Any) -> Any:
        opened.append(line)
        return real(line)

    monkeypatch.setattr(smtp_channel.Line, "configure_host", count)
    monkeypatch.setattr(smtp_channel, "KEEP_MESSAGES", 4)
    for number in range(6):
        letters.add(f"p{number}@enterprise.example")
    drain(mount)
    assert (len(smtp.messages), len(opened)) == (6, 2)


def test_a_connection_that_the_server_ended_costs_nothing(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("a@enterprise.example")
    letters.add("b@enterprise.example")
    assert send_one(mount)
    smtp.answer_next("MAIL", "421 4.4.2 idle for too long")
    assert send_one(mount)
    assert len(smtp.messages) == 2


def test_flask_mails_listeners_hear_of_every_message(mount: Any, letters: Letters) -> None:
    letters.add("a@enterprise.example")
    with mount.app.app_context():
        mail = flask_mail.Mail()
        with mail.record_messages() as seen:
            drain(mount)
    assert [(message.subject, message.recipients) for message in seen] == [("Thử nghiệm", ["a@enterprise.example"])]
    assert "Xin chào" in seen[0].body


@pytest.mark.parametrize("settings", [{"MAIL_SUPPRESS_SEND": True}])
def test_a_suppressed_mail_is_not_sent(mount: Any, letters: Letters, smtp: SmtpServer, settings: Any) -> None:
    row = letters.add("a@enterprise.example")
    drain(mount)
    assert (letters.row(row).state, smtp.messages) == ("sent", [])
